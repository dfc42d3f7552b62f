import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { memoryStorage } from '../connectors/directory/memory.ts';
import type { DirectoryStorage, Write, Written } from '../connectors/directory/storage.ts';
import type { Database } from './database.ts';
import { directoryStorage } from './directory.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const AT = '2026-01-31T08:00:00.000Z';

function made(id: string, kind = 'user', most?: number): Write {
  const object = { id, kind, attributes: {}, state: {}, createdAt: AT, modifiedAt: AT };
  return { type: 'put', object, expects: 0, values: [], ...(most !== undefined && { most }) };
}

function joined(add: readonly string[], remove: readonly string[], most?: number): Write {
  const members = add.map((id) => ({ system: 's', kind: 'user', id }));
  const limit = most !== undefined && { most };
  return { type: 'members', group: 'g', add: members, remove, at: AT, ...limit };
}

const typesOf = (written: readonly Written[]): string =>
  written.map(({ type }) => type.charAt(0)).join('');

/** `d` done, `f` full, `m` moved. */
async function expectLimits(storages: readonly DirectoryStorage[]): Promise<void> {
  const [one, other = one] = storages;
  if (!one || !other) throw new Error('no storage');
  const together = (writes: readonly Write[]): Promise<readonly Written[]> =>
    Promise.all(writes.map((write, index) => (index % 2 === 0 ? one : other).write(write)));
  await one.write(made('g', 'group'));
  const ids = Array.from({ length: 40 }, (_, index) => `u${index}`);
  const written = await together(ids.map((id) => made(id, 'user', 25)));
  expect(typesOf(written).replaceAll('f', '')).toBe('d'.repeat(25));
  expect((await one.search('user', { count: 1 })).total).toBe(25);

  // What cannot be made takes no room, and what goes gives room; others have theirs.
  const [first] = (await one.search('user', { count: 1 })).objects;
  const gone = { type: 'remove', kind: 'user', id: first?.id ?? '', at: AT } as const;
  await one.write({ ...gone, expects: first?.version ?? 0 });
  const all = await Promise.all(
    [
      made('g', 'group', 25),
      made('a', 'user', 25),
      made('b', 'user', 25),
      made('c', 'other', 1),
    ].map((write) => one.write(write)),
  );
  expect(typesOf(all)).toBe('mdfd');
  expect((await one.search('user', { count: 1 })).total).toBe(25);

  const many = await together(ids.map((id) => joined([id], [], 30)));
  expect(typesOf(many).replaceAll('f', '')).toBe('d'.repeat(30));
  const members = (await one.members('g')).map(({ id }) => id);
  expect(members).toHaveLength(30);
  // Who is a member joins nothing, and who leaves gives room.
  const known = members.slice(0, 2);
  expect(typesOf([await one.write(joined(known, [], 30))])).toBe('d');
  expect(typesOf([await one.write(joined(['x'], [], 30))])).toBe('f');
  expect(typesOf([await one.write(joined(['x'], known, 30))])).toBe('d');
  expect(typesOf([await one.write(joined([], ['x'], 1))])).toBe('d');
  expect(await one.members('g')).toHaveLength(28);
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'directory-limits-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** As two processes have it. */
async function twice(open: () => Promise<Database>): Promise<void> {
  await using one = await open();
  await using other = await open();
  await expectLimits([one, other].map((database) => directoryStorage(database, 'limited')));
}

describe('limits of a directory', () => {
  it('hold in memory', () => expectLimits([memoryStorage()]));
  it('hold for two processes (SQLite)', () => twice(() => openSqlite(folder, 'contoso')));
});

describeWithPostgres('limits of a directory', (server) => {
  it('hold for two processes', async () => {
    const url = await server().database();
    await twice(() => openPostgres(url, 'default'));
  });
});
