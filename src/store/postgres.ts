/** PostgreSQL: a pool of connections that see one tenant, kept apart from others by the server. */

import pg from 'pg';
import type { Tenant } from '../identity/identity.ts';
import { joining, type Plain } from './current.ts';
import type { Database, Queries, Row, SqlValue } from './database.ts';
import { StoreError } from './failure.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { migrate } from './migrations/migration.ts';
import { assertSeparated, grantWork, SCHEMA, workingRole } from './postgres-role.ts';

const MOST_CONNECTIONS = 8;

/**
 * Opens a database, brings it up to date as the role of the URL, and works as a role that cannot
 * see past row-level security.
 */
export async function openPostgres(url: string, tenant: Tenant): Promise<Database> {
  const role = await prepare(url, tenant);
  const pool = new pg.Pool({ ...connection(url), max: MOST_CONNECTIONS });
  // A connection that breaks is replaced by the pool: whoever asked, or asks next, sees the failure.
  // One that breaks while it is lent out tells only itself, and an unheard error ends the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const assumed = new WeakSet<pg.PoolClient>();
  const plain = overPool(pool, tenant, async () => {
    const client = await pool.connect().catch(unreachable);
    if (!assumed.has(client)) {
      if (role !== undefined) await client.query(`set role ${role}`);
      assumed.add(client);
    }
    return client;
  });
  try {
    await plain.begin((queries) => assertSeparated(queries));
  } catch (error) {
    await plain.close();
    throw error;
  }
  return joining(plain);
}

/** Migrates as the owner. Returns the role to work as, where it is not the one of the URL. */
async function prepare(url: string, tenant: Tenant): Promise<string | undefined> {
  const client = new pg.Client(connection(url));
  await client.connect().catch(unreachable);
  try {
    const queries = over(client);
    await client.query('begin');
    // Several processes may start at once; the second waits here and finds nothing left to do.
    await client.query(`select pg_advisory_xact_lock(hashtext('lockstep.migrate'))`);
    const role = await workingRole(queries);
    await client.query(`create schema if not exists ${SCHEMA}`);
    await migrate(queries, 'postgres', tenant, MIGRATIONS);
    if (role !== undefined) await grantWork(queries, role);
    await client.query('commit');
    return role;
  } finally {
    await client.end();
  }
}

function overPool(pool: pg.Pool, tenant: Tenant, connect: () => Promise<pg.PoolClient>): Plain {
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
      const value = await work(over(client));
      await begun;
      const { command } = await client.query('commit');
      // The server answers a commit of a failed transaction by rolling it back.
      if (command !== 'COMMIT') throw new Error('a statement of the transaction had failed');
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
    close: () => pool.end(),
  };
}

function over(client: pg.ClientBase): Queries {
  return {
    all: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      (await client.query<R>(statement(sql, parameters))).rows,
    run: async (sql, parameters = []) =>
      (await client.query(statement(sql, parameters))).rowCount ?? 0,
    batch: async (sql, rows) => {
      await Promise.all(rows.map((row) => client.query(statement(sql, row))));
    },
  };
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
