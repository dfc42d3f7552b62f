import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import type { Database } from './database.ts';
import { directoryStorage } from './directory.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'count-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function expectCounted(database: Database): Promise<void> {
  const storage = directoryStorage(database, 'counted');
  const at = '2026-01-31T08:00:00.000Z';
  const make = (id: string, kind = 'user') =>
    storage.write({
      type: 'put',
      object: { id, kind, attributes: {}, state: {}, createdAt: at, modifiedAt: at },
      expects: 0,
      values: [],
    });
  const total = async (kind: string) => (await storage.search(kind, { count: 1 })).total;
  expect(await total('user')).toBe(0);
  const made = await Promise.all([make('ada'), make('grace'), make('edsger'), make('a', 'group')]);
  const again = await make('ada');
  expect([again.type, await total('user'), await total('group')]).toEqual(['moved', 3, 1]);
  const version = made[1]?.type === 'done' ? made[1].version : 0;
  await storage.write({ type: 'remove', kind: 'user', id: 'grace', expects: version, at });
  expect(await total('user')).toBe(2);

  // As a store of an earlier version, or one from which somebody was erased.
  await database.run('delete from directory_count');
  expect(await total('user')).toBe(2);
  await make('grace');
  expect([await total('user'), await total('group')]).toEqual([3, 1]);
}

it('tells how many objects there are, whoever comes and goes', async () => {
  await using database = await openSqlite(folder, 'contoso');
  await expectCounted(database);
});

describeWithPostgres('a directory', (server) => {
  it('tells how many objects there are', async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await expectCounted(database);
  });
});
