import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../identity/record.ts';
import { scim } from './connector.ts';
import { type Answer, fakeProvider, listOf, refusal, shippedProfile } from './testing.ts';

const { signal } = new AbortController();
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ada = { userName: 'ada@contoso.com', 'name.givenName': 'Ada' };
const resource = { id: 'a-1', userName: 'ada@contoso.com', name: { givenName: 'Ada' } };
const ref: ObjectRef = { system: 'app', kind: 'user', id: 'a-1' };
const record = {
  ref,
  attributes: { userName: 'ada@contoso.com', name: { givenName: 'Ada' } },
};

async function created(answer: Answer) {
  const { connector, asked } = await fakeProvider(answer);
  return { record: await connector.create?.('user', ada, { signal }), asked };
}

describe('a create', () => {
  it('is one request, with the media type and the token', async () => {
    const { record: made, asked } = await created(() => Response.json(resource, { status: 201 }));
    expect(made).toEqual(record);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.path).toBe('/Users');
    expect(asked[0]?.headers.get('content-type')).toBe('application/scim+json');
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer ramp-token-1');
  });

  it.each<[string, Answer]>([
    ['200 with the account', () => Response.json(resource, { status: 200 })],
    [
      '201 without a body, and a Location',
      ({ method }) =>
        method === 'POST'
          ? new Response(null, {
              status: 201,
              headers: { Location: 'https://app.contoso.com/scim/v2/Users/a-1' },
            })
          : Response.json(resource),
    ],
    [
      '201 without an id, and a Location that cannot be read yet',
      ({ method }) =>
        method === 'POST'
          ? Response.json({ ok: true }, { status: 201, headers: { Location: '/Users/a-1' } })
          : refusal(404, 'not yet'),
    ],
  ])('is done when the answer is %s', async (_, answer) => {
    expect((await created(answer)).record).toEqual(record);
  });

  it.each<[string, () => Response]>([
    ['200 with somebody else', () => Response.json({ id: 'g-1', userName: 'grace@contoso.com' })],
    ['200 with a list', () => listOf([resource])],
    ['200 with an error in it', () => Response.json({ status: 'error' })],
    ['201 without an id', () => Response.json({ userName: 'ada' }, { status: 201 })],
    ['201 without anything', () => new Response(null, { status: 201 })],
    ['202, for later', () => Response.json({ id: 'job-7' }, { status: 202 })],
    [
      '200 with a log-in page',
      () => new Response('<html>Sign in', { headers: { 'content-type': 'text/html' } }),
    ],
    [
      'a body that ends in the middle',
      () =>
        new Response('{"id":"a-', { status: 201, headers: { 'content-type': 'application/json' } }),
    ],
    [
      'lost',
      () => {
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
        });
      },
    ],
  ])('may have been done or not when the answer is %s: a look decides', async (_, answer) => {
    await expect(created(answer)).rejects.toMatchObject({ kind: 'unknown-outcome' });
  });

  it('that takes too long may have been done or not', async () => {
    const { connector } = await fakeProvider(() => new Promise(() => {}), {
      options: { timeoutSeconds: 0.02 },
    });
    await expect(connector.create?.('user', ada, { signal })).rejects.toMatchObject({
      kind: 'unknown-outcome',
      code: 'answer-lost',
    });
  });

  it.each([
    ['ECONNREFUSED', 'host-unreachable'],
    ['CERT_HAS_EXPIRED', 'tls-failure'],
  ])('that was never sent (%s) can be sent again', async (code, named) => {
    const fails = (): never => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
    };
    await expect(created(fails)).rejects.toMatchObject({ kind: 'unreachable', code: named });
  });

  it('of a large group brings the rest of its members afterwards', async () => {
    const { connector, asked } = await fakeProvider(({ method, path }) => {
      if (path === '/ServiceProviderConfig') return refusal(404, '');
      return method === 'POST'
        ? Response.json({ id: 'g-1', displayName: 'All' }, { status: 201 })
        : new Response(null, { status: 204 });
    });
    const members = Array.from({ length: 250 }, (_, index) => ({
      $ref: { system: 'app', kind: 'user', id: `u${index}` },
    }));
    await connector.create?.('group', { displayName: 'All', members }, { signal });
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /Groups',
      'GET /ServiceProviderConfig',
      'PATCH /Groups/g-1',
      'PATCH /Groups/g-1',
    ]);
  });
});

