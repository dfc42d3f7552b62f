import { describe, expect, it } from 'vitest';
import { type Answer, fakeProvider, listOf, refusal, shippedProfile } from './testing.ts';

const { signal } = new AbortController();

async function checked(answer: Answer, options = {}, profile?: unknown) {
  const { connector } = await fakeProvider(answer, { options, profile });
  return connector.check({ signal });
}

describe('a check', () => {
  it('proves the connection, each match attribute, and what the target says of itself', async () => {
    const findings = await checked(
      ({ path }) => (path === '/Users' ? listOf([]) : refusal(404, 'none')),
      {},
      shippedProfile('ramp'),
    );
    expect(findings.map(({ subject, status }) => [subject, status])).toEqual([
      ['connection', 'ok'],
      ['filter by userName', 'ok'],
      ['filter by emails[type eq "work"].value', 'ok'],
      ['discovery', 'ok'],
    ]);
  });

  it('finds a filter that is ignored, and one that is refused', async () => {
    const ignored = await checked(({ path }) =>
      path === '/Users' ? listOf([{ id: '1', userName: 'ada' }]) : refusal(404, ''),
    );
    expect(ignored[1]).toMatchObject({ status: 'failed', subject: 'filter by userName' });
    const refused = await checked(({ query }) =>
      'filter' in query ? refusal(400, 'no filters', 'invalidFilter') : listOf([]),
    );
    expect(refused[1]).toMatchObject({ status: 'failed', message: expect.stringContaining('400') });
  });

  it.each<[string, string, Answer, string]>([
    [
      'goes too far',
      'https://app.contoso.com/scim/v2/Users',
      () => refusal(404, 'nothing here'),
      'Leave the last part of the base URL away: https://app.contoso.com/scim/v2',
    ],
    [
      'is a web page',
      'https://app.contoso.com',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'nothing speaks SCIM there',
    ],
    [
      'is some other API',
      'https://app.contoso.com/api',
      () => Response.json({}),
      'nothing speaks SCIM',
    ],
  ])('explains a base URL that %s', async (_, url, answer, remedy) => {
    const findings = await checked(answer, { url });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ status: 'failed' });
    expect(findings[0]?.remedy).toContain(remedy);
  });

  it('explains a token that is refused, and goes no further', async () => {
    const findings = await checked(() => refusal(401, 'expired'));
    expect(findings).toMatchObject([{ subject: 'connection', status: 'failed' }]);
    expect(findings[0]?.remedy).toContain('token');
  });

  it('warns of a token in the clear', async () => {
    const [first] = await checked(() => listOf([]), { url: 'http://app.contoso.com/scim' });
    expect(first).toMatchObject({ subject: 'encryption', status: 'warning' });
  });
});

describe('a description', () => {
  const Schemas = listOf([
    {
      id: 'urn:ietf:params:scim:schemas:core:2.0:User',
      attributes: [
        {
          name: 'userName',
          type: 'string',
          required: true,
          caseExact: false,
          uniqueness: 'server',
        },
        {
          name: 'emails',
          type: 'complex',
          multiValued: true,
          subAttributes: [{ name: 'value', type: 'string', mutability: 'immutable' }],
        },
      ],
    },
    {
      id: 'urn:contoso:2.0:User',
      attributes: [{ name: 'badge', type: 'integer', mutability: 'readOnly' }, { broken: true }],
    },
  ]);
  const ResourceTypes = Response.json([
    {
      name: 'User',
      endpoint: 'https://app.contoso.com/scim/v2/Users',
      schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
      schemaExtensions: [{ schema: 'urn:contoso:2.0:User', required: false }],
    },
    { name: 'Device', endpoint: 'Devices', schema: 'urn:contoso:2.0:Device' },
  ]);

  it('is what the target says, and the RFC’s where it is silent', async () => {
    const { connector } = await fakeProvider(({ path }) => {
      if (path === '/Schemas') return Schemas.clone();
      return path === '/ResourceTypes' ? ResourceTypes.clone() : refusal(404, '');
    });
    const schema = await connector.describe?.({ signal });
    const [user, group, device] = schema?.kinds ?? [];
    expect(user).toEqual({
      kind: 'user',
      enabledPath: 'active',
      attributes: [
        {
          path: 'id',
          type: 'string',
          caseExact: true,
          mutability: 'readOnly',
          uniqueness: 'server',
        },
        { path: 'externalId', type: 'string', caseExact: true },
        { path: 'userName', type: 'string', required: true, uniqueness: 'server' },
        { path: 'emails', type: 'complex', multiValued: true },
        { path: 'emails.value', type: 'string', mutability: 'immutable' },
        { path: 'urn:contoso:2.0:User:badge', type: 'integer', mutability: 'readOnly' },
      ],
    });
    expect(group?.attributes.map(({ path }) => path)).toContain('members');
    expect(device).toEqual({ kind: 'device', attributes: [] });
  });

  it('of a kind the profile does not know leads to its endpoint', async () => {
    const { connector, asked } = await fakeProvider(({ path }) =>
      path === '/ResourceTypes' ? ResourceTypes.clone() : listOf([]),
    );
    await connector.find?.('device', 'displayName', 'laptop', { signal });
    expect(asked.at(-1)?.path).toBe('/Devices');
    await expect(connector.find?.('robot', 'displayName', 'x', { signal })).rejects.toMatchObject({
      code: 'unknown-kind',
    });
  });
});
