/** A file served over SCIM: read only, and saying so. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, desk } from '../../src/connectors/file/testing.ts';
import { ENTERPRISE } from '../scim-client.ts';
import { type Gateway, gateway } from './gateway.ts';

const PEOPLE = `\
Personal-Nr.,login,Vorname,name,abteilung,status,leiter
7,ada@contoso.com,Ada,Lovelace,R&D,A,
8,bob@contoso.com,Bob,Babbage,R&D,I,7
9,grace@contoso.com,Grace,Hopper,Navy,A,7
`;

const MAP = {
  user: {
    userName: 'login',
    externalId: 'Personal-Nr.',
    'name.givenName': 'Vorname',
    'name.familyName': 'name',
    active: { attribute: 'status', values: { A: true, I: false } },
    'emails[type eq "work"].value': 'login',
    [`${ENTERPRISE}:department`]: 'abteilung',
  },
};

let here: Desk;

beforeEach(async () => {
  here = await desk();
  await here.write('people.csv', PEOPLE);
});

afterEach(() => here[Symbol.asyncDispose]());

async function served(map = MAP): Promise<Gateway> {
  return gateway(await here.connect({ path: 'people.csv', id: 'Personal-Nr.' }), { map });
}

it('shows its rows as people', async () => {
  const { send, bugs } = await served();
  const { status, body } = await send('GET', '/Users/7');
  expect(status).toBe(200);
  expect(body).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    id: '7',
    userName: 'ada@contoso.com',
    externalId: '7',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    active: true,
    emails: [{ type: 'work', value: 'ada@contoso.com' }],
    [ENTERPRISE]: { department: 'R&D' },
    meta: {
      resourceType: 'User',
      location: 'https://gateway.contoso.test/scim/v2/gate/Users/7',
      version: expect.stringMatching(/^W\/"[0-9a-f]{16}"$/),
    },
  });
  expect(await send('GET', '/Users/10')).toMatchObject({ status: 404 });
  expect(bugs).toEqual([]);
});

it.each([
  ['userName eq "ADA@contoso.com"', ['7']],
  ['emails.value eq "bob@contoso.com"', ['8']],
  ['emails[type eq "work" and value co "grace"]', ['9']],
  ['emails[type eq "home"]', []],
  ['active eq true', ['7', '9']],
  ['active eq "False"', ['8']],
  ['active ne true and name.givenName pr', ['8']],
  [`${ENTERPRISE}:department eq "r&d" and not (userName sw "a")`, ['8']],
  ['externalId eq "9"', ['9']],
  ['id eq "8" or name.familyName sw "l"', ['7', '8']],
])('finds people by %s', async (filter, ids) => {
  const { list } = await served();
  const { status, body } = await list('/Users', { filter });
  expect([status, body.Resources.map(({ id }: { id: string }) => id)]).toEqual([200, ids]);
  expect(body.totalResults).toBe(ids.length);
});

it('is paged by number and by cursor', async () => {
  const { list, all } = await served();
  expect((await list('/Users', { startIndex: 3, count: 2 })).body).toMatchObject({
    totalResults: 3,
    startIndex: 3,
    Resources: [{ id: '9' }],
  });
  expect(await all('/Users', { count: 1 })).toHaveLength(3);
});

it('tells a client that goes on in another file than it began in', async () => {
  const { list } = await served();
  const { body } = await list('/Users', { cursor: '', count: 2 });
  await here.write('people.csv', `${PEOPLE}10,eve@contoso.com,Eve,Moneypenny,MI6,A,\n`);
  expect(await list('/Users', { cursor: body.nextCursor, count: 2 })).toMatchObject({
    status: 400,
    body: { scimType: 'expiredCursor' },
  });
});

it('cannot be written, and says so before it is tried', async () => {
  const { send } = await served();
  for (const [method, path] of [
    ['POST', '/Users'],
    ['PUT', '/Users/7'],
    ['PATCH', '/Users/7'],
    ['DELETE', '/Users/7'],
    ['POST', '/Bulk'],
  ] as const) {
    const { status, headers, body } = await send(
      method,
      path,
      method === 'DELETE' ? undefined : {},
    );
    expect([method, status, body.status]).toEqual([method, 405, '405']);
    expect(headers.get('allow')).not.toContain(method);
  }
  expect((await send('GET', '/ServiceProviderConfig')).body).toMatchObject({
    patch: { supported: false },
    bulk: { supported: false },
    sort: { supported: false },
    filter: { supported: true },
    etag: { supported: true },
    pagination: { cursor: true, index: true },
  });
  const { body } = await send('GET', '/Schemas');
  const { attributes } = body.Resources[0];
  expect(new Set(attributes.map((one: { mutability: string }) => one.mutability))).toEqual(
    new Set(['readOnly']),
  );
  const emails = attributes.find(({ name }: { name: string }) => name === 'emails');
  expect(emails.subAttributes.map(({ name }: { name: string }) => name)).toEqual(['type', 'value']);
});

it('answers 304 to whoever has the row as it is', async () => {
  const { send } = await served();
  const tag = (await send('GET', '/Users/7')).headers.get('etag') ?? '';
  const headers = { 'if-none-match': tag };
  expect(await send('GET', '/Users/7', undefined, headers)).toMatchObject({ status: 304 });
  await here.write('people.csv', PEOPLE.replace('Lovelace', 'King'));
  expect(await send('GET', '/Users/7', undefined, headers)).toMatchObject({ status: 200 });
});

it('is out of order, not the client, while the file is broken', async () => {
  const { send } = await served();
  await here.write('people.csv', `${PEOPLE}7,again@contoso.com,Ada,Again,R&D,A,\n`);
  expect(await send('GET', '/Users/7')).toMatchObject({
    status: 503,
    body: { detail: expect.stringContaining('line 5') },
  });
});

it('keeps the names of its columns where nothing is said of them', async () => {
  await here.write('people.csv', 'id,userName,name.givenName,badge\n1,ada,Ada,B7\n');
  const { send } = await gateway(await here.connect({ path: 'people.csv' }));
  expect((await send('GET', '/Users/1')).body).toMatchObject({
    id: '1',
    userName: 'ada',
    name: { givenName: 'Ada' },
    badge: 'B7',
  });
});

it('has the shape its schema says, whatever shape the file has', async () => {
  const people = [
    { id: '1', userName: 'ada', emails: ['ada@contoso.com'], roles: 'Admin', name: 'Ada' },
    {
      id: '2',
      userName: 'bob',
      emails: [{ value: 'b@contoso.com', type: 'home' }],
      name: { givenName: 'Bob' },
    },
  ];
  await here.write('people.json', JSON.stringify(people));
  const { send, list } = await gateway(await here.connect({ path: 'people.json' }));
  const { body: ada } = await send('GET', '/Users/1');
  expect(ada).toMatchObject({
    emails: [{ value: 'ada@contoso.com' }],
    roles: [{ value: 'Admin' }],
  });
  expect(ada).not.toHaveProperty('name');
  expect((await send('GET', '/Users/2')).body).toMatchObject(people[1] ?? {});
  for (const [filter, name] of [
    ['emails.value sw "ada"', 'ada'],
    ['emails[type eq "home"]', 'bob'],
    ['name.givenName eq "bob"', 'bob'],
  ])
    expect((await list('/Users', { filter: filter ?? '' })).body.Resources).toMatchObject([
      { userName: name },
    ]);
});

it('refuses to be served by a column that is not there', async () => {
  await expect(served({ user: { ...MAP.user, userName: 'logon' } })).rejects.toMatchObject({
    code: 'serve-map-invalid',
    message: 'serve.map.user: the system has no attribute "logon"; did you mean "login"?',
  });
});

it('shows rows of another kind as resources of a type of their own', async () => {
  await here.write('devices.csv', 'serial,model,rack\nS1,Laptop,\nS2,Server,R7\n');
  const devices = await here.connect({ path: 'devices.csv', id: 'serial', kind: 'device' });
  const { send, list, bugs } = await gateway(devices, { kinds: ['device'] });
  const { body: types } = await send('GET', '/ResourceTypes');
  expect(types.Resources).toMatchObject([
    { name: 'Device', endpoint: '/Devices', schema: 'urn:lockstep:schemas:2.0:Device' },
  ]);
  expect((await send('GET', '/Schemas/urn:lockstep:schemas:2.0:Device')).status).toBe(200);
  expect(await send('GET', '/Devices/S2')).toMatchObject({
    status: 200,
    body: { id: 'S2', serial: 'S2', model: 'Server', rack: 'R7' },
  });
  const found = await list('/Devices', { filter: 'model eq "laptop"' });
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id: 'S1' }] });
  expect((await send('GET', '/Users')).status).toBe(404);
  expect(bugs).toEqual([]);
  await expect(gateway(devices, { kinds: ['user', 'device'] })).rejects.toMatchObject({
    code: 'unknown-kind',
    remedy: 'Its kinds are device.',
  });
});
