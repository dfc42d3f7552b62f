/**
 * The limit: a bare bulk upsert of the rows that absorbing wrote, into an empty database with the same
 * tables and indexes, in the same order and as many records in a transaction, and nothing else. It
 * talks to the database directly.
 */

import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { Row, SqlValue } from '../src/store/database.ts';
import { openDatabase } from '../src/store/open.ts';
import { SCHEMA } from '../src/store/postgres-role.ts';
import { serveOrders, settingsOf } from './child.ts';
import { type Cost, costOf, NO_COST, together } from './warehouse-cost.ts';
import { pagesOf, SYSTEMS, type System, TARGET } from './warehouse-people.ts';

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
}

const OF_USERS = { of: 'record', column: 'id', where: `t.kind = 'user' and ` } as const;

const TABLES: readonly Table[] = [
  { ...OF_USERS, name: 'record', key: ['system', 'kind', 'id'] },
  { ...OF_USERS, name: 'unjoined', key: ['key', 'system', 'kind', 'id'] },
  { name: 'review', key: ['id'], of: 'record', column: 'subject' },
  { name: 'identity', key: ['id'], of: 'identity', column: 'id' },
  { name: 'identity_key', key: ['key', 'identity'], of: 'identity', column: 'identity' },
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
// Its tables are made by the product, and nothing else is.
await (await openDatabase(to, folder))[Symbol.asyncDispose]();
await using target = source.dialect === 'sqlite' ? sqliteTarget() : await postgresTarget();

/** By whom keys are, which nobody asks but this benchmark. */
const OWNERS = {
  make: 'create index bench_key_owner on identity_key (identity)',
  drop: 'drop index bench_key_owner',
};

await serveOrders({}, async (): Promise<Limit> => {
  let cost = NO_COST;
  let rows = 0;
  const people = new Set<string>();
  const steps = new Set<SqlValue>();
  await define(OWNERS.make);
  for (const system of SYSTEMS) {
    for (const page of pagesOf(folder, system)) {
      const lots = await lotsOf(
        system,
        page.map(({ id }) => id),
        people,
        steps,
      );
      const [taken] = await costOf(() => target.write(lots), server);
      cost = together(cost, taken);
      for (const lot of lots) rows += lot.rows.length;
    }
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

/** What belongs to these records, as far as it has not been written with others. */
async function lotsOf(
  system: System,
  ids: readonly string[],
  people: Set<string>,
  steps: Set<SqlValue>,
): Promise<readonly Lot[]> {
  const lots: Lot[] = [];
  let others: readonly string[] = [];
  let stepsHere: readonly SqlValue[] = [];
  for (const table of TABLES) {
    const { name, of, column } = table;
    const keys = of === 'record' ? ids : of === 'identity' ? others : [];
    const which = `${table.where ?? ''}${of === 'record' ? 't.system = ? and ' : ''}`;
    const found =
      of === 'step'
        ? await stepRows(stepsHere)
        : await source.all(
            `select t.* from ${source.each} e cross join ${name} t where ${which}t.${column} = e.value`,
            [JSON.stringify(keys), ...(of === 'record' ? [system] : [])],
          );
    if (name === 'record') {
      others = found.flatMap(({ identity }) => {
        if (typeof identity !== 'string' || people.has(identity)) return [];
        people.add(identity);
        return [identity];
      });
    }
    if (name === 'identity_change') {
      stepsHere = [...new Set(found.flatMap(({ step = null }) => (steps.has(step) ? [] : [step])))];
      for (const step of stepsHere) steps.add(step);
    }
    if (found.length > 0) lots.push({ table, rows: found });
  }
  return lots;
}

async function stepRows(ids: readonly SqlValue[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const id of ids)
    rows.push(...(await source.all('select * from change_step where id = ?', [id])));
  return rows;
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
