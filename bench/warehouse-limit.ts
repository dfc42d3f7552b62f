/**
 * The limit: a bare bulk upsert of the rows that absorbing a source wrote, into a database with the same
 * tables and indexes, in the same order and as many records in a transaction, and nothing else: what it
 * wrote anew and what it changed. It talks to the database directly.
 */

import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { Database, Row, SqlValue } from '../src/store/database.ts';
import { openDatabase } from '../src/store/open.ts';
import { SCHEMA } from '../src/store/postgres-role.ts';
import { serveOrders, settingsOf } from './child.ts';
import { type Cost, costOf, NO_COST, together } from './warehouse-cost.ts';
import { pagesOf, type System, TARGET } from './warehouse-people.ts';

export interface LimitSettings {
  /** What absorbing wrote, and where it is written again. */
  readonly from: string;
  readonly to: string;
  readonly folder: string;
  readonly server?: number;
}

export interface Limit extends Cost {
  readonly rows: number;
}

interface Table {
  readonly name: string;
  readonly key: readonly string[];
  /** The column that holds the person, the record, or the step. */
  readonly of: 'identity' | 'record' | 'step';
  readonly column: string;
  /** So that its key is of use. */
  readonly where?: string;
  /** The first column of its key, where that is another. */
  readonly leads?: string;
}

const OF_USERS = { of: 'record', column: 'id', where: `t.kind = 'user' and ` } as const;

const TABLES: readonly Table[] = [
  { ...OF_USERS, name: 'record', key: ['system', 'kind', 'id'] },
  { ...OF_USERS, name: 'unjoined', key: ['key', 'system', 'kind', 'id'], leads: 'key' },
  { name: 'review', key: ['id'], of: 'record', column: 'subject' },
  { name: 'identity', key: ['id'], of: 'identity', column: 'id' },
  {
    name: 'identity_key',
    key: ['key', 'identity'],
    of: 'identity',
    column: 'identity',
    leads: 'key',
  },
  { name: 'edge', key: ['identity', 'attribute', 'referent'], of: 'identity', column: 'identity' },
  {
    name: 'due',
    key: ['target', 'identity'],
    of: 'identity',
    column: 'identity',
    where: `t.target = '${TARGET}' and `,
  },
  { name: 'rule_member', key: ['name', 'identity'], of: 'identity', column: 'identity' },
  { name: 'identity_change', key: ['identity', 'number'], of: 'identity', column: 'identity' },
  { name: 'change_step', key: ['id'], of: 'step', column: 'id' },
];

/** Worked out by the database. */
const GENERATED = new Set(['tenant', 'managed']);

interface Lot {
  readonly table: Table;
  readonly rows: readonly Row[];
}

interface Target extends AsyncDisposable {
  /** One transaction. */
  write(lots: readonly Lot[]): Promise<void>;
}

const { from, to, folder, server } = settingsOf<LimitSettings>();
await using source = await openDatabase(from, folder);
// Its tables are made by the product, and nothing else is. Asked what has been written already.
await using written = await openDatabase(to, folder);
await using target = source.dialect === 'sqlite' ? sqliteTarget() : await postgresTarget();

/** By whom keys are, which nobody asks but this benchmark. */
const OWNERS = {
  make: 'create index bench_key_owner on identity_key (identity)',
  drop: 'drop index bench_key_owner',
};

/** @param order.system Which has been absorbed just now. */
await serveOrders({}, async ({ system }: { readonly system: System }): Promise<Limit> => {
  let cost = NO_COST;
  let rows = 0;
  await define(OWNERS.make);
  for (const page of pagesOf(folder, system)) {
    const lots = await lotsOf(
      system,
      page.map(({ id }) => id),
    );
    const [taken] = await costOf(() => target.write(lots), server);
    cost = together(cost, taken);
    for (const lot of lots) rows += lot.rows.length;
  }
  await define(OWNERS.drop);
  return { ...cost, rows };
});

/** In the database that is read, as its owner. */
async function define(statement: string): Promise<void> {
  if (source.dialect === 'sqlite') {
    await source.run(statement);
    return;
  }
  const client = new pg.Client(from);
  await client.connect();
  await client.query(`set search_path to ${SCHEMA}`);
  await client.query(statement);
  await client.end();
}

