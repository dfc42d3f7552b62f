/**
 * What users of every identity provider suffer from elsewhere: for each client as the configuration
 * names it, in what that client needs beyond the RFC, and strictly otherwise.
 */

import { describe, expect, it } from 'vitest';
import { CLIENTS, LENIENCIES, leniencyFor, STRICT } from '../../src/scim/clients.ts';
import { type Service, service, serviceFor } from './service.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** With the resource, or without (RFC 7644 §3.5.2). */
const DONE: readonly number[] = [200, 204];

async function membersOf({ send }: Service, id: string): Promise<readonly string[]> {
  const { body } = await send('GET', `/Groups/${id}`);
  return (body.members ?? []).map(({ value }: { value: string }) => value).sort();
}

async function people(made: Service, count: number): Promise<readonly string[]> {
  const ids = [];
  for (let index = 0; index < count; index++) ids.push(await made.user(`p${index}@contoso.com`));
  return ids.sort();
}

describe.each(Object.keys(CLIENTS))('%s', (client) => {
  it('may send hundreds of members in one PATCH, in one POST and in one PUT', async () => {
    const made = await serviceFor(client);
    const ids = await people(made, 300);
    const members = ids.map((value) => ({ value }));
    const patched = await made.group('Patched');
    const add = { op: 'add', path: 'members', value: members };
    expect(DONE).toContain((await made.patch(`/Groups/${patched}`, add)).status);
    expect(await membersOf(made, patched)).toEqual(ids);
    const posted = await made.group('Posted', ...ids);
    expect(await membersOf(made, posted)).toEqual(ids);
    const body = { schemas: [GROUP], displayName: 'Put', members: members.slice(0, 257) };
    expect((await made.send('PUT', `/Groups/${patched}`, body)).status).toBe(200);
    expect(await membersOf(made, patched)).toEqual(ids.slice(0, 257));
  });

  it('may send empty lists, which mean that there is no value', async () => {
    const made = await serviceFor(client);
    const empty = { emails: [], roles: [], phoneNumbers: [], addresses: [], groups: [] };
    const body = { schemas: [USER], userName: 'ada@contoso.com', ...empty };
    const created = await made.send('POST', '/Users', body);
    expect(created.status).toBe(201);
    for (const name of Object.keys(empty)) expect(created.body).not.toHaveProperty(name);
    expect((await made.send('PUT', `/Users/${created.body.id}`, body)).status).toBe(200);
    const group = await made.send('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Navy',
      members: [],
    });
    expect(group.status).toBe(201);
    const clear = { op: 'replace', path: 'members', value: [] };
    expect(DONE).toContain((await made.patch(`/Groups/${group.body.id}`, clear)).status);
  });

  it('is told the right totals, whatever page it asks for', async () => {
    const made = await serviceFor(client);
    await people(made, 7);
    const seen = new Set<string>();
    for (let startIndex = 1; startIndex <= 7; startIndex += 3) {
      const { body } = await made.list('/Users', { startIndex, count: 3 });
      expect([body.totalResults, body.startIndex]).toEqual([7, startIndex]);
      expect(body.itemsPerPage).toBe(body.Resources.length);
      for (const { id } of body.Resources) seen.add(id);
    }
    expect(seen.size).toBe(7);
    const { body } = await made.list('/Users', { filter: 'userName sw "p"', count: 2 });
    expect([body.totalResults, body.Resources.length]).toEqual([7, 2]);
  });

  it('may change an address without changing who somebody is', async () => {
    const made = await serviceFor(client);
    const shared = [{ value: 'office@contoso.com', type: 'work', primary: true }];
    const ada = await made.user('ada@contoso.com', { emails: shared });
    // Two people may share an address: the user name is the key, and nothing else.
    const grace = await made.user('grace@contoso.com', { emails: shared });
    expect(grace).not.toBe(ada);
    const renamed = await made.patch(
      `/Users/${ada}`,
      { op: 'replace', path: 'userName', value: 'king@contoso.com' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'king@contoso.com' },
    );
    expect(DONE).toContain(renamed.status);
    const { body } = await made.send('GET', `/Users/${ada}`);
    expect(body).toMatchObject({ id: ada, userName: 'king@contoso.com' });
    expect(body.emails).toEqual([{ ...shared[0], value: 'king@contoso.com' }]);
    const filter = 'emails.value eq "office@contoso.com"';
    expect((await made.list('/Users', { filter })).body.Resources).toMatchObject([{ id: grace }]);
  });

  it('finds people whatever the capitals, and makes nobody twice by them', async () => {
    const made = await serviceFor(client);
    const ada = await made.user('Ada@Contoso.com');
    const found = await made.list('/Users', { filter: 'USERNAME Eq "ada@contoso.COM"' });
    expect(found.body.Resources).toMatchObject([{ id: ada, userName: 'Ada@Contoso.com' }]);
    const again = await made.send('POST', '/Users', { userName: 'ADA@CONTOSO.COM' });
    expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  });

  it('is told what was wrong, by the name of the attribute', async () => {
    const made = await serviceFor(client);
    const ada = await made.user('ada@contoso.com');
    const refusals = [
      [await made.send('POST', '/Users', { schemas: [USER], name: {} }), 'userName'],
      [
        await made.patch(`/Users/${ada}`, { op: 'replace', path: 'shoeSize', value: 1 }),
        'shoeSize',
      ],
      [await made.patch(`/Users/${ada}`, { op: 'replace', path: 'name', value: 'Ada' }), 'name'],
      [await made.list('/Users', { filter: 'userName xx "a"' }), 'xx'],
    ] as const;
    for (const [{ status, headers, body }, named] of refusals) {
      expect(status).toBe(400);
      expect(headers.get('content-type')).toBe('application/scim+json');
      expect(body.detail).toContain(named);
    }
  });

  it('gets a group without its members where it asks for that, and its version changes with them', async () => {
    const made = await serviceFor(client);
    const group = await made.group('Navy', await made.user('ada@contoso.com'));
    const at = `/Groups/${group}?excludedAttributes=members`;
    const before = await made.send('GET', at);
    expect(before.body).not.toHaveProperty('members');
    await made.patch(`/Groups/${group}`, { op: 'replace', path: 'members', value: [] });
    expect((await made.send('GET', at)).headers.get('etag')).not.toBe(before.headers.get('etag'));
  });
});

