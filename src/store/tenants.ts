/** The tenants of an installation: asked of the database of the tenant `default`. */

import type { Tenant } from '../identity/identity.ts';
import type { KnownTenant, TenantStorage } from '../server/tenants/tenant.ts';
import type { Database, Row } from './database.ts';
import { optional } from './rows.ts';

interface TenantRow extends Row {
  readonly name: string;
  readonly created_at: number;
  readonly document: string | null;
  readonly version: number;
  readonly removed_at: number | null;
  readonly erased_at: number | null;
}

const TENANTS =
  'select name, created_at, document, version, removed_at, erased_at from known_tenant';

export function tenantStorage(database: Database): TenantStorage {
  const changed = async (assignments: string, parameters: readonly (string | number | null)[]) =>
    (await database.run(
      `update known_tenant set version = version + 1, ${assignments}`,
      parameters,
    )) === 1;
  return {
    all: async () => (await database.all<TenantRow>(`${TENANTS} order by name`)).map(tenantOf),
    find: async (name: Tenant) => {
      const [row] = await database.all<TenantRow>(`${TENANTS} where name = ?`, [name]);
      return row && tenantOf(row);
    },
    versions: async () => {
      const rows = await database.all<Pick<TenantRow, 'name' | 'version'> & Row>(
        'select name, version from known_tenant where removed_at is null order by name',
      );
      return new Map(rows.map(({ name, version }) => [name, version]));
    },
    add: async ({ name, createdAt, document }) => {
      const added = await database.run(
        `insert into known_tenant (name, created_at, document, version) values (?, ?, ?, 1)
         on conflict (tenant, name) do nothing`,
        [name, createdAt.getTime(), document ?? null],
      );
      return added === 1;
    },
    configure: (name, document) =>
      changed('document = ? where name = ? and removed_at is null', [document ?? null, name]),
    remove: (name, at) =>
      changed('removed_at = ? where name = ? and removed_at is null', [at.getTime(), name]),
    restore: (name) =>
      changed('removed_at = null where name = ? and removed_at is not null and erased_at is null', [
        name,
      ]),
    // A configuration may name people: it goes with the data.
    erased: (name, at) =>
      changed('erased_at = ?, document = null where name = ? and removed_at is not null', [
        at.getTime(),
        name,
      ]),
  };
}

function tenantOf(row: TenantRow): KnownTenant {
  const instant = (at: number | null): Date | undefined => (at === null ? undefined : new Date(at));
  return {
    name: row.name,
    createdAt: new Date(row.created_at),
    version: row.version,
    ...optional('document', row.document),
    ...optional('removedAt', instant(row.removed_at)),
    ...optional('erasedAt', instant(row.erased_at)),
  };
}
