/** The stores of all tenants of an installation: a file for each, or one database that keeps them apart. */

import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Tenant } from '../identity/identity.ts';
import type { Database } from './database.ts';
import { openPostgresPool, type PostgresPool } from './postgres.ts';
import { SCHEMA } from './postgres-role.ts';
import { openSqlite } from './sqlite.ts';
import { mayHold } from './sqlite-glance.ts';

export interface Stores extends AsyncDisposable {
  /** So many open at a time cost little: on SQLite each is a thread, and some 13 MB. */
  readonly mostOpen: number;
  /**
   * Whether a token or a secret with that hash may be one of the tenant's, told without opening anything; absent
   * where opening costs nothing.
   */
  readonly mayHold?: (tenant: Tenant, hash: string) => boolean;
  /** Whoever asks for it closes it. */
  open(tenant: Tenant): Promise<Database>;
  /** Deletes everything that is kept of a tenant. Whoever has it open sees nothing any more. */
  erase(tenant: Tenant): Promise<void>;
}

/**
 * @param store A folder for SQLite, or a `postgres://` URL.
 * @param directory Where a relative folder starts from.
 */
export function openStores(store: string, directory: string): Stores {
  return /^postgres(ql)?:\/\//.test(store)
    ? postgresStores(store)
    : sqliteStores(path.resolve(directory, store));
}

function sqliteStores(folder: string): Stores {
  return {
    mostOpen: 24,
    mayHold: (tenant, hash) => mayHold(path.join(folder, `${tenant}.sqlite`), hash),
    open: (tenant) => openSqlite(folder, tenant),
    erase: async (tenant) => {
      // The log first: without its database nobody takes it for anything.
      for (const end of ['-wal', '-shm', '']) {
        await rm(path.join(folder, `${tenant}.sqlite${end}`), { force: true });
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** One pool for all: a thousand tenants need no more connections than one. */
function postgresStores(url: string): Stores {
  let pool: Promise<PostgresPool> | undefined;
  const opened = (): Promise<PostgresPool> => {
    pool ??= openPostgresPool(url);
    pool.catch(() => {
      pool = undefined;
    });
    return pool;
  };
  return {
    mostOpen: 1000,
    open: async (tenant) => (await opened()).of(tenant),
    erase: async (tenant) => eraseRows((await opened()).of(tenant)),
    [Symbol.asyncDispose]: async () => {
      await (await pool?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

async function eraseRows(database: Database): Promise<void> {
  // Entries of the audit trail go only where its head says that they are gone.
  await database.transaction(async (queries) => {
    await queries.run('update audit_head set pruned = number');
    await queries.all('select prune_audit() as gone');
  });
  const tables = await database.all<{ readonly name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = '${SCHEMA}' and c.relkind = 'r'
       and c.relname not in ('migration', 'audit_entry')`,
  );
  for (const { name } of tables) await database.run(`delete from ${name}`);
}
