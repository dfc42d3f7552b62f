/** What goes wrong in service providers of SCIM, tried on ours. */

import { expect, it } from 'vitest';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { type Service, service } from '../conformance/service.ts';
import { ENTERPRISE, PATCH_OP } from '../scim-client.ts';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SECRETS = 'urn:contoso:params:scim:schemas:2.0:Secrets';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  readonly body: any;
}

type Ask = (tenant: string, method: string, path: string, body?: unknown) => Promise<Answer>;

/** Two tenants, each with a system of the same name; the token is the name of the tenant. */
async function twoTenants(): Promise<Ask> {
  const open = () => {
    const now = () => new Date();
    return servedSystem(
      'inbox',
      openDirectory('inbox', directoryOptions.parse({}), memoryStorage(), now),
    );
  };
  const systems = new Map([
    ['contoso', await open()],
    ['fabrikam', await open()],
  ]);
  let asked = 0;
  const app = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async (token) => {
      await new Promise((resolve) => setTimeout(resolve, asked++ % 4));
      return systems.has(token) ? { tenant: token, system: 'inbox' } : undefined;
    },
    open: async ({ tenant }) => systems.get(tenant),
  });
  return async (tenant, method, path, body) => {
    const response = await app.fetch(
      new Request(`http://lockstep.test/scim/v2/inbox${path}`, {
        method,
        headers: { authorization: `Bearer ${tenant}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

it('T1: what a client calls somebody is never taken for an id of ours', async () => {
  const { send, user, group, list } = await service();
  const admin = await user('admin@contoso.com', { title: 'Owner' });
  const eve = await user('eve@contoso.com', { externalId: admin });
  const navy = await group('Navy');
  await send('PATCH', `/Groups/${navy}`, {
    schemas: [PATCH_OP],
    Operations: [{ op: 'add', path: 'members', value: [{ value: eve }] }],
  });
  await send('PUT', `/Users/${admin}`, { userName: 'admin@contoso.com', id: eve, externalId: '1' });
  expect((await send('GET', `/Users/${eve}`)).body.userName).toBe('eve@contoso.com');
  expect((await send('GET', '/Users/1')).status).toBe(404);
  const filter = `id eq "${admin}"`;
  expect((await list('/Users', { filter })).body.Resources).toMatchObject([
    { userName: 'admin@contoso.com' },
  ]);
});

it('T2: nobody is taken over by an e-mail address, neither by create nor by change', async () => {
  const { send, user, patch } = await service();
  const emails = [{ type: 'work', value: 'ada@contoso.com', primary: true }];
  const ada = await user('ada@contoso.com', { emails, title: 'Owner' });
  const created = await send('POST', '/Users', { userName: 'mallory', emails });
  expect(created.body.id).not.toBe(ada);
  const eve = await user('eve@contoso.com');
  await patch(`/Users/${eve}`, { op: 'add', path: 'emails', value: emails });
  const taken = { op: 'replace', path: 'userName', value: 'ADA@contoso.com' };
  expect((await patch(`/Users/${eve}`, taken)).status).toBe(409);
  expect((await send('GET', `/Users/${ada}`)).body).toMatchObject({
    userName: 'ada@contoso.com',
    title: 'Owner',
  });
});

it('T3: a token of one tenant finds nothing of another, on no path', async () => {
  const ask = await twoTenants();
  const { body } = await ask('contoso', 'POST', '/Users', { userName: 'ada' });
  const at = `/Users/${body.id}`;
  const { body: navy } = await ask('contoso', 'POST', '/Groups', { displayName: 'Navy' });
  for (const [method, path, sent] of [
    ['GET', at],
    ['PUT', at, { userName: 'eve' }],
    ['PATCH', at, { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'x' }] }],
    ['DELETE', at],
    ['GET', `/Groups/${navy.id}`],
  ] as const)
    expect((await ask('fabrikam', method, path, sent)).status).toBe(404);
  for (const path of ['/Users', '', `/Users?filter=${encodeURIComponent(`id eq "${body.id}"`)}`])
    expect((await ask('fabrikam', 'GET', path)).body.totalResults).toBe(0);
  const Operations = [{ method: 'DELETE', path: at }];
  const bulk = await ask('fabrikam', 'POST', '/Bulk', { schemas: [BULK], Operations });
  expect(bulk.body.Operations[0].status).toBe('404');
  expect((await ask('contoso', 'GET', at)).body.userName).toBe('ada');
});

it('T4: requests of two tenants that cross each other stay with their own', async () => {
  const ask = await twoTenants();
  const write = async (tenant: string, index: number) => {
    const { body } = await ask(tenant, 'POST', '/Users', { userName: `${tenant}-${index}` });
    const Operations = [{ op: 'add', path: 'title', value: tenant }];
    await ask(tenant, 'PATCH', `/Users/${body.id}`, { schemas: [PATCH_OP], Operations });
    return (await ask(tenant, 'GET', `/Users/${body.id}`)).body;
  };
  const both = Array.from({ length: 200 }, (_, index) =>
    write(index % 2 === 0 ? 'contoso' : 'fabrikam', index),
  );
  for (const { userName, title } of await Promise.all(both)) expect(userName).toContain(title);
  for (const tenant of ['contoso', 'fabrikam']) {
    const { body } = await ask(tenant, 'GET', '/Users?count=200');
    expect(body.totalResults).toBe(100);
    expect(JSON.stringify(body)).not.toContain(tenant === 'contoso' ? 'fabrikam' : 'contoso');
  }
});

it('T5: no address of a served system makes, shows or changes a token', async () => {
  const { send } = await service();
  for (const path of ['/Tokens', '/tokens', '/ServiceProviderConfig', '/Me', '/oauth/token'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([404, 405, 501]).toContain((await send(method, path, {})).status);
  const { body } = await send('GET', '/ServiceProviderConfig');
  expect(JSON.stringify(body)).not.toContain('secret');
});

it('T6: no token, an empty one and almost the right one open nothing', async () => {
  const { send, user } = await service();
  await user('ada');
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Bearer secre',
    'Bearer secret1',
    'Bearer \t',
  ])
    for (const method of ['GET', 'POST', 'OPTIONS'])
      expect((await send(method, '/Users', undefined, { authorization })).status).toBe(401);
});

it('T7: what only the service sets is set by no way of writing, and what is in no schema is kept by none', async () => {
  const made = await service();
  const inside = {
    id: 'mine',
    meta: { created: '2001-01-01T00:00:00Z', version: 'W/"1"', location: 'http://evil.test' },
    groups: [{ value: 'admins' }],
    isAdministrator: true,
    state: { acceptedAt: 'now' },
    [ENTERPRISE]: { manager: { displayName: 'God' }, clearance: 'top' },
  };
  const whole = { userName: 'ada', ...inside };
  const posted = await made.send('POST', '/Users', whole);
  const at = `/Users/${posted.body.id}`;
  const operation = { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: inside }] };
  await made.send('PUT', at, whole);
  await made.send('PATCH', at, operation);
  await made.send('POST', '/Bulk', {
    schemas: [BULK],
    Operations: [
      { method: 'PUT', path: at, data: whole },
      { method: 'PATCH', path: at, data: operation },
      { method: 'POST', path: '/Users', bulkId: 'b', data: { ...whole, userName: 'eve' } },
    ],
  });
  const { body } = await made.list('/Users', {
    attributes: `userName,groups,id,meta,${ENTERPRISE}`,
  });
  expect(body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual([
    'ada',
    'eve',
  ]);
  for (const text of [
    'mine',
    '2001',
    'evil',
    'admins',
    'isAdministrator',
    'acceptedAt',
    'God',
    'top',
  ])
    expect(JSON.stringify(body)).not.toContain(text);
});

it('T16: filters, paths and patches without end cost no more than their refusal', async () => {
  const made = await service();
  const at = `/Users/${await made.user('ada')}`;
  const began = performance.now();
  const deep = `${'('.repeat(5_000)}userName pr${')'.repeat(5_000)}`;
  for (const filter of [deep, 'not ('.repeat(5_000), `userName eq "${'a'.repeat(100_000)}"`])
    expect((await made.send('POST', '/Users/.search', { filter })).status).toBe(400);
  const paths = ['a['.repeat(5_000), `emails[${deep}]`, 'a.'.repeat(10_000)];
  for (const path of paths)
    expect((await made.patch(at, { op: 'add', path, value: 'x' })).status).toBe(400);
  const many = Array.from({ length: 5_000 }, () => ({ op: 'add', path: 'title', value: 'x' }));
  expect((await made.patch(at, ...many)).status).toBe(400);
  expect(performance.now() - began).toBeLessThan(3_000);
});

it('T20: a prototype is nothing that a body, a path or a filter reaches', async () => {
  const made = await service();
  const at = `/Users/${await made.user('ada')}`;
  await made.send('POST', '/Users', '{"userName":"eve","__proto__":{"admin":true}}');
  await made.send('PUT', at, '{"userName":"ada","constructor":{"prototype":{"admin":true}}}');
  for (const path of ['__proto__.admin', 'constructor.prototype.admin', `${ENTERPRISE}:__proto__`])
    expect((await made.patch(at, { op: 'add', path, value: true })).status).toBe(400);
  expect((await made.list('/Users', { filter: '__proto__ pr' })).status).toBe(400);
  for (const object of [{}, [], made]) expect(object).not.toHaveProperty('admin');
});

async function everyView(made: Service, id: string): Promise<readonly unknown[]> {
  const { list, send } = made;
  return Promise.all([
    send('GET', `/Users/${id}`),
    send('GET', `/Users/${id}?attributes=${SECRETS}:pin,userName`),
    list('/Users'),
    list('/Users', { attributes: SECRETS }),
    list(''),
    send('POST', '/Users/.search', { attributes: [`${SECRETS}:pin`] }),
    send('POST', '/.search', {}),
    send('PUT', `/Users/${id}`, { userName: 'ada', [SECRETS]: { pin: '4711' } }),
    send('GET', '/Groups?attributes=members'),
  ]);
}

it('T23: lists, searches and children show what one resource shows, and count nothing else', async () => {
  const attributes = [{ name: 'pin', mutability: 'writeOnly' }];
  const made = await service({ schemas: [{ id: SECRETS, name: 'Secrets', attributes }] });
  const id = await made.user('ada', { [SECRETS]: { pin: '4711' } });
  await made.group('Navy', id);
  expect(JSON.stringify(await everyView(made, id))).not.toContain('4711');
  const stranger = { authorization: 'Bearer another' };
  for (const path of ['', '/Users', `/Users/${id}`, '/Groups', '/Schemas', '/Bulk', '/Nothing'])
    expect((await made.send('GET', path, undefined, stranger)).status).toBe(401);
  // What is hidden is not found out by counting either.
  for (const filter of [`${SECRETS}:pin eq "4711"`, `${SECRETS}:pin pr`])
    expect((await made.list('/Users', { filter, count: 0 })).status).toBe(400);
});
