/** RFC 7644 §3.4.2.3: sorting, page by page. */

import { expect, it } from 'vitest';
import { type Answer, ENTERPRISE } from '../scim-client.ts';
import { type Service, service } from './service.ts';

async function people(): Promise<Service> {
  const made = await service();
  await made.user('linus@fabrikam.com', {
    name: { familyName: 'Torvalds' },
    externalId: 'b',
    active: true,
  });
  await made.user('Ada@contoso.com', {
    name: { familyName: 'lovelace' },
    externalId: 'B',
    active: false,
    emails: [
      { type: 'home', value: 'z@example.org' },
      { type: 'work', value: 'a@contoso.com', primary: true },
    ],
    [ENTERPRISE]: { department: 'R&D' },
  });
  await made.user('grace@contoso.com', {
    name: { familyName: 'Hopper' },
    externalId: 'a',
    emails: [{ type: 'work', value: 'm@contoso.com' }, { value: 'b@contoso.com' }],
    [ENTERPRISE]: { department: 'Navy' },
  });
  return made;
}

function names({ body }: Answer): string {
  return body.Resources.map(({ userName }: { userName: string }) => userName.split('@')[0]).join();
}

it('is announced (RFC 7643 §5)', async () => {
  const { send } = await service();
  expect((await send('GET', '/ServiceProviderConfig')).body.sort).toEqual({ supported: true });
});

it.each<[string, string, string]>([
  ['userName', 'capitals make no difference', 'Ada,grace,linus'],
  ['USERNAME', 'names are found in any case', 'Ada,grace,linus'],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'by its URN', 'Ada,grace,linus'],
  ['name.familyName', 'a sub-attribute', 'grace,Ada,linus'],
  ['externalId', 'capitals count where the schema says so', 'Ada,grace,linus'],
  ['emails', 'the primary value, or else the first; none comes last', 'Ada,grace,linus'],
  ['emails.value', 'the same by its name', 'Ada,grace,linus'],
  [`${ENTERPRISE}:department`, 'an extension; none comes last', 'grace,Ada,linus'],
  ['meta.created', 'instants', 'linus,Ada,grace'],
])('by %s: %s', async (sortBy, _, order) => {
  const { list } = await people();
  expect(names(await list('/Users', { sortBy }))).toBe(order);
  const descending = await list('/Users', { sortBy, sortOrder: 'descending' });
  expect(names(descending)).toBe(order.split(',').reverse().join());
});

it('puts booleans in their order, and what has none last, or first when descending', async () => {
  const { list } = await people();
  expect(names(await list('/Users', { sortBy: 'active' }))).toBe('Ada,linus,grace');
  const descending = await list('/Users', { sortBy: 'active', sortOrder: 'descending' });
  expect(names(descending)).toBe('grace,linus,Ada');
});

it.each(['userName', 'name.familyName'])('pages by number and by cursor: %s', async (sortBy) => {
  const { list } = await people();
  const whole = names(await list('/Users', { sortBy }));
  const byNumber: string[] = [];
  for (const startIndex of [1, 2, 3])
    byNumber.push(names(await list('/Users', { sortBy, startIndex, count: 1 })));
  expect(byNumber.join()).toBe(whole);
  const byCursor: string[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const answer: Answer = await list('/Users', { sortBy, cursor, count: 2 });
    expect(answer.body.totalResults).toBe(3);
    byCursor.push(names(answer));
    cursor = answer.body.nextCursor;
  }
  expect(byCursor.join()).toBe(whole);
});

it('sorts what a filter leaves, also when asked in a body (§3.4.3)', async () => {
  const { send } = await people();
  const answer = await send('POST', '/Users/.search', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    filter: 'userName ew "contoso.com"',
    sortBy: 'name.familyName',
    sortOrder: 'descending',
  });
  expect(names(answer)).toBe('Ada,grace');
});

it('sorts at the root where one type is asked for', async () => {
  const { list } = await people();
  const sortBy = 'userName';
  const filter = 'meta.resourceType eq "User"';
  expect(names(await list('', { sortBy, filter }))).toBe('Ada,grace,linus');
  expect(await list('', { sortBy })).toMatchObject({
    status: 400,
    body: { scimType: 'invalidValue' },
  });
});

it.each<[string, string, string]>([
  ['nobody', 'ascending', 'invalidPath'],
  ['name', 'ascending', 'invalidPath'],
  ['emails[type eq "work"].value', 'ascending', 'invalidPath'],
  ['a b', 'ascending', 'invalidPath'],
  ['userName', 'upwards', 'invalidValue'],
])('refuses %s %s', async (sortBy, sortOrder, scimType) => {
  const { list } = await people();
  expect(await list('/Users', { sortBy, sortOrder })).toMatchObject({
    status: 400,
    body: { scimType },
  });
});

it('does not go on with a cursor of another order', async () => {
  const { list } = await people();
  const { body } = await list('/Users', { cursor: '', count: 1 });
  const answer = await list('/Users', { cursor: body.nextCursor, sortBy: 'userName' });
  expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidCursor' } });
});
