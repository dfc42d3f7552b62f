/** What Entra ID's provisioning service sends, in both of its dialects. */

import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service, serviceFor } from './service.ts';

const MANAGER = `${ENTERPRISE}:manager`;

it('tests a connection with a user that does not exist', async () => {
  const { list } = await serviceFor('entra');
  const filter = 'userName eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"';
  expect(await list('/Users', { filter })).toMatchObject({
    status: 200,
    body: { totalResults: 0, Resources: [] },
  });
});

async function ada(made: Service): Promise<string> {
  const answer = await made.send('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
    userName: 'ada@contoso.com',
    active: true,
    displayName: 'Ada Lovelace',
    emails: [{ primary: true, type: 'work', value: 'ada@contoso.com' }],
    meta: { resourceType: 'User' },
    name: { formatted: 'Ada Lovelace', familyName: 'Lovelace', givenName: 'Ada' },
    [ENTERPRISE]: { department: 'R&D', employeeNumber: '7' },
    roles: [],
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

describe('a user', () => {
  it('is created, found, changed attribute by attribute, and disabled by a text', async () => {
    const made = await serviceFor('entra');
    const id = await ada(made);
    const { body } = await made.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'lovelace@contoso.com' },
      { op: 'Replace', path: 'name.familyName', value: 'King' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+44 1' },
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Analyst' },
      { op: 'Add', path: `${ENTERPRISE}:costCenter`, value: '12' },
      { op: 'Replace', path: 'active', value: 'False' },
    );
    expect(body).toMatchObject({
      active: false,
      name: { familyName: 'King', givenName: 'Ada' },
      emails: [{ primary: true, type: 'work', value: 'lovelace@contoso.com' }],
      phoneNumbers: [{ type: 'mobile', value: '+44 1' }],
      roles: [{ primary: true, value: 'Analyst' }],
      [ENTERPRISE]: { department: 'R&D', employeeNumber: '7', costCenter: '12' },
    });
  });

  it('is changed by one operation without a path in the compliant dialect', async () => {
    const made = await serviceFor('entra');
    const id = await ada(made);
    const { body } = await made.patch(`/Users/${id}`, {
      op: 'replace',
      value: {
        displayName: 'Ada King',
        active: false,
        'name.familyName': 'King',
        [`${ENTERPRISE}:employeeNumber`]: '8',
        'emails[type eq "work"].value': 'king@contoso.com',
      },
    });
    expect(body).toMatchObject({
      displayName: 'Ada King',
      active: false,
      name: { familyName: 'King', givenName: 'Ada' },
      emails: [{ primary: true, type: 'work', value: 'king@contoso.com' }],
      [ENTERPRISE]: { department: 'R&D', employeeNumber: '8' },
    });
  });

  it.each([
    ['a list', 'manager', (id: string) => [{ $ref: `http://example.org/Users/${id}`, value: id }]],
    ['a complex value', MANAGER, (id: string) => ({ value: id })],
    ['a text', MANAGER, (id: string) => id],
    ['a text at its value', `${MANAGER}.value`, (id: string) => id],
  ])('gets a manager as %s', async (_, path, value) => {
    const made = await serviceFor('entra');
    const id = await ada(made);
    const boss = await made.user('grace@contoso.com');
    const answer = await made.patch(`/Users/${id}`, { op: 'Add', path, value: value(boss) });
    expect(answer.body[ENTERPRISE].manager).toMatchObject({ value: boss });
    const filter = `id eq "${id}" and manager eq "${boss}"`;
    expect((await made.list('/Users', { filter })).body.totalResults).toBe(1);
    const removed = await made.patch(`/Users/${id}`, { op: 'Remove', path });
    expect(removed.body[ENTERPRISE]).not.toHaveProperty('manager');
  });

  it('stays found once it is disabled, and goes by DELETE', async () => {
    const made = await serviceFor('entra');
    const id = await ada(made);
    await made.patch(`/Users/${id}`, { op: 'Add', path: 'active', value: 'False' });
    const { body } = await made.list('/Users', { filter: 'userName eq "ada@contoso.com"' });
    expect(body.Resources).toMatchObject([{ id, active: false }]);
    expect(await made.send('DELETE', `/Users/${id}`)).toMatchObject({ status: 204 });
  });
});

describe('a user, further', () => {
  it('is replaced in part by elements that are not there yet, and cleared by empty texts', async () => {
    const made = await serviceFor('entra');
    const id = await ada(made);
    const { body } = await made.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'addresses[type eq "work"].locality', value: 'London' },
      { op: 'Replace', path: 'addresses[type eq "work"].country', value: 'GB' },
      { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '+44 1' },
      { op: 'Replace', path: 'phoneNumbers[type eq "fax"].value', value: '' },
      { op: 'Replace', path: 'displayName', value: '' },
      { op: 'Remove', path: 'emails[type eq "other"].value' },
    );
    expect(body.addresses).toEqual([{ type: 'work', locality: 'London', country: 'GB' }]);
    expect(body.phoneNumbers).toEqual([{ type: 'work', value: '+44 1' }]);
    expect(body).not.toHaveProperty('displayName');
  });

  it('gets one role as a bare text, as SingleAppRoleAssignment gives it', async () => {
    const made = await serviceFor('entra');
    const id = await ada(made);
    const { body } = await made.patch(`/Users/${id}`, { op: 'Add', path: 'roles', value: 'Admin' });
    expect(body.roles).toEqual([{ value: 'Admin' }]);
    const found = await made.list('/Users', { filter: 'roles.value eq "Admin"' });
    expect(found.body.totalResults).toBe(1);
  });

  it('keeps its manager in the compliant dialect, where all comes in one operation', async () => {
    const made = await serviceFor('entra');
    const [id, boss] = [await ada(made), await made.user('grace@contoso.com')];
    const { body } = await made.patch(`/Users/${id}`, {
      op: 'add',
      value: { [`${ENTERPRISE}:manager`]: boss, 'phoneNumbers[type eq "work"].value': '+44 1' },
    });
    expect(body[ENTERPRISE]).toMatchObject({ department: 'R&D', manager: { value: boss } });
    expect(body.phoneNumbers).toEqual([{ type: 'work', value: '+44 1' }]);
  });

  it('is refused with the reason where nobody said that Entra ID is the client', async () => {
    const made = await service();
    const id = await ada(made);
    const { status, body } = await made.patch(`/Users/${id}`, {
      op: 'Replace',
      path: 'active',
      value: 'False',
    });
    expect([status, body.scimType, body.detail]).toEqual([
      ...[400, 'invalidValue', 'active must be true or false'],
    ]);
    expect((await made.send('GET', `/Users/${id}`)).body.active).toBe(true);
  });
});