describe('a deviation', () => {
  it('is off unless it is named, and each client has its own', () => {
    expect(leniencyFor([])).toEqual(STRICT);
    expect(leniencyFor(['okta', 'google', 'rippling'])).toEqual(STRICT);
    expect(leniencyFor(['jumpcloud', 'onelogin'])).toEqual({
      ...STRICT,
      removesByValue: true,
      valuesForLists: true,
    });
    expect(leniencyFor([], ['text-booleans'])).toEqual({ ...STRICT, textBooleans: true });
  });

  it('that some client needs has a name that a configuration can have', () => {
    for (const names of Object.values(CLIENTS))
      expect(names.filter((name) => !Object.hasOwn(LENIENCIES, name))).toEqual([]);
  });

  it.each<[string, (made: Service, at: string) => Promise<unknown>]>([
    [
      'a text for a boolean',
      ({ patch }, at) => patch(at, { op: 'replace', path: 'active', value: 'False' }),
    ],
    [
      'a list of one for a single value',
      ({ patch }, at) => patch(at, { op: 'replace', path: 'title', value: ['Analyst'] }),
    ],
    [
      'an element that is not there',
      ({ patch }, at) => patch(at, { op: 'add', path: 'emails[type eq "fax"].value', value: 'a' }),
    ],
    [
      'a name without its URN',
      ({ patch }, at) => patch(at, { op: 'replace', path: 'department', value: 'R&D' }),
    ],
    [
      'a value without a list around it',
      ({ send }, at) => send('PUT', at, { userName: 'ada', emails: { value: 'a' } }),
    ],
    [
      'two primaries',
      ({ send }, at) => {
        const emails = ['a', 'b'].map((value) => ({ value, primary: true }));
        return send('PUT', at, { userName: 'ada', emails });
      },
    ],
    [
      'a schema that the type does not have',
      ({ send }, at) => send('PUT', at, { schemas: [USER, 'urn:x:1.0:Y'], userName: 'ada' }),
    ],
    [
      'a removal with a value',
      ({ patch }, at) => patch(at, { op: 'remove', path: 'emails', value: [{ value: 'a' }] }),
    ],
  ])('is refused by a strict service, and changes nothing: %s', async (_, deviate) => {
    const made = await service();
    const at = `/Users/${await made.user('ada', { emails: [{ value: 'a' }] })}`;
    const before = await made.send('GET', at);
    expect(await deviate(made, at)).toMatchObject({ status: 400 });
    expect((await made.send('GET', at)).body).toEqual(before.body);
  });

  it('never empties a group of somebody who named one member only', async () => {
    const made = await service();
    const [ada, grace] = [await made.user('ada'), await made.user('grace')];
    const group = await made.group('Navy', ada, grace);
    const remove = { op: 'remove', path: 'members', value: [{ value: ada }] };
    const answer = await made.patch(`/Groups/${group}`, remove);
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body.detail).toContain('members[value eq');
    expect(await membersOf(made, group)).toEqual([ada, grace].sort());
  });
});
