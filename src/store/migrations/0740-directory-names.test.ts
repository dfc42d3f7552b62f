import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../../test/services/postgres.ts';
import type { Attributes } from '../../identity/record.ts';
import type { Database } from '../database.ts';
import { directoryStorage } from '../directory.ts';
import { openPostgres } from '../postgres.ts';
import { openSqlite } from '../sqlite.ts';
import { directoryNames0740 } from './0740-directory-names.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const HELD: readonly (readonly [kind: string, attributes: Attributes])[] = [
  ['user', { userName: 'ada', title: 'Ärztin', emails: [{ value: 'ada@contoso.com' }] }],
  ['user', { userName: 'grace', [ENTERPRISE]: { department: 'R&D' }, 'urn:a:b': { c: 'd' } }],
  ['user', { userName: 'alan', 'a"b': 'c', userNAME: 'd', groups: [] }],
  ['group', { displayName: 'Analysts', externalId: '7', title: 'none of a group' }],
  ['device', { serial: '7', externalId: '8' }],
  ['device', {}],
];

const NAMES = 'select extensions, further from directory_object order by id';
const fill = (dialect: 'sqlite' | 'postgres') =>
  directoryNames0740.statements?.(dialect).filter((each) => !each.includes('add column')) ?? [];

async function fillHeld(database: Database): Promise<void> {
  const storage = directoryStorage(database, 'inbox');
  for (const [at, [kind, attributes]] of HELD.entries()) {
    const times = { createdAt: '2026-01-31T08:00:00Z', modifiedAt: '2026-01-31T08:00:00Z' };
    const object = { id: `id-${at}`, kind, attributes, state: {}, ...times };
    await storage.write({ type: 'put', object, expects: 0, values: [] });
  }
}

describe('the names of what is there already', () => {
  it('are found in SQLite as they are written now', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'names-'));
    await using database = await openSqlite(folder, 'contoso');
    await fillHeld(database);
    const written = await database.all(NAMES);
    await database.run('update directory_object set extensions = null, further = null');
    for (const statement of fill('sqlite')) await database.run(statement);
    expect(await database.all(NAMES)).toEqual(written);
    await rm(folder, { recursive: true });
  });
});

describeWithPostgres('the names of what is there already', (server) => {
  it('are found for every tenant, as they are written now', async () => {
    const url = await server().database();
    for (const tenant of ['contoso', 'fabrikam']) {
      await using database = await openPostgres(url, tenant);
      await fillHeld(database);
    }
    await using contoso = await openPostgres(url, 'contoso');
    const written = await contoso.all(NAMES);
    const owner = new pg.Client(url);
    await owner.connect();
    await owner.query('set search_path = lockstep');
    await owner.query('update directory_object set extensions = null, further = null');
    for (const statement of fill('postgres')) await owner.query(statement);
    await owner.end();
    await using fabrikam = await openPostgres(url, 'fabrikam');
    for (const database of [contoso, fabrikam]) expect(await database.all(NAMES)).toEqual(written);
  });
});
