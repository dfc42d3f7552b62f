/** The database the configuration names. */

import path from 'node:path';
import type { Tenant } from '../identity/identity.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/**
 * @param store A folder for SQLite, or a `postgres://` URL.
 * @param directory Where a relative folder starts from.
 */
export async function openDatabase(
  store: string,
  directory: string,
  tenant: Tenant = 'default',
): Promise<Database> {
  return /^postgres(ql)?:\/\//.test(store)
    ? openPostgres(store, tenant)
    : openSqlite(path.resolve(directory, store), tenant);
}
