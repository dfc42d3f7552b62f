/**
 * JumpCloud's provisioning traffic for SCIM 2.0: a test of the connection that makes a user and a group
 * and deletes both, changes with one operation for each attribute, and members removed by value.
 */

import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service, serviceFor } from './service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

function account(userName: string) {
  return {
    schemas: [USER, ENTERPRISE],
    userName,
    externalId: '5f1b1f2b1f2b1f2b1f2b1f2b',
    active: true,
    displayName: 'Ada Lovelace',
    name: { givenName: 'Ada', familyName: 'Lovelace', middleName: '' },
    emails: [{ value: userName, type: 'work', primary: true }],
    phoneNumbers: [],
    addresses: [],
    [ENTERPRISE]: { department: '', employeeNumber: '7' },
  };
}

async function ada(made: Service): Promise<string> {
  const { status, body } = await made.send('POST', '/Users', account('ada@contoso.com'));
  expect(status).toBe(201);
  return body.id;
}

it('tests the connection with a user and a group, and deletes both', async () => {
  const made = await serviceFor('jumpcloud');
  expect((await made.list('/Users', { startIndex: 1, count: 1 })).status).toBe(200);
  const user = await made.send('POST', '/Users', account('test@contoso.com'));
  const changed = await made.send('PUT', `/Users/${user.body.id}`, {
    ...account('test@contoso.com'),
    displayName: 'Test',
  });
  expect(changed.body.displayName).toBe('Test');
  const group = await made.group('JumpCloud Test Group', user.body.id);
  expect((await made.send('DELETE', `/Groups/${group}`)).status).toBe(204);
  expect((await made.send('DELETE', `/Users/${user.body.id}`)).status).toBe(204);
  expect((await made.list('/Users')).body.totalResults).toBe(0);
});

describe('a user', () => {
  it('is found by name before it is made, and empty texts are no values', async () => {
    const made = await serviceFor('jumpcloud');
    const id = await ada(made);
    const { body } = await made.list('/Users', { filter: 'userName eq "ada@contoso.com"' });
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
    expect(body.Resources[0].name).toEqual({ givenName: 'Ada', familyName: 'Lovelace' });
    expect(body.Resources[0][ENTERPRISE]).toEqual({ employeeNumber: '7' });
  });

  it('is changed with one operation for each attribute, and suspended by a boolean', async () => {
    const made = await serviceFor('jumpcloud');
    const id = await ada(made);
    const { body } = await made.patch(
      `/Users/${id}`,
      { op: 'replace', path: 'name.givenName', value: 'Augusta' },
      { op: 'replace', path: 'name.familyName', value: 'King' },
      { op: 'replace', path: 'active', value: false },
    );
    expect(body).toMatchObject({
      active: false,
      name: { givenName: 'Augusta', familyName: 'King' },
    });
  });
});

describe('a group', () => {
  it('gets members without type and name, and loses the one that is named by value', async () => {
    const made = await serviceFor('jumpcloud');
    const [one, other] = [await ada(made), await made.user('grace@contoso.com')];
    const at = `/Groups/${await made.group('Analysts')}`;
    for (const value of [one, other])
      await made.patch(at, { op: 'add', path: 'members', value: [{ value }] });
    await made.patch(at, { op: 'remove', path: 'members', value: [{ value: one }] });
    expect((await made.send('GET', at)).body.members).toMatchObject([{ value: other }]);
    // Somebody who is no member any more.
    const again = { op: 'remove', path: 'members', value: [{ value: one }] };
    expect((await made.patch(at, again)).status).toBe(204);
    expect((await made.send('GET', at)).body.members).toHaveLength(1);
  });

  it('keeps its members where a strict service is asked like that', async () => {
    const made = await service();
    const id = await ada(made);
    const at = `/Groups/${await made.group('Analysts', id)}`;
    const answer = await made.patch(at, { op: 'remove', path: 'members', value: [{ value: id }] });
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect((await made.send('GET', at)).body.members).toHaveLength(1);
  });
});
