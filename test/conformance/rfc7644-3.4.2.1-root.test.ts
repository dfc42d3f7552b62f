/** RFC 7644 §3.4.2.1: one query over all types of resource; §3.4.3: the same in a body. */

import { expect, it } from 'vitest';
import type { Answer } from '../scim-client.ts';
import { type Service, service } from './service.ts';

async function house(): Promise<Service> {
  const made = await service();
  await made.user('ada@contoso.com', { externalId: 'E1', title: 'Analyst' });
  await made.user('grace@contoso.com');
  await made.group('Analysts');
  await made.group('Navy');
  await made.group('Owners');
  return made;
}

function names({ body }: Answer): readonly string[] {
  return body.Resources.map(
    ({ userName, displayName }: { userName?: string; displayName?: string }) =>
      userName?.split('@')[0] ?? displayName,
  );
}

it('lists users and groups together, each with its type', async () => {
  const answer = await (await house()).list('');
  expect(answer).toMatchObject({
    status: 200,
    body: { totalResults: 5, itemsPerPage: 5, startIndex: 1 },
  });
  expect(names(answer)).toEqual(['ada', 'grace', 'Analysts', 'Navy', 'Owners']);
  expect(answer.body.Resources[0].meta.resourceType).toBe('User');
  expect(answer.body.Resources[4].meta.resourceType).toBe('Group');
});

it('is found with a slash at its end as well', async () => {
  expect(names(await (await house()).list('/'))).toHaveLength(5);
});

it.each<[string, readonly string[]]>([
  ['meta.resourceType eq "Group"', ['Analysts', 'Navy', 'Owners']],
  ['meta.resourceType eq "User" and title pr', ['ada']],
  ['meta.resourceType eq "Group" or title pr', ['ada', 'Analysts', 'Navy', 'Owners']],
  ['meta.resourceType eq "Planet"', []],
  ['displayName sw "Na"', ['Navy']],
  ['userName sw "a" or displayName sw "a"', ['ada', 'Analysts']],
])('filters by what one type has and the other has not: %s', async (filter, found) => {
  const answer = await (await house()).list('', { filter });
  expect(names(answer)).toEqual(found);
  expect(answer.body.totalResults).toBe(found.length);
});

it.each<[number, number, readonly string[]]>([
  [1, 2, ['ada', 'grace']],
  [2, 2, ['grace', 'Analysts']],
  [4, 9, ['Navy', 'Owners']],
  [6, 9, []],
  [1, 0, []],
])('pages by number across types: from %i, %i', async (startIndex, count, found) => {
  const answer = await (await house()).list('', { startIndex, count });
  expect(names(answer)).toEqual(found);
  expect(answer.body).toMatchObject({
    ...{ totalResults: 5, itemsPerPage: found.length, startIndex },
  });
});

it.each([1, 2, 3, 4])('pages by cursor across types, %i at a time (RFC 9865)', async (count) => {
  const { list } = await house();
  const seen: string[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const answer: Answer = await list('', { cursor, count });
    expect(answer.body.totalResults).toBe(5);
    seen.push(...names(answer));
    cursor = answer.body.nextCursor;
  }
  expect(seen).toEqual(['ada', 'grace', 'Analysts', 'Navy', 'Owners']);
});

it('refuses a cursor that names no type', async () => {
  const { list } = await house();
  for (const text of ['9.', '1', 'x.', '0.\n']) {
    const cursor = Buffer.from(text).toString('base64url');
    expect(await list('', { cursor })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidCursor' },
    });
  }
});

it('can be asked for in a body (§3.4.3)', async () => {
  const { send } = await house();
  const answer = await send('POST', '/.search', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    attributes: ['displayName', 'userName'],
    filter: 'displayName sw "Na" or userName sw "g"',
    startIndex: 1,
    count: 10,
  });
  expect(names(answer)).toEqual(['grace', 'Navy']);
  expect(answer.body.Resources[0]).not.toHaveProperty('meta');
});

it('refuses a filter that is none', async () => {
  const { list } = await house();
  expect(await list('', { filter: 'displayName' })).toMatchObject({
    status: 400,
    body: { scimType: 'invalidFilter' },
  });
});
