/** RFC 7643 §4.1.2: the groups of a user, read only, direct and through other groups. */

import { expect, it } from 'vitest';
import { BASE, type Service, service } from './service.ts';

interface House extends Service {
  readonly ada: string;
  readonly analysts: string;
  readonly staff: string;
}

async function house(): Promise<House> {
  const made = await service();
  const ada = await made.user('ada@contoso.com');
  await made.user('grace@contoso.com');
  const analysts = await made.group('Analysts', ada);
  const staff = await made.group('Staff', analysts);
  await made.patch(`/Groups/${analysts}`, {
    op: 'add',
    path: 'members',
    value: [{ value: staff }],
  });
  return { ...made, ada, analysts, staff };
}

it('are told with their names and places when asked for, also around a circle', async () => {
  const { send, ada, analysts, staff } = await house();
  const { body } = await send('GET', `/Users/${ada}?attributes=groups`);
  expect(body.groups).toEqual([
    { value: analysts, display: 'Analysts', type: 'direct', $ref: `${BASE}/Groups/${analysts}` },
    { value: staff, display: 'Staff', type: 'indirect', $ref: `${BASE}/Groups/${staff}` },
  ]);
});

it('are told in lists as well, and nobody has an empty list', async () => {
  const { list, analysts } = await house();
  const { body } = await list('/Users', { attributes: 'userName,groups.value' });
  expect(body.Resources[0].groups[0]).toEqual({ value: analysts });
  expect(body.Resources[1]).not.toHaveProperty('groups');
});

it('are told on request alone, and described so (§2.2)', async () => {
  const { send, ada } = await house();
  expect((await send('GET', `/Users/${ada}`)).body).not.toHaveProperty('groups');
  const { body } = await send('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User');
  const groups = body.attributes.find(({ name }: { name: string }) => name === 'groups');
  expect(groups).toMatchObject({ mutability: 'readOnly', returned: 'request', multiValued: true });
});

it('are current, whatever version of the person the client has (RFC 7644 §3.14)', async () => {
  const { send, patch, ada, analysts } = await house();
  const etag = (await send('GET', `/Users/${ada}`)).headers.get('etag') ?? '';
  const path = `members[value eq "${ada}"]`;
  await patch(`/Groups/${analysts}`, { op: 'remove', path });
  const known = { 'if-none-match': etag };
  const again = await send('GET', `/Users/${ada}?attributes=groups`, undefined, known);
  expect(again.status).toBe(200);
  expect(again.body).not.toHaveProperty('groups');
});

it('cannot be set: left out of a resource, refused as the path of a PATCH', async () => {
  const { send, patch, ada, staff } = await house();
  const groups = [{ value: staff }];
  const body = { schemas: [], userName: 'ada@contoso.com', groups };
  expect((await send('PUT', `/Users/${ada}`, body)).status).toBe(200);
  expect(await patch(`/Users/${ada}`, { op: 'add', path: 'groups', value: groups })).toMatchObject({
    status: 400,
    body: { scimType: 'mutability' },
  });
  const { body: held } = await send('GET', `/Users/${ada}?attributes=groups`);
  expect(held.groups[0].type).toBe('direct');
});

it('neither find nor sort people', async () => {
  const { list, staff } = await house();
  expect(await list('/Users', { filter: `groups.value eq "${staff}"` })).toMatchObject({
    status: 400,
    body: { scimType: 'invalidFilter' },
  });
  expect(await list('/Users', { sortBy: 'groups' })).toMatchObject({
    status: 400,
    body: { scimType: 'invalidPath' },
  });
});
