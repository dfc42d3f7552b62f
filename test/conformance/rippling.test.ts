/**
 * Rippling's provisioning over SCIM 2.0: it reads what the service can do, pages through everybody to match
 * people who are there already, sends the same again when an answer was lost, and makes, changes and
 * deletes groups. Nothing of it needs leniency.
 */

import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const ADA = {
  schemas: [USER, ENTERPRISE],
  userName: 'ada@contoso.com',
  externalId: '62a1f0c1e2d3b40001a2b3c4',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'ada@contoso.com', primary: true }],
  title: 'Analyst',
  active: true,
  [ENTERPRISE]: { employeeNumber: '7', department: 'R&D' },
};

async function ada({ send }: Service): Promise<string> {
  return (await send('POST', '/Users', ADA)).body.id;
}

it('tests the connection by what the service says it can do', async () => {
  const { send } = await service();
  expect(await send('GET', '/ServiceProviderConfig')).toMatchObject({
    status: 200,
    body: { patch: { supported: true }, filter: { supported: true } },
  });
});

it('pages through everybody to match people by their primary address', async () => {
  const made = await service();
  for (let index = 0; index < 5; index++)
    await made.user(`p${index}@contoso.com`, {
      emails: [{ value: `p${index}@contoso.com`, primary: true }],
    });
  const found: string[] = [];
  for (let startIndex = 1; ; startIndex += 2) {
    const { body } = await made.list('/Users', { startIndex, count: 2 });
    for (const { emails } of body.Resources) found.push(emails[0].value);
    if (startIndex + 2 > body.totalResults) break;
  }
  expect(found).toHaveLength(5);
  const filter = 'emails[primary eq true].value eq "p3@contoso.com"';
  expect((await made.list('/Users', { filter })).body.totalResults).toBe(1);
});

describe('a user', () => {
  it('sent twice is one account, and the second answer says which name is taken', async () => {
    const made = await service();
    const id = await ada(made);
    const again = await made.send('POST', '/Users', ADA);
    expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    expect(again.body.detail).toContain('ada@contoso.com');
    const filter = `externalId eq "${ADA.externalId}"`;
    expect((await made.list('/Users', { filter })).body.Resources).toMatchObject([{ id }]);
  });

  it('is changed by PATCH or by PUT, and ends by active: false', async () => {
    const made = await service();
    const id = await ada(made);
    const { body } = await made.patch(`/Users/${id}`, {
      op: 'replace',
      value: { title: 'Countess', name: { familyName: 'King' } },
    });
    expect(body).toMatchObject({
      title: 'Countess',
      name: { givenName: 'Ada', familyName: 'King' },
    });
    const put = await made.send('PUT', `/Users/${id}`, { ...ADA, active: false });
    expect(put.body).toMatchObject({ id, active: false, title: 'Analyst' });
  });
});

describe('groups', () => {
  it('that exclude each other: somebody leaves one and joins the other', async () => {
    const made = await service();
    const id = await ada(made);
    const [from, to] = [await made.group('Editors', id), await made.group('Owners')];
    await made.patch(`/Groups/${from}`, { op: 'remove', path: `members[value eq "${id}"]` });
    await made.patch(`/Groups/${to}`, { op: 'add', path: 'members', value: [{ value: id }] });
    const { body } = await made.send('GET', `/Users/${id}?attributes=groups`);
    expect(body.groups).toMatchObject([{ value: to, display: 'Owners' }]);
  });

  it('are deleted with their memberships, not with their people', async () => {
    const made = await service();
    const id = await ada(made);
    const group = await made.group('Editors', id);
    expect((await made.send('DELETE', `/Groups/${group}`)).status).toBe(204);
    const { status, body } = await made.send('GET', `/Users/${id}?attributes=groups`);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('groups');
  });
});
