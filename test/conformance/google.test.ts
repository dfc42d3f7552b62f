/**
 * Google Workspace's automatic provisioning over SCIM 2.0: people alone, no groups. It asks for one user
 * to test the connection, knows people by their address as user name, and takes them out by suspending
 * or deleting them. Nothing of it needs leniency.
 */

import { expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const ADA = {
  schemas: [USER, ENTERPRISE],
  userName: 'ada@contoso.com',
  externalId: '117253049815023847261',
  name: { givenName: 'Ada', familyName: 'Lovelace', formatted: 'Ada Lovelace' },
  displayName: 'Ada Lovelace',
  emails: [{ value: 'ada@contoso.com', type: 'work', primary: true }],
  active: true,
};

async function ada({ send }: Service): Promise<string> {
  const { status, body } = await send('POST', '/Users', ADA);
  expect(status).toBe(201);
  return body.id;
}

it('tests the connection by asking for one user', async () => {
  const { list, send } = await service();
  expect(await list('/Users', { count: 1 })).toMatchObject({
    status: 200,
    body: { totalResults: 0, Resources: [] },
  });
  const stranger = { authorization: 'Bearer another' };
  expect(await send('GET', '/Users?count=1', undefined, stranger)).toMatchObject({ status: 401 });
});

it('makes people with no more than a user name and a name', async () => {
  const { send } = await service();
  const body = { schemas: [USER], userName: 'ada@contoso.com', name: { givenName: 'Ada' } };
  expect(await send('POST', '/Users', body)).toMatchObject({ status: 201, body: { active: true } });
});

it('finds somebody who is there already, and takes that account', async () => {
  const made = await service();
  const id = await ada(made);
  expect((await made.send('POST', '/Users', ADA)).status).toBe(409);
  const { body } = await made.list('/Users', { filter: 'userName eq "ada@contoso.com"' });
  expect(body.Resources).toMatchObject([{ id, externalId: ADA.externalId }]);
});

it('changes attributes one by one, in extensions too', async () => {
  const made = await service();
  const id = await ada(made);
  const { body } = await made.patch(
    `/Users/${id}`,
    { op: 'replace', path: 'name.familyName', value: 'King' },
    { op: 'add', path: `${ENTERPRISE}:department`, value: 'R&D' },
    { op: 'replace', path: 'emails', value: [{ value: 'king@contoso.com', type: 'work' }] },
  );
  expect(body).toMatchObject({
    name: { givenName: 'Ada', familyName: 'King' },
    emails: [{ value: 'king@contoso.com', type: 'work' }],
    [ENTERPRISE]: { department: 'R&D' },
  });
});

it('suspends by PATCH, brings back as the same account, and deletes', async () => {
  const made = await service();
  const id = await ada(made);
  for (const value of [false, true]) {
    const { body } = await made.patch(`/Users/${id}`, { op: 'replace', path: 'active', value });
    expect(body).toMatchObject({ id, active: value });
  }
  expect((await made.send('DELETE', `/Users/${id}`)).status).toBe(204);
  expect((await made.send('GET', `/Users/${id}`)).status).toBe(404);
});
