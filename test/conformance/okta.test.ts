/**
 * Okta's provisioning traffic for SCIM 2.0: its life of a user and of a pushed group. Nothing of it
 * needs leniency, so the service is the strict one.
 */

import { expect, it } from 'vitest';
import { STRICT } from '../../src/scim/clients.ts';
import { type Answer, PATCH_OP } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const ADA = {
  schemas: [CORE_USER],
  userName: 'ada@contoso.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ primary: true, value: 'ada@contoso.com', type: 'work' }],
  displayName: 'Ada Lovelace',
  locale: 'en-US',
  externalId: '00ujl29u0le5T6Aj10h7',
  groups: [],
  password: '1mz050nq',
  active: true,
};

function okta(): Promise<Service> {
  return service({}, STRICT);
}

function create({ send }: Service): Promise<Answer> {
  return send('POST', '/Users', ADA);
}

async function membersOf({ send }: Service, id: string): Promise<readonly string[]> {
  const { body } = await send('GET', `/Groups/${id}`);
  return (body.members ?? []).map(({ value }: { value: string }) => value).sort();
}

it('tests the connection with a short list', async () => {
  const { list } = await okta();
  expect(await list('/Users', { startIndex: 1, count: 2 })).toMatchObject({
    status: 200,
    body: { totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
  });
});

it('looks for a user, makes it, and finds it the next time', async () => {
  const made = await okta();
  const query = { filter: 'userName eq "ada@contoso.com"', startIndex: 1, count: 100 };
  expect((await made.list('/Users', query)).body.totalResults).toBe(0);
  const { status, body } = await create(made);
  expect(status).toBe(201);
  const { password: _, groups: __, ...kept } = ADA;
  expect(body).toMatchObject(kept);
  expect(body).not.toHaveProperty('password');
  expect((await made.list('/Users', query)).body).toMatchObject({
    totalResults: 1,
    Resources: [{ id: body.id }],
  });
});

it('is told 409 for a user that is there already', async () => {
  const made = await okta();
  await create(made);
  expect(await create(made)).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
});

it('changes a profile by sending back all that it read', async () => {
  const made = await okta();
  const { body } = await create(made);
  const profile = { ...body, name: { ...body.name, familyName: 'King' }, groups: [] };
  const answer = await made.send('PUT', `/Users/${body.id}`, profile);
  expect(answer).toMatchObject({ status: 200, body: { name: { familyName: 'King' } } });
  expect(answer.body.emails).toEqual(ADA.emails);
});

it('deactivates and activates by a PATCH without a path', async () => {
  const made = await okta();
  const { body } = await create(made);
  for (const active of [false, true])
    expect(
      await made.patch(`/Users/${body.id}`, { op: 'replace', value: { active } }),
    ).toMatchObject({ status: 200, body: { active, userName: ADA.userName } });
});

it('sends a new password, which is kept nowhere', async () => {
  const made = await okta();
  const { body } = await create(made);
  const answer = await made.patch(`/Users/${body.id}`, {
    op: 'replace',
    value: { password: 'n3w-0ne' },
  });
  expect(answer.status).toBe(200);
  expect(JSON.stringify(answer.body)).not.toContain('n3w-0ne');
});

it('pushes a group with its members, by id and name', async () => {
  const made = await okta();
  const { body: ada } = await create(made);
  const found = await made.list('/Groups', { filter: 'displayName eq "Analysts"', count: 100 });
  expect(found.body.totalResults).toBe(0);
  const answer = await made.send('POST', '/Groups', {
    schemas: [CORE_GROUP],
    displayName: 'Analysts',
    members: [{ value: ada.id, display: 'ada@contoso.com' }],
  });
  expect(answer).toMatchObject({ status: 201, body: { displayName: 'Analysts' } });
  expect(await membersOf(made, answer.body.id)).toEqual([ada.id]);
});

it('renames a group with its id in the value', async () => {
  const made = await okta();
  const id = await made.group('Analysts');
  const value = { id, displayName: 'Data analysts' };
  const { status } = await made.patch(`/Groups/${id}`, { op: 'replace', value });
  expect(status).toBeLessThan(300);
  expect((await made.send('GET', `/Groups/${id}`)).body.displayName).toBe('Data analysts');
});

it('takes members out and adds others in one PATCH', async () => {
  const made = await okta();
  const [ada, grace] = [await made.user('ada@contoso.com'), await made.user('grace@contoso.com')];
  const id = await made.group('Analysts', ada);
  const { status } = await made.patch(
    `/Groups/${id}`,
    { op: 'remove', path: `members[value eq "${ada}"]` },
    { op: 'add', path: 'members', value: [{ value: grace, display: 'grace@contoso.com' }] },
  );
  expect(status).toBeLessThan(300);
  expect(await membersOf(made, id)).toEqual([grace]);
});

it('sets all members at once, more than any page holds', async () => {
  const made = await okta();
  const id = await made.group('Analysts', await made.user('ada@contoso.com'));
  const ids: string[] = [];
  for (let index = 0; index < 256; index++) ids.push(await made.user(`user-${index}@contoso.com`));
  const body = {
    schemas: [PATCH_OP],
    Operations: [{ op: 'replace', path: 'members', value: ids.map((value) => ({ value })) }],
  };
  expect((await made.send('PATCH', `/Groups/${id}`, body)).status).toBeLessThan(300);
  expect(await membersOf(made, id)).toEqual(ids.toSorted());
});

it('deletes a group', async () => {
  const made = await okta();
  const id = await made.group('Analysts');
  expect((await made.send('DELETE', `/Groups/${id}`)).status).toBe(204);
  expect((await made.send('GET', `/Groups/${id}`)).status).toBe(404);
});

it('empties a pushed group by replacing its members with none', async () => {
  const made = await okta();
  const { body: ada } = await create(made);
  const at = `/Groups/${await made.group('Analysts', ada.id)}`;
  const { status } = await made.patch(at, { op: 'replace', path: 'members', value: [] });
  expect(status).toBe(204);
  expect((await made.send('GET', at)).body).not.toHaveProperty('members');
});
