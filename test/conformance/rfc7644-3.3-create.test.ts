/** RFC 7644 §3.3: creating resources. */

import { expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { BASE, service } from './service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

it('answers 201 with the resource, its address and its version', async () => {
  const { send } = await service();
  const answer = await send('POST', '/Users', {
    schemas: [USER, ENTERPRISE],
    userName: 'ada@contoso.com',
    name: { givenName: 'Ada' },
    emails: [{ type: 'work', value: 'ada@contoso.com', primary: true }],
    [ENTERPRISE]: { department: 'R&D' },
  });
  const { id } = answer.body;
  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-type')).toBe('application/scim+json');
  expect(answer.headers.get('location')).toBe(`${BASE}/Users/${id}`);
  expect(answer.headers.get('etag')).toBe(answer.body.meta.version);
  expect(answer.body).toEqual({
    schemas: [USER, ENTERPRISE],
    id: expect.any(String),
    userName: 'ada@contoso.com',
    active: true,
    name: { givenName: 'Ada' },
    emails: [{ type: 'work', value: 'ada@contoso.com', primary: true }],
    [ENTERPRISE]: { department: 'R&D' },
    meta: {
      resourceType: 'User',
      created: instant,
      lastModified: instant,
      location: `${BASE}/Users/${id}`,
      version: expect.stringMatching(/^W\/"\d+"$/),
    },
  });
});

it('takes attributes of the type’s own schema under its URN, once', async () => {
  const { send } = await service();
  const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
  const body = { schemas: [core], [core]: { userName: 'ada@contoso.com' } };
  expect(await send('POST', '/Users', body)).toMatchObject({
    status: 201,
    body: { userName: 'ada@contoso.com' },
  });
  const twice = await send('POST', '/Users', { ...body, userName: 'bob@contoso.com' });
  expect(twice).toMatchObject({ status: 400, body: { scimType: 'invalidSyntax' } });
  const flat = await send('POST', '/Users', { schemas: [core], [core]: 'ada' });
  expect(flat).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
});

it('ignores what only the service may set, and what is in no schema', async () => {
  const { send, user } = await service();
  const id = await user('ada@contoso.com', {
    id: 'mine',
    meta: { created: '2001-01-01T00:00:00Z', location: 'https://example.org' },
    isAdministrator: true,
    state: { acceptedAt: 'now' },
    groups: [{ value: 'admins' }],
    name: { givenName: 'Ada', clearance: 'top' },
  });
  expect(id).not.toBe('mine');
  const { body } = await send('GET', `/Users/${id}`);
  expect(body.meta.created).not.toContain('2001');
  expect(Object.keys(body).sort()).toEqual(['active', 'id', 'meta', 'name', 'schemas', 'userName']);
  expect(body.name).toEqual({ givenName: 'Ada' });
});

it('takes names in any capitals and answers with those of the schema (RFC 7643 §2.1)', async () => {
  const { send } = await service();
  const { body } = await send('POST', '/Users', {
    USERNAME: 'ada@contoso.com',
    Name: { GIVENNAME: 'Ada' },
    [ENTERPRISE.toUpperCase()]: { Department: 'R&D' },
  });
  expect(body).toMatchObject({
    userName: 'ada@contoso.com',
    name: { givenName: 'Ada' },
    [ENTERPRISE]: { department: 'R&D' },
  });
});

it('treats null, the empty text and the empty list as no value (RFC 7643 §2.5)', async () => {
  const { send, user } = await service();
  const id = await user('ada@contoso.com', { title: '', roles: [], nickName: null, name: {} });
  const { body } = await send('GET', `/Users/${id}`);
  for (const name of ['title', 'roles', 'nickName', 'name']) expect(body).not.toHaveProperty(name);
});

it('answers 409 when the user name is taken, in whatever capitals', async () => {
  const { send, user } = await service();
  await user('ada@contoso.com');
  expect(await send('POST', '/Users', { userName: 'ADA@contoso.com' })).toMatchObject({
    status: 409,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
    },
  });
});

it('lets one of many that come at once have the name', async () => {
  const { send } = await service();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => send('POST', '/Users', { userName: 'ada@contoso.com' })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});

it.each([
  [{}, 'userName'],
  [{ userName: 7 }, 'userName'],
  [{ userName: 'a', active: 'perhaps' }, 'active'],
  [{ userName: 'a', emails: 'a@contoso.com' }, 'emails'],
  [{ userName: 'a', name: 'Ada' }, 'name'],
  [{ userName: 'a', title: ['a', 'b'] }, 'title'],
  [
    {
      userName: 'a',
      roles: [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
      ],
    },
    'roles',
  ],
])('refuses %j and names the attribute', async (body, name) => {
  const { send } = await service();
  const answer = await send('POST', '/Users', body);
  expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  expect(answer.body.detail).toContain(name);
});

it('makes a group with its members at once', async () => {
  const { send, user, group } = await service();
  const ada = await user('ada@contoso.com');
  const id = await group('Analysts', ada);
  expect((await send('GET', `/Groups/${id}`)).body.members).toEqual([
    { value: ada, $ref: `${BASE}/Users/${ada}`, type: 'User' },
  ]);
});

it.each<[string, unknown]>([
  ['none', undefined],
  ['an empty list', []],
  ['its own alone', [USER]],
  ['in other capitals', [USER.toUpperCase(), ENTERPRISE]],
])('takes a resource whose schemas are %s (RFC 7643 §3)', async (_, schemas) => {
  const { send } = await service();
  const { status, body } = await send('POST', '/Users', { schemas, userName: 'ada' });
  expect([status, body.schemas]).toEqual([201, [USER]]);
});

it.each<[string, unknown]>([
  ['of another type', ['urn:ietf:params:scim:schemas:core:2.0:Group']],
  ['of nobody', [USER, 'urn:contoso:nothing:2.0:User']],
  ['extensions alone', [ENTERPRISE]],
  ['given twice', [USER, USER]],
  ['no list', USER],
  ['no texts', [7]],
])('refuses a resource whose schemas are %s (RFC 7643 §3)', async (_, schemas) => {
  const made = await service();
  const at = `/Users/${await made.user('ada')}`;
  for (const [method, path] of [
    ['POST', '/Users'],
    ['PUT', at],
  ] as const) {
    const { status, body } = await made.send(method, path, { schemas, userName: 'eve' });
    expect([status, body.detail]).toEqual([400, expect.stringContaining('schemas')]);
  }
  expect((await made.send('GET', at)).body.userName).toBe('ada');
});
