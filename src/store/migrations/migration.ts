/**
 * Migrations are numbered, forward only, and declare tables rather than spell them: the tenant is
 * put into every key here, and the wall between tenants is built here, so neither can be forgotten.
 */

import type { Tenant } from '../../identity/identity.ts';
import type { Dialect, Queries } from '../database.ts';
import { StoreError } from '../failure.ts';

export interface Migration {
  /** `0001-warehouse`; the number decides the order. Never renamed once published. */
  readonly name: string;
  readonly tables?: readonly Table[];
  /** Changes of earlier tables and data, after the tables. */
  readonly statements?: (dialect: Dialect) => readonly string[];
}

export interface Table {
  readonly name: string;
  /** Types both databases know: `text`, `bigint` (also for flags and instants), `real`. */
  readonly columns: readonly string[];
  /** Primary key, without the tenant. */
  readonly key: readonly string[];
  /** True where rows are narrow and found by key alone: SQLite then keeps them in the key's tree. */
  readonly narrow?: true;
  readonly indexes?: readonly Index[];
}

export interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique?: true;
  /** Only rows of which this holds are indexed. */
  readonly where?: string;
}

/** Brings the tables up to date, in one transaction of `queries`. */
export async function migrate(
  queries: Queries,
  dialect: Dialect,
  tenant: Tenant,
  migrations: readonly Migration[],
): Promise<void> {
  await queries.run('create table if not exists migration (name text primary key, at bigint)');
  const applied = new Set(
    (await queries.all<{ readonly name: string }>('select name from migration')).map(
      ({ name }) => name,
    ),
  );
  const known = new Set(migrations.map(({ name }) => name));
  const strangers = [...applied].filter((name) => !known.has(name));
  if (strangers.length > 0) {
    throw new StoreError(
      'store-newer',
      `the store was written by a later version (${strangers.join(', ')})`,
    );
  }
  const ordered = migrations
    .filter(({ name }) => !applied.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, tables = [], statements } of ordered) {
    for (const table of tables) {
      for (const statement of definition(table, dialect, tenant)) await queries.run(statement);
    }
    for (const statement of statements?.(dialect) ?? []) await queries.run(statement);
    await queries.run('insert into migration (name, at) values (?, ?)', [name, Date.now()]);
  }
}

function definition(table: Table, dialect: Dialect, tenant: Tenant): readonly string[] {
  switch (dialect) {
    case 'sqlite':
      // The file belongs to one tenant: its name is a constant, last in every key, where it costs
      // least. Tenant names are checked before a file is made of them.
      return [
        `create table ${table.name} (${[
          ...table.columns,
          `tenant text not null default '${tenant}' check (tenant = '${tenant}')`,
          `primary key (${[...table.key, 'tenant'].join(', ')})`,
        ].join(', ')})${table.narrow ? ' without rowid' : ''}`,
        ...indexes(table, (columns, unique) => (unique ? [...columns, 'tenant'] : columns)),
      ];
    case 'postgres':
      return [
        `create table ${table.name} (${[
          `tenant text collate "C" not null default current_setting('lockstep.tenant') check (tenant <> '')`,
          ...table.columns.map((column) => column.replace(/ text\b/, ' text collate "C"')),
          `primary key (${['tenant', ...table.key].join(', ')})`,
        ].join(', ')})`,
        ...indexes(table, (columns) => ['tenant', ...columns]),
        `alter table ${table.name} enable row level security`,
        `alter table ${table.name} force row level security`,
        `create policy tenant on ${table.name}
           using (tenant = current_setting('lockstep.tenant'))
           with check (tenant = current_setting('lockstep.tenant'))`,
      ];
  }
}

function indexes(
  { name, indexes: declared = [] }: Table,
  keyed: (columns: readonly string[], unique: boolean) => readonly string[],
): readonly string[] {
  return declared.map(
    (index) =>
      `create ${index.unique ? 'unique ' : ''}index ${index.name} on ${name} (${keyed(
        index.columns,
        index.unique ?? false,
      ).join(', ')})${index.where === undefined ? '' : ` where ${index.where}`}`,
  );
}
