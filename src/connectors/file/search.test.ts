import { expect, it } from 'vitest';
import { parseFilter } from '../../scim/filter.ts';
import { type Connector, ConnectorError, type SearchPage } from '../spi/index.ts';
import { desk } from './testing.ts';

const { signal } = new AbortController();

const PEOPLE = [
  'id,login,name.givenName,status',
  '1,ada@contoso.com,Ada,A',
  '2,bob@contoso.com,Bob,I',
  '3,grace@contoso.com,Grace,A',
].join('\n');

function search(
  connector: Connector,
  text?: string,
  page: { cursor?: string; offset?: number; count?: number } = {},
): Promise<SearchPage> {
  const parsed = text === undefined ? undefined : parseFilter(text);
  const filter = parsed?.ok ? { filter: parsed.value } : {};
  return connector.search?.('user', { signal, ...filter, ...page }) ?? Promise.reject(new Error());
}

const idsOf = ({ records }: SearchPage) => records.map(({ ref }) => ref.id);

it('finds the records a filter holds for, and tells how many there are', async () => {
  await using here = await desk();
  await here.write('people.csv', PEOPLE);
  const people = await here.connect({ path: 'people.csv' });
  const [ada] = (await search(people, 'login eq "ADA@contoso.com"')).records;
  expect(ada).toMatchObject({
    ref: { system: 'hr', kind: 'user', id: '1' },
    attributes: { id: '1', login: 'ada@contoso.com', name: { givenName: 'Ada' }, status: 'A' },
  });
  expect(idsOf(await search(people, 'name.givenName sw "g"'))).toEqual(['3']);
  expect(await search(people, 'status eq "A"', { count: 1 })).toMatchObject({ total: 2 });
  expect(idsOf(await search(people, undefined, { offset: 1, count: 1 }))).toEqual(['2']);
});

it('gets one record, whose version is another once it changes', async () => {
  await using here = await desk();
  await here.write('people.csv', PEOPLE);
  const people = await here.connect({ path: 'people.csv' });
  const get = (id: string) => people.get?.({ system: 'hr', kind: 'user', id }, { signal });
  const before = await get('2');
  expect(before?.attributes.login).toBe('bob@contoso.com');
  expect(await get('4')).toBeUndefined();
  await here.write('people.csv', PEOPLE.replace('2,bob', '2,robert'));
  const after = await get('2');
  expect(after?.attributes.login).toBe('robert@contoso.com');
  expect(after?.version).not.toBe(before?.version);
  expect((await get('1'))?.version).toBe((await search(people, 'id eq "1"')).records[0]?.version);
});

it('goes on page by page, and begins again when the file has changed', async () => {
  await using here = await desk();
  await here.write('people.csv', PEOPLE);
  const people = await here.connect({ path: 'people.csv' });
  const first = await search(people, 'status eq "A"', { count: 1 });
  expect(idsOf(first)).toEqual(['1']);
  const cursor = first.nextCursor ?? '';
  const second = await search(people, 'status eq "A"', { count: 1, cursor });
  expect(idsOf(second)).toEqual(['3']);
  expect(second).toMatchObject({ total: 2 });
  expect(second.nextCursor).toBeUndefined();
  await here.write('people.csv', `${PEOPLE}\n4,eve@contoso.com,Eve,A`);
  await expect(search(people, 'status eq "A"', { count: 1, cursor })).rejects.toMatchObject({
    kind: 'watermark-expired',
  });
});

it('answers nothing from a file that cannot be taken whole', async () => {
  await using here = await desk();
  await here.write('people.csv', `${PEOPLE}\n3,again@contoso.com,Again,A`);
  const people = await here.connect({ path: 'people.csv' });
  await expect(search(people)).rejects.toThrow(ConnectorError);
  await expect(search(people)).rejects.toMatchObject({ code: 'file-invalid', general: true });
});

it('searches no files of changes and none of a server', async () => {
  await using here = await desk();
  const changes = await here.connect({ path: 'changes', mode: 'delta' });
  const fetched = await here.connect({ url: 'https://hr.contoso.com/people.csv' });
  expect([changes.search, fetched.search]).toEqual([undefined, undefined]);
});
