/** What data protection relies on, on whichever database. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import type { Holding } from '../../sync/privacy-storage.ts';
import type { Database, Row } from '../database.ts';
import { IMPERSONAL, PLACES } from './inventory.ts';
import { openPrivacy } from './privacy.ts';
import { ADA, AROUND, GRACE, SAMPLES } from './samples.ts';

export function privacyContract(open: () => Promise<Database>): void {
  describe('the inventory', () => {
    it('names every table of the store, once', async () => {
      await using database = await open();
      const named = [...PLACES, ...IMPERSONAL].map(({ table }) => table);
      expect(named.toSorted()).toEqual(await tablesOf(database));
    });
  });

  describe('what is about a person', () => {
    it('is found in every place that the inventory names, and nobody else with it', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      const holdings = await Array.fromAsync(privacy.holdings(await privacy.whom(ADA.id)));
      const tables = ({ table }: Pick<Holding, 'table'>): string => table;
      expect(holdings.map(tables)).toEqual(PLACES.map(tables));
      expect(JSON.stringify(holdings)).not.toMatch(/Grace|i-grace|"471"|Third|third@/);
    });

    it('is nothing where nobody is known by the id', async () => {
      await using database = await open();
      const privacy = openPrivacy(database);
      expect(await Array.fromAsync(privacy.holdings(await privacy.whom('i-nobody')))).toEqual([]);
    });
  });
}

async function tablesOf({ all, dialect }: Database): Promise<readonly string[]> {
  const rows = await all<{ readonly name: string }>(
    dialect === 'sqlite'
      ? `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
      : `select tablename as name from pg_tables where schemaname = 'lockstep'`,
  );
  return rows
    .map(({ name }) => name)
    .filter((name) => name !== 'migration')
    .toSorted();
}

export async function filled(database: Database): Promise<void> {
  for (const [table, row] of AROUND) await insert(database, table, row);
  for (const { table } of PLACES) {
    for (const who of [ADA, GRACE]) {
      for (const row of SAMPLES[table]?.(who) ?? []) await insert(database, table, row);
    }
  }
}

async function insert(database: Database, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  await database.run(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    Object.values(row),
  );
}
