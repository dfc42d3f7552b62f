/** Whose data a token opens, and what a client's own identifiers are worth. */

import { expect, it } from 'vitest';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { service } from './service.ts';

/** Two tenants, each with a system of the same name, and one of them with another. */
async function twoTenants() {
  const open = async (system: string) => {
    const options = directoryOptions.parse({});
    return servedSystem(
      system,
      openDirectory(system, options, memoryStorage(), () => new Date()),
    );
  };
  const systems = new Map([
    ['contoso/inbox', await open('inbox')],
    ['contoso/other', await open('other')],
    ['fabrikam/inbox', await open('inbox')],
  ]);
  const app = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async (token) => {
      const [tenant, system] = token.split('-');
      return tenant && system ? { tenant, system } : undefined;
    },
    open: async ({ tenant, system }) => systems.get(`${tenant}/${system}`),
  });
  return async (token: string, method: string, path: string, body?: unknown) => {
    const response = await app.fetch(
      new Request(`http://lockstep.test/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

it('gives a tenant nothing of another, whatever it asks', async () => {
  const send = await twoTenants();
  const { body } = await send('contoso-inbox', 'POST', '/inbox/Users', { userName: 'ada' });
  const at = `/inbox/Users/${body.id}`;
  for (const method of ['GET', 'DELETE'])
    expect(await send('fabrikam-inbox', method, at)).toMatchObject({ status: 404 });
  expect(await send('fabrikam-inbox', 'PUT', at, { userName: 'eve' })).toMatchObject({
    status: 404,
  });
  expect((await send('fabrikam-inbox', 'GET', '/inbox/Users')).body.totalResults).toBe(0);
  expect(await send('fabrikam-inbox', 'POST', '/inbox/Users', { userName: 'ada' })).toMatchObject({
    status: 201,
  });
  expect((await send('contoso-inbox', 'GET', at)).body.userName).toBe('ada');
});

it('opens the system a token was made for and no other', async () => {
  const send = await twoTenants();
  expect(await send('contoso-inbox', 'GET', '/inbox/Users')).toMatchObject({ status: 200 });
  expect(await send('contoso-inbox', 'GET', '/other/Users')).toMatchObject({ status: 404 });
  expect(await send('contoso-missing', 'GET', '/missing/Users')).toMatchObject({ status: 404 });
});

it('never takes a client’s identifier for its own', async () => {
  const { send, user, patch } = await service();
  const ada = await user('ada@contoso.com');
  const eve = await user('eve@contoso.com', { externalId: ada });
  expect((await send('GET', `/Users/${ada}`)).body.userName).toBe('ada@contoso.com');
  await user('root@contoso.com', { externalId: '1' });
  expect(await send('GET', '/Users/1')).toMatchObject({ status: 404 });
  await patch(`/Users/${eve}`, { op: 'replace', value: { id: ada, title: 'Owner' } });
  expect((await send('GET', `/Users/${ada}`)).body).not.toHaveProperty('title');
});