describe('a look-up', () => {
  async function found(answer: Answer, path = 'userName', options = {}) {
    const { connector, asked } = await fakeProvider(answer, { options });
    return { record: await connector.find?.('user', path, 'ada@contoso.com', { signal }), asked };
  }

  it.each([
    ['userName', {}, 'userName eq "ada@contoso.com"'],
    ['emails[type eq "work"].value', {}, 'emails[type eq "work" and value eq "ada@contoso.com"]'],
    [
      'emails[type eq "work"].value',
      { overrides: { filter: { typed: 'sub-attribute' } } },
      'emails[type eq "work"].value eq "ada@contoso.com"',
    ],
    [
      'emails[type eq "work"].value',
      { overrides: { filter: { typed: 'plain' } } },
      'emails.value eq "ada@contoso.com"',
    ],
    [`${ENTERPRISE}:employeeNumber`, {}, `${ENTERPRISE}:employeeNumber eq "ada@contoso.com"`],
  ])('by %s asks the way the profile says', async (path, options, filter) => {
    const { record: nobody, asked } = await found(() => listOf([]), path, options);
    expect(nobody).toBeUndefined();
    expect(asked[0]?.query).toEqual({ filter, count: '2' });
  });

  it('escapes what would end the text', async () => {
    const { connector, asked } = await fakeProvider(() => listOf([]));
    await connector.find?.('user', 'displayName', 'Ada "The\\Countess" & Co', { signal });
    expect(asked[0]?.query.filter).toBe('displayName eq "Ada \\"The\\\\Countess\\" & Co"');
  });

  it('finds, whatever the capitals', async () => {
    const shown = { ...resource, userName: 'Ada@Contoso.com' };
    expect((await found(() => listOf([shown]))).record?.ref).toEqual(ref);
  });

  it('finds an address whose type the target leaves out', async () => {
    const shown = { id: 'a-1', emails: [{ value: 'ada@contoso.com' }] };
    const path = 'emails[type eq "work"].value';
    expect((await found(() => listOf([shown]), path)).record?.ref).toEqual(ref);
  });

  it('never guesses between two', async () => {
    const two = [resource, { ...resource, id: 'a-2' }];
    await expect(found(() => listOf(two))).rejects.toMatchObject({ kind: 'ambiguous' });
  });

  it.each([
    ['others', [{ id: 'g-1', userName: 'grace@contoso.com' }]],
    ['somebody without the attribute', [{ id: 'g-1' }]],
  ])('does not believe a target that answers with %s', async (_, shown) => {
    await expect(found(() => listOf(shown, 100))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'filter-ignored',
      general: true,
    });
  });
});

