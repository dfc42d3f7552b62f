import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openStores } from '../../src/store/stores.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { personOf, type Race, raceOf, TENANTS } from './race.ts';

const REQUESTS = 10_000;

/** Always the same chance, so that what failed fails again. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

async function neverMixed(race: Race): Promise<void> {
  const wrong = await race.run(REQUESTS, chance(4711));
  expect([wrong.slice(0, 5), race.bugs]).toEqual([[], []]);
  for (const tenant of TENANTS) {
    const everybody = Array.from(
      { length: 40 },
      (_, person) => personOf(tenant, person).displayName,
    );
    expect(await race.userNames(tenant)).toEqual(everybody.map(String).toSorted());
  }
}

it('T3, T4: two tenants see nothing of each other in ten thousand interleaved requests', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-race-'));
  {
    await using stores = openStores(folder, folder);
    await using race = await raceOf(stores);
    await neverMixed(race);
  }
  await rm(folder, { recursive: true });
}, 180_000);

describeWithPostgres('tenants in one database', (server) => {
  it('T3, T4: two tenants see nothing of each other in ten thousand interleaved requests', async () => {
    await using stores = openStores(await server().database(), '/');
    await using race = await raceOf(stores);
    await neverMixed(race);
  }, 180_000);

  it('T8: a question that names no tenant is answered by no table, and one that does by no other', async () => {
    const url = await server().database();
    await using stores = openStores(url, '/');
    await using race = await raceOf(stores);
    await race.run(100, chance(1));
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<{ readonly name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'lockstep' and c.relkind = 'r' and c.relname <> 'migration'`,
    );
    await client.query('set role lockstep_work');
    expect(rows.length).toBeGreaterThan(40);
    const refusals = await Promise.all(
      rows.map(({ name }) => client.query(`select 1 from lockstep.${name}`).catch(String)),
    );
    expect(new Set(refusals)).toEqual(
      new Set(['error: unrecognized configuration parameter "lockstep.tenant"']),
    );
    await client.query(`select set_config('lockstep.tenant', 'contoso', false)`);
    const { rows: seen } = await client.query(
      'select distinct tenant from lockstep.directory_object',
    );
    expect(seen).toEqual([{ tenant: 'contoso' }]);
    const { rowCount } = await client.query(
      `update lockstep.directory_object set attributes = '{}' where tenant = 'fabrikam'`,
    );
    expect(rowCount).toBe(0);
    await client.end();
  }, 180_000);
});
