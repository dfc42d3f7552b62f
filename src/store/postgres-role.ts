/**
 * Whom the work is done as. A superuser and a role with BYPASSRLS see every tenant whatever the
 * policies say, so neither may do it.
 */

import type { Queries } from './database.ts';
import { StoreError } from './failure.ts';

export const SCHEMA = 'lockstep';

const ROLE = 'lockstep_work';

interface Rights {
  readonly name: string;
  readonly bypasses: number;
  readonly creates: number;
}

const RIGHTS = `
  select rolname as name, (rolsuper or rolbypassrls)::int as bypasses,
         (rolsuper or rolcreaterole)::int as creates
  from pg_roles where rolname = `;

/** The restricted role, made where we may; nothing when the role of the URL is restricted itself. */
export async function workingRole(queries: Queries): Promise<string | undefined> {
  const [we] = await queries.all<Rights & { readonly [name: string]: string | number }>(
    `${RIGHTS} current_user`,
  );
  const [restricted] = await queries.all<Rights & { readonly [name: string]: string | number }>(
    `${RIGHTS} '${ROLE}'`,
  );
  if (!restricted && we?.creates) {
    await queries.run(`create role ${ROLE} nologin nosuperuser nobypassrls`);
    await queries.run(`grant ${ROLE} to current_user`);
    return ROLE;
  }
  if (restricted && !restricted.bypasses && (await mayAssume(queries))) return ROLE;
  if (we && !we.bypasses) return undefined;
  throw new StoreError(
    'store-not-separated',
    `the role ${we?.name} sees past row-level security and may not assume ${ROLE}`,
  );
}

async function mayAssume(queries: Queries): Promise<boolean> {
  const [answer] = await queries.all<{ readonly may: number }>(
    `select pg_has_role(current_user, '${ROLE}', 'member')::int as may`,
  );
  return answer?.may === 1;
}

/** Gives the restricted role what the work needs, and nothing that could move the wall. */
export async function grantWork(queries: Queries, role: string): Promise<void> {
  await queries.run(`grant usage on schema ${SCHEMA} to ${role}`);
  await queries.run(
    `grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${role}`,
  );
  await queries.run(`revoke insert, update, delete on migration from ${role}`);
  // What was recorded stays as it is; whom it is about can be erased, and old entries pruned.
  await queries.run(`revoke update, delete, truncate on audit_entry from ${role}`);
  await queries.run(`revoke update, truncate on audit_payload from ${role}`);
  await queries.run(`grant execute on function prune_audit() to ${role}`);
}

/** Refuses to work where the server would not keep tenants apart, however that came about. */
export async function assertSeparated(queries: Queries): Promise<void> {
  const [we] = await queries.all<Rights & { readonly [name: string]: string | number }>(
    `${RIGHTS} current_user`,
  );
  if (!we || we.bypasses) {
    throw new StoreError(
      'store-not-separated',
      `the role ${we?.name} sees past row-level security`,
    );
  }
  const open = await queries.all<{ readonly name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = '${SCHEMA}' and c.relkind = 'r' and c.relname <> 'migration'
       and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  if (open.length > 0) {
    throw new StoreError(
      'store-not-separated',
      `row-level security is off for ${open.map(({ name }) => name).join(', ')}`,
    );
  }
}