describe('an update', () => {
  const changes = [{ path: 'name.givenName', before: 'Ada', after: 'Augusta' }];
  const updated = { ...resource, name: { givenName: 'Augusta' } };

  function provider(answer: Answer): Answer {
    return (asked) =>
      asked.path === '/ServiceProviderConfig' ? refusal(404, 'none') : answer(asked);
  }

  it('answers with the account as the target has it', async () => {
    const { connector, asked } = await fakeProvider(provider(() => Response.json(updated)));
    const now = await connector.update?.(ref, changes, { signal, ifVersion: 'W/"1"' });
    expect(now?.attributes.name).toEqual({ givenName: 'Augusta' });
    expect(asked.at(-1)?.headers.get('if-match')).toBe('W/"1"');
  });

  it('is read again after an answer without a body', async () => {
    const { connector } = await fakeProvider(
      provider(({ method }) =>
        method === 'PATCH' ? new Response(null, { status: 204 }) : Response.json(updated),
      ),
    );
    expect((await connector.update?.(ref, changes, { signal }))?.attributes.name).toEqual({
      givenName: 'Augusta',
    });
  });

  it('lies over what is read where changes are seen late, but for what waits for a person', async () => {
    const old = { ...resource, active: true, emails: [{ type: 'work', value: 'ada@contoso.com' }] };
    const { connector, asked } = await fakeProvider(
      ({ method }) =>
        method === 'PATCH' ? new Response(null, { status: 204 }) : Response.json(old),
      { profile: shippedProfile('ramp') },
    );
    const email = 'emails[type eq "work"].value';
    const now = await connector.update?.(
      ref,
      [
        ...changes,
        { path: 'active', before: true, after: 'False' },
        { path: email, before: 'ada@contoso.com', after: 'augusta@contoso.com' },
      ],
      { signal },
    );
    expect(now?.attributes).toEqual({
      userName: 'ada@contoso.com',
      active: false,
      name: { givenName: 'Augusta' },
      emails: [{ type: 'work', value: 'ada@contoso.com' }],
    });
    expect(asked[0]?.body).toMatchObject({
      Operations: [
        { op: 'Replace', path: 'name.givenName', value: 'Augusta' },
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Replace', path: email, value: 'augusta@contoso.com' },
      ],
    });
  });

  it('adds the element that its filter did not find', async () => {
    const { connector, asked } = await fakeProvider(
      provider(({ method, body }) => {
        if (method === 'GET') return Response.json(resource);
        return JSON.stringify(body).includes('[type')
          ? refusal(400, 'nothing there', 'noTarget')
          : Response.json(updated);
      }),
    );
    await connector.update?.(ref, [{ path: 'emails[type eq "work"].value', after: 'a@x.com' }], {
      signal,
    });
    expect(asked.at(-1)?.body).toMatchObject({
      Operations: [{ op: 'add', path: 'emails', value: [{ type: 'work', value: 'a@x.com' }] }],
    });
  });

  it.each<[string, Answer, Readonly<Record<string, unknown>>]>([
    [
      'says so',
      ({ path }) =>
        path === '/ServiceProviderConfig'
          ? Response.json({ patch: { supported: false } })
          : Response.json({ ...resource, nickName: 'Countess', meta: { version: 'W/"4"' } }),
      {},
    ],
    [
      'shows it',
      ({ method }) => {
        if (method === 'PATCH') return refusal(501, 'no patch');
        return Response.json({ ...resource, nickName: 'Countess', meta: { version: 'W/"4"' } });
      },
      {},
    ],
    [
      'is known for it',
      () => Response.json({ ...resource, nickName: 'Countess', meta: { version: 'W/"4"' } }),
      { overrides: { update: { method: 'put' } } },
    ],
  ])(
    'reads, merges and writes with the version where a target without PATCH %s',
    async (_, answer, options) => {
      const { connector, asked } = await fakeProvider(answer, { options });
      await connector.update?.(ref, changes, { signal });
      const put = asked.at(-1);
      expect(put).toMatchObject({
        method: 'PUT',
        path: '/Users/a-1',
        body: { ...resource, name: { givenName: 'Augusta' }, nickName: 'Countess' },
      });
      expect(put?.headers.get('if-match')).toBe('W/"4"');
    },
  );

  it('turns an account off by the DELETE that only deactivates, after its other changes', async () => {
    const { connector, asked } = await fakeProvider(
      provider(({ method }) =>
        method === 'GET'
          ? Response.json({ ...resource, active: false })
          : new Response(null, { status: 204 }),
      ),
      { options: { overrides: { deprovision: { disableBy: 'delete' } } } },
    );
    const off = { path: 'active', before: true, after: 'False' };
    const now = await connector.update?.(ref, [off, ...changes], { signal });
    expect(now?.attributes.active).toBe(false);
    expect(asked.map(({ method }) => method).filter((method) => method !== 'GET')).toEqual([
      'PATCH',
      'DELETE',
    ]);
  });

  it('goes in portions where the target limits them', async () => {
    const { connector, asked } = await fakeProvider(
      provider(() => Response.json(updated)),
      {
        options: { overrides: { update: { maxOperations: 1 } } },
      },
    );
    await connector.update?.(ref, [...changes, { path: 'title', after: 'Countess' }], {
      signal,
      ifVersion: 'W/"1"',
    });
    expect(
      asked
        .filter(({ method }) => method === 'PATCH')
        .map(({ headers }) => headers.get('if-match')),
    ).toEqual(['W/"1"', null]);
  });
});

