/** RFC 7644 §4, RFC 7643 §5 to §7: what the service says about itself. */

import { expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { BASE, service } from './service.ts';

it('says what it can do', async () => {
  const { send } = await service();
  const { body, status } = await send('GET', '/ServiceProviderConfig');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    filter: { supported: true, maxResults: 1_000 },
    etag: { supported: true },
    pagination: { cursor: true, index: true },
    authenticationSchemes: [{ type: 'oauthbearertoken' }],
  });
});

it('names its resource types, each at an address of its own', async () => {
  const { send } = await service();
  const { body } = await send('GET', '/ResourceTypes');
  expect(body).toMatchObject({
    totalResults: 2,
    Resources: [
      {
        id: 'User',
        endpoint: '/Users',
        schemaExtensions: [{ schema: ENTERPRISE, required: false }],
        meta: { location: `${BASE}/ResourceTypes/User` },
      },
      { id: 'Group', endpoint: '/Groups' },
    ],
  });
  expect((await send('GET', '/ResourceTypes/User')).body).toEqual(body.Resources[0]);
  expect(await send('GET', '/ResourceTypes/Device')).toMatchObject({ status: 404 });
});

it('describes every attribute, without nulls', async () => {
  const { send } = await service();
  const { body } = await send('GET', '/Schemas');
  expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([
    'urn:ietf:params:scim:schemas:core:2.0:User',
    ENTERPRISE,
    'urn:ietf:params:scim:schemas:core:2.0:Group',
    'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
    'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
    'urn:ietf:params:scim:schemas:core:2.0:Schema',
  ]);
  expect(JSON.stringify(body)).not.toContain('null');
  const user = (await send('GET', `/Schemas/${body.Resources[0].id}`)).body;
  expect(user.attributes.find(({ name }: { name: string }) => name === 'userName')).toEqual({
    name: 'userName',
    type: 'string',
    multiValued: false,
    description: expect.any(String),
    required: true,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'server',
  });
});

it('describes attributes the administrator added, and takes them', async () => {
  const badge = 'urn:contoso:scim:2.0:User:badge';
  const { send, user } = await service({ attributes: [{ path: badge, type: 'integer' }] });
  const { body } = await send('GET', '/Schemas/urn:contoso:scim:2.0:User');
  expect(body.attributes).toMatchObject([{ name: 'badge', type: 'integer' }]);
  const id = await user('ada', { 'urn:contoso:scim:2.0:User': { badge: 7 } });
  expect((await send('GET', `/Users/${id}`)).body).toMatchObject({
    schemas: expect.arrayContaining(['urn:contoso:scim:2.0:User']),
    'urn:contoso:scim:2.0:User': { badge: 7 },
  });
});

it.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])(
  '%s is only read',
  async (path) => {
    const { send, list } = await service();
    expect((await send('POST', path, {})).status).toBeGreaterThanOrEqual(404);
    expect((await send('DELETE', path)).status).toBe(405);
    if (path !== '/ServiceProviderConfig')
      expect(await list(path, { filter: 'id pr' })).toMatchObject({ status: 403 });
  },
);