describe('a group', () => {
  it('is found without members, created, renamed, filled and emptied member by member', async () => {
    const made = await serviceFor('entra');
    const [one, other] = [await made.user('ada@contoso.com'), await made.user('grace@contoso.com')];
    const find = () =>
      made.list('/Groups', { excludedAttributes: 'members', filter: 'displayName eq "Analysts"' });
    expect((await find()).body.totalResults).toBe(0);
    const created = await made.send('POST', '/Groups', {
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: '8aa1a0c0',
      displayName: 'Analysts',
      meta: { resourceType: 'Group' },
    });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect((await find()).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });

    const add = [one, other].map((value) => ({ $ref: null, value }));
    expect(
      await made.patch(`/Groups/${id}`, { op: 'Add', path: 'members', value: add }),
    ).toMatchObject({ status: 204 });
    const isMember = async (user: string) => {
      const { body } = await made.list('/Groups', {
        filter: `id eq "${id}" and members eq "${user}"`,
      });
      return body.totalResults === 1;
    };
    expect(await isMember(one)).toBe(true);

    await made.patch(`/Groups/${id}`, { op: 'Remove', path: 'members', value: [{ value: one }] });
    expect([await isMember(one), await isMember(other)]).toEqual([false, true]);
    await made.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${other}"]` });
    expect(await isMember(other)).toBe(false);

    await made.patch(`/Groups/${id}`, { op: 'Replace', path: 'displayName', value: 'Readers' });
    const { body } = await made.send('GET', `/Groups/${id}?excludedAttributes=members`);
    expect(body).toMatchObject({ displayName: 'Readers', externalId: '8aa1a0c0' });
    expect(await made.send('DELETE', `/Groups/${id}`)).toMatchObject({ status: 204 });
  });

  it('loses many members in one request, each named by value', async () => {
    const made = await serviceFor('entra');
    const ids = Array.from({ length: 256 }, (_, index) => `user-${index}`);
    const group = await made.group('Everybody', ...ids, 'the-last');
    const value = ids.map((id) => ({ value: id }));
    await made.patch(`/Groups/${group}`, { op: 'Remove', path: 'members', value });
    const { body } = await made.send('GET', `/Groups/${group}`);
    expect(body.members).toMatchObject([{ value: 'the-last' }]);
  });

  it('takes more than 256 members in one request', async () => {
    const made = await serviceFor('entra');
    const group = await made.group('Everybody');
    const value = Array.from({ length: 1_000 }, (_, index) => ({ value: `user-${index}` }));
    await made.patch(`/Groups/${group}`, { op: 'Add', path: 'members', value });
    expect((await made.send('GET', `/Groups/${group}`)).body.members).toHaveLength(1_000);
  });
});