describe('everything else', () => {
  it('gets, and knows who is gone', async () => {
    const { connector } = await fakeProvider(({ path }) =>
      path === '/Users/a-1' ? Response.json(resource) : refusal(404, 'gone'),
    );
    expect(await connector.get?.(ref, { signal })).toEqual(record);
    expect(await connector.get?.({ ...ref, id: 'b/2' }, { signal })).toBeUndefined();
  });

  it('deletes, and says who was gone already', async () => {
    const { connector, asked } = await fakeProvider(({ path }) =>
      path === '/Users/a-1' ? new Response(null, { status: 204 }) : refusal(404, 'gone'),
    );
    await connector.delete?.(ref, { signal });
    await expect(connector.delete?.({ ...ref, id: 'b/2' }, { signal })).rejects.toMatchObject({
      kind: 'missing',
    });
    expect(asked.map(({ path }) => path)).toEqual(['/Users/a-1', '/Users/b%2F2']);
  });

  it('searches page by page, in the filter’s own words', async () => {
    const { connector, asked } = await fakeProvider(({ path, query }) => {
      if (path === '/ServiceProviderConfig') return refusal(404, '');
      return listOf([{ ...resource, id: query.startIndex }], 2);
    });
    const filter = { type: 'present', path: { attribute: 'title' } } as const;
    const query = { filter, attributes: ['userName', 'title'], count: 1, signal };
    const first = await connector.search?.('user', query);
    const second = await connector.search?.('user', { ...query, cursor: first?.nextCursor ?? '' });
    expect([first?.records[0]?.ref.id, second?.records[0]?.ref.id, second?.nextCursor]).toEqual([
      '1',
      '2',
      undefined,
    ]);
    // Providers that heed `attributes` leave out the version, too.
    expect(asked[1]?.query).toEqual({ filter: 'title pr', startIndex: '1', count: '1' });
  });

  it('writes back the whole list of members where there is no PATCH', async () => {
    const { connector, asked } = await fakeProvider(
      () =>
        Response.json({ id: 'g', displayName: 'All', members: [{ value: 'u1' }, { value: 'u2' }] }),
      { options: { overrides: { update: { method: 'put' } } } },
    );
    const group: ObjectRef = { system: 'app', kind: 'group', id: 'g' };
    const [u2, u3] = ['u2', 'u3'].map((id): ObjectRef => ({ system: 'app', kind: 'user', id }));
    if (u2 === undefined || u3 === undefined) throw new Error('no members');
    await connector.addMembers?.(group, [u2, u3], { signal });
    expect(asked.at(-1)?.body).toMatchObject({
      members: [{ value: 'u1' }, { value: 'u2' }, { value: 'u3' }],
    });
    await connector.removeMembers?.(group, [u2], { signal });
    expect(asked.at(-1)?.body).toMatchObject({ members: [{ value: 'u1' }] });
  });

  it('has no groups to write where the application has none', async () => {
    const { connector } = await fakeProvider(() => refusal(404, ''), {
      profile: shippedProfile('ramp'),
    });
    expect([connector.addMembers, connector.removeMembers]).toEqual([undefined, undefined]);
    const schema = await connector.describe?.({ signal });
    expect(schema?.kinds.map(({ kind }) => kind)).toEqual(['user']);
  });

  it('keeps the query of the base URL, and headers of its own', async () => {
    const { connector, asked } = await fakeProvider(() => listOf([]), {
      options: {
        url: 'https://app.contoso.com/scim/v2/?aadOptscim062020',
        headers: { 'X-Tenant': 'contoso' },
      },
    });
    await connector.find?.('user', 'userName', 'ada', { signal });
    expect(asked[0]?.query).toEqual({
      aadOptscim062020: '',
      filter: 'userName eq "ada"',
      count: '2',
    });
    expect(asked[0]?.headers.get('x-tenant')).toBe('contoso');
  });

  it('shows the engine a profile as traits', async () => {
    const { connector } = await fakeProvider(() => listOf([]), { profile: shippedProfile('ramp') });
    expect(connector.traits).toMatchObject({
      enabledPath: 'active',
      visibilityLagSeconds: 300,
      uniquePaths: ['userName'],
      pendingPaths: ['emails[type eq "work"].value'],
      referenceRules: [{ mustNotHold: ['IT_ADMIN', 'BUSINESS_BOOKKEEPER'] }],
    });
    expect(connector.traits?.attributeRules?.user).toContainEqual(
      expect.objectContaining({ name: 'role', createOnlyValues: ['GUEST_USER'] }),
    );
  });

  it.each([
    ['slack', 3],
    ['zscaler', 5],
    ['github-emu', undefined],
  ])('tells the rate of all writes to users in %s', async (name, requestsPerSecond) => {
    const { connector } = await fakeProvider(() => listOf([]), { profile: shippedProfile(name) });
    expect(connector.traits?.requestsPerSecond).toBe(requestsPerSecond);
  });

  it('refuses to begin without an address, or with a profile that is none', async () => {
    await expect(
      fakeProvider(() => listOf([]), { options: { url: undefined } }),
    ).rejects.toMatchObject({ code: 'base-url-missing' });
    await expect(
      fakeProvider(() => listOf([]), { options: { overrides: { update: { method: 'post' } } } }),
    ).rejects.toMatchObject({ code: 'profile-invalid' });
  });

  it('offers the profile’s mapping to the configuration', () => {
    const defaults = scim.writeDefaults?.(shippedProfile('ramp'));
    if (!defaults?.ok) throw new Error('no defaults');
    expect(defaults.value.user).toMatchObject({
      match: ['userName', 'emails[type eq "work"].value'],
      do: ['create', 'update', 'disable'],
      leave: 'disable',
      guard: { disable: { share: 0.2, count: 20 } },
    });
    expect(scim.writeDefaults?.({ name: 'nothing' }).ok).toBe(false);
    expect(Object.keys(scim.writeDefaults?.() ?? {})).toContain('value');
  });
});

