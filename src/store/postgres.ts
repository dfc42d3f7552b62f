/** PostgreSQL: a pool of connections that see one tenant, kept apart from others by the server. */

import pg from 'pg';
import type { Tenant } from '../identity/identity.ts';
import { joining, type Plain } from './current.ts';
import type { Database, Queries, Row, SqlValue } from './database.ts';
import { StoreError } from './failure.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { migrate } from './migrations/migration.ts';
import {
  arraysOf,
  type Bulk,
  bulkOf,
  COLUMN_TYPES,
  type ColumnTypes,
  columnTypes,
  FEW_ROWS,
} from './postgres-batch.ts';
import { transactionOrder } from './postgres-order.ts';
import { assertSeparated, grantWork, SCHEMA, workingRole } from './postgres-role.ts';

const MOST_CONNECTIONS = 8;

/** Connections that serve every tenant: whose turn it is, each transaction says as it begins. */
export interface PostgresPool extends AsyncDisposable {
  /** Closing it closes nothing: the connections are everybody's. */
  of(tenant: Tenant): Database;
}

/** The database of one tenant, with connections of its own. */
export async function openPostgres(url: string, tenant: Tenant): Promise<Database> {
  const pool = await openPostgresPool(url);
  return { ...pool.of(tenant), [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
}

/**
 * Opens a database, brings it up to date as the role of the URL, and works as a role that cannot
 * see past row-level security.
 */
export async function openPostgresPool(url: string): Promise<PostgresPool> {
  const { role, types } = await prepare(url);
  const pool = new pg.Pool({ ...connection(url), max: MOST_CONNECTIONS });
  // A connection that breaks is replaced by the pool: whoever asked, or asks next, sees the failure.
  // One that breaks while it is lent out tells only itself, and an unheard error ends the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const assumed = new WeakSet<pg.PoolClient>();
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect().catch(unreachable);
    if (!assumed.has(client)) {
      if (role !== undefined) await client.query(`set role ${role}`);
      assumed.add(client);
    }
    return client;
  };
  try {
    await overPool(connect, NOBODY, types).begin((queries) => assertSeparated(queries));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    of: (tenant) => joining(overPool(connect, tenant, types)),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** Has no rows, and can have none. */
const NOBODY = '';

interface Prepared {
  /** To work as, where it is not the one of the URL. */
  readonly role?: string;
  readonly types: ColumnTypes;
}

/** Migrates as the owner. */
async function prepare(url: string): Promise<Prepared> {
  const client = new pg.Client(connection(url));
  await client.connect().catch(unreachable);
  try {
    const queries = over(client, new Map());
    await client.query('begin');
    // Several processes may start at once; the second waits here and finds nothing left to do.
    await client.query(`select pg_advisory_xact_lock(hashtext('lockstep.migrate'))`);
    const role = await workingRole(queries);
    await client.query(`create schema if not exists ${SCHEMA}`);
    await migrate(queries, 'postgres', NOBODY, MIGRATIONS);
    if (role !== undefined) await grantWork(queries, role);
    await client.query('commit');
    const types = columnTypes(await queries.all(COLUMN_TYPES));
    return { types, ...(role !== undefined && { role }) };
  } finally {
    await client.end();
  }
}

function overPool(
  connect: () => Promise<pg.PoolClient>,
  tenant: Tenant,
  types: ColumnTypes,
): Plain {
  const order = transactionOrder();
  const begin: Plain['begin'] = async (work, outlives = 'power-cut') => {
    const client = await connect();
    let broken: Error | undefined;
    try {
      // Not waited for: the connection is a pipeline, and after a failure nothing behind it counts.
      const wait = outlives === 'power-cut' ? '' : 'set local synchronous_commit = off; ';
      const begun = client.query(
        `begin; ${wait}select set_config('lockstep.tenant', ${pg.escapeLiteral(tenant)}, true)`,
      );
      begun.catch(() => undefined);
      const queries = over(client, types);
      const place = order(queries);
      const value = await work({ ...queries, sequence: place.sequence });
      const ended = client.query('commit');
      ended.catch(() => undefined);
      await begun;
      const { command } = await ended;
      // The server answers a commit of a failed transaction by rolling it back.
      if (command !== 'COMMIT') throw new Error('a statement of the transaction had failed');
      place.committed();
      return value;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };
  return {
    dialect: 'postgres',
    tenant,
    inList: `(${LIST})`,
    each: 'jsonb_array_elements_text(?::jsonb)',
    all: (sql, parameters) => begin((queries) => queries.all(sql, parameters)),
    run: (sql, parameters) => begin((queries) => queries.run(sql, parameters)),
    batch: (sql, rows) => begin((queries) => queries.batch(sql, rows)),
    begin,
    close: async () => {},
  };
}

function over(client: pg.ClientBase, types: ColumnTypes): Queries {
  return {
    all: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      (await client.query<R>(statement(sql, parameters))).rows,
    run: async (sql, parameters = []) =>
      (await client.query(statement(sql, parameters))).rowCount ?? 0,
    batch: async (sql, rows) => {
      const bulk = rows.length < FEW_ROWS ? undefined : knownBulk(sql, types);
      const arrays = bulk && arraysOf(rows, bulk);
      if (bulk && arrays) {
        await client.query({ ...statement(bulk.sql, []), values: [...arrays] });
        return;
      }
      await Promise.all(rows.map((row) => client.query(statement(sql, row))));
    },
  };
}

const bulks = new WeakMap<ColumnTypes, Map<string, Bulk | undefined>>();

function knownBulk(sql: string, types: ColumnTypes): Bulk | undefined {
  const known = bulks.get(types) ?? new Map<string, Bulk | undefined>();
  bulks.set(types, known);
  if (!known.has(sql)) known.set(sql, bulkOf(sql, types));
  return known.get(sql);
}

interface Statement {
  readonly name: string;
  readonly text: string;
}

const statements = new Map<string, Statement>();

/** A prepared statement; its name must be the same for the same text on every connection. */
function statement(sql: string, parameters: readonly SqlValue[]): pg.QueryConfig<SqlValue[]> {
  let known = statements.get(sql);
  if (!known) {
    known = { name: `s${statements.size}`, text: numbered(sql) };
    statements.set(sql, known);
  }
  return { ...known, values: [...parameters] };
}

const LIST = 'select jsonb_array_elements_text(?::jsonb)';

/**
 * A list is looked up as an array, by the index, element by element. As a query of its own it would be
 * joined with the table, by a plan that depends on how large both are thought to be: while a table
 * grows faster than its statistics, it is read whole for a single element.
 */
const IN_LIST = `= any(array(${LIST}))`;
const NOT_IN_LIST = `<> all(array(${LIST}))`;

/** `?` to `$1`, `$2` …, but not inside of quotes. */
export function numbered(sql: string): string {
  let count = 0;
  return sql
    .replaceAll(` not in (${LIST})`, ` ${NOT_IN_LIST}`)
    .replaceAll(` in (${LIST})`, ` ${IN_LIST}`)
    .replace(/'[^']*'|"[^"]*"|\?/g, (part) => (part === '?' ? `$${++count}` : part));
}

function connection(url: string): pg.PoolConfig {
  const settings = {
    connectionString: url,
    options: `-c search_path=${SCHEMA}`,
    application_name: 'lockstep',
    connectionTimeoutMillis: 10_000,
    // Statements of a transaction travel without waiting for each other's answers.
    pipeline: true,
    types: { getTypeParser: parserOf },
  };
  return settings;
}

/** Numbers we store fit a double: counts, instants, generations. The driver would keep them as text. */
function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  const { INT8, NUMERIC } = pg.types.builtins;
  return oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format ?? 'text');
}

function unreachable(cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  throw new StoreError('store-unreachable', `PostgreSQL: ${message}`, { cause });
}