/** What belongs to these records, as far as it has not been written as it is. */
async function lotsOf(system: System, ids: readonly string[]): Promise<readonly Lot[]> {
  const lots: Lot[] = [];
  let people: readonly SqlValue[] = [];
  let steps: readonly SqlValue[] = [];
  for (const table of TABLES) {
    const { name, of, column } = table;
    const keys = of === 'record' ? ids : of === 'identity' ? people : steps;
    const [which, parameters] =
      of === 'record'
        ? [`${table.where ?? ''}t.system = ? and `, [system]]
        : [table.where ?? '', []];
    const found = await rowsOf(source, name, which, column, keys, parameters);
    if (name === 'record') people = distinct(found, 'identity');
    const { leads = column } = table;
    const there = await rowsOf(written, name, which, leads, distinct(found, leads), parameters);
    const rows = unwritten(table, found, there);
    if (name === 'identity_change') steps = distinct(rows, 'step');
    if (rows.length > 0) lots.push({ table, rows });
  }
  return lots;
}

function rowsOf(
  database: Database,
  table: string,
  which: string,
  column: string,
  keys: readonly SqlValue[],
  parameters: readonly SqlValue[],
): Promise<readonly Row[]> {
  const value = column === 'id' && table === 'change_step' ? 'cast(e.value as bigint)' : 'e.value';
  return database.all(
    `select t.* from ${database.each} e cross join ${table} t where ${which}t.${column} = ${value}`,
    [JSON.stringify(keys.map(String)), ...parameters],
  );
}

/** Without what was written before, and has not changed since. */
function unwritten({ key }: Table, found: readonly Row[], there: readonly Row[]): readonly Row[] {
  const known = new Map(there.map((row) => [JSON.stringify(key.map((part) => row[part])), row]));
  return found.filter((row) => {
    const before = known.get(JSON.stringify(key.map((part) => row[part])));
    return before === undefined || JSON.stringify(before) !== JSON.stringify(row);
  });
}

function distinct(rows: readonly Row[], column: string): readonly SqlValue[] {
  return [...new Set(rows.flatMap((row) => row[column] ?? []))];
}

function columnsOf({ rows: [row = {}] }: Lot): readonly string[] {
  return Object.keys(row).filter((name) => !GENERATED.has(name));
}

/** `on conflict … do update` of everything else. */
function otherwise({ key }: Table, columns: readonly string[]): string {
  const others = columns.filter((name) => !key.includes(name));
  const update = others.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ');
  const then = others.length > 0 ? `do update set ${update}` : 'do nothing';
  return `on conflict (tenant, ${key.map(quoted).join(', ')}) ${then}`;
}

function quoted(name: string): string {
  return `"${name}"`;
}

function sqliteTarget(): Target {
  const database = new DatabaseSync(path.join(to, 'default.sqlite'));
  // Those of the product, for what is read again after a power cut.
  database.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -24576;
    pragma temp_store = memory; pragma wal_autocheckpoint = 16384`);
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  return {
    write: async (lots) => {
      database.exec('begin immediate');
      for (const lot of lots) {
        const columns = columnsOf(lot);
        const sql = `insert into ${lot.table.name} (${columns.map(quoted).join(', ')})
          values (${columns.map(() => '?').join(', ')}) ${otherwise(lot.table, columns)}`;
        const statement = statements.get(sql) ?? database.prepare(sql);
        statements.set(sql, statement);
        for (const row of lot.rows) statement.run(...columns.map((name) => row[name] ?? null));
      }
      database.exec('commit');
    },
    [Symbol.asyncDispose]: async () => database.close(),
  };
}

/** One statement for each table and transaction, of arrays of columns. */
async function postgresTarget(): Promise<Target> {
  const client = new pg.Client(to);
  await client.connect();
  await client.query(`set search_path to ${SCHEMA}`);
  await client.query(`select set_config('lockstep.tenant', 'default', false)`);
  await client.query('set synchronous_commit = off');
  const { rows: types } = await client.query<
    Record<'table_name' | 'column_name' | 'data_type', string>
  >(
    'select table_name, column_name, data_type from information_schema.columns where table_schema = $1',
    [SCHEMA],
  );
  const typeOf = (table: string, column: string): string =>
    types.find((each) => each.table_name === table && each.column_name === column)?.data_type ??
    'text';
  return {
    write: async (lots) => {
      await client.query('begin');
      for (const lot of lots) {
        const { name } = lot.table;
        const columns = columnsOf(lot);
        const arrays = columns.map((column, at) => `$${at + 1}::${typeOf(name, column)}[]`);
        await client.query({
          name,
          text: `insert into ${name} (${columns.map(quoted).join(', ')})
            select * from unnest(${arrays.join(', ')}) ${otherwise(lot.table, columns)}`,
          values: columns.map((column) => lot.rows.map((row) => row[column] ?? null)),
        });
      }
      await client.query('commit');
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