describe('credentials', () => {
  const oauth = {
    tokenUrl: 'https://login.contoso.com/token',
    clientId: 'lockstep',
    clientSecret: 's3cret/+',
  };

  it('are renewed once when the target refuses them', async () => {
    let tokens = 0;
    const { connector, asked } = await fakeProvider(
      ({ path, headers }) => {
        if (path === '/token')
          return Response.json({ access_token: `t${++tokens}`, expires_in: 3600 });
        return headers.get('authorization') === 'Bearer t1' ? refusal(401, 'expired') : listOf([]);
      },
      { options: { oauth } },
    );
    await connector.find?.('user', 'userName', 'ada', { signal });
    expect(asked.map(({ path }) => path)).toEqual(['/token', '/Users', '/token', '/Users']);
  });

  it('that stay refused fail for everybody', async () => {
    const { connector } = await fakeProvider(
      ({ path }) =>
        path === '/token'
          ? Response.json({ access_token: 't', expires_in: 3600 })
          : refusal(401, 'no'),
      { options: { oauth } },
    );
    await expect(connector.find?.('user', 'userName', 'ada', { signal })).rejects.toMatchObject({
      kind: 'denied',
      code: 'credentials-refused',
      general: true,
    });
  });

  it('may be a name and a password, and are never two at once', async () => {
    const basic = { user: 'admin', password: 'pässword' };
    const { connector, asked } = await fakeProvider(() => listOf([]), { options: { basic } });
    await connector.find?.('user', 'userName', 'ada', { signal });
    expect(asked[0]?.headers.get('authorization')).toBe(
      `Basic ${Buffer.from('admin:pässword').toString('base64')}`,
    );
    expect(
      scim.options.safeParse({ url: 'https://x.contoso.com', token: 't', basic }).success,
    ).toBe(false);
    expect(scim.options.safeParse({ url: 'https://x.contoso.com', token: '' }).success).toBe(false);
  });
});
