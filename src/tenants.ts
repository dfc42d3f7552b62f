/** The tenants of an installation, wired: their list, their configurations, and their stores. */

import type { Actor } from './audit/entry.ts';
import type { Configuration } from './config/configuration.ts';
import type { ConfigurationWorld } from './config/load.ts';
import { loadTenant, tenantOrigin } from './config/tenants.ts';
import type { Tenant } from './identity/identity.ts';
import type { Result } from './identity/problem.ts';
import {
  DEFAULT_TENANT,
  isLive,
  type KnownTenant,
  type TenantStorage,
} from './server/tenants/tenant.ts';
import { type Tenants, tenantVerbs } from './server/tenants/tenants.ts';
import { toldTenants } from './server/tenants/told.ts';
import { openAudit } from './store/audit.ts';
import type { Database } from './store/database.ts';
import { openStores, type Stores } from './store/stores.ts';
import { tenantStorage } from './store/tenants.ts';

type Asked = Pick<KnownTenant, 'name' | 'document'>;

export interface Installation extends AsyncDisposable {
  readonly stores: Stores;
  /** Of the tenant `default`. */
  readonly database: Database;
  readonly known: TenantStorage;
  /** What is done in somebody's name. */
  tenants(actor: Actor, now: () => Date): Tenants;
  /** @returns Undefined where there is no such tenant, or not any more. */
  configurationOf(tenant: Tenant): Promise<Result<Configuration> | undefined>;
}

/** @param world What reading configurations of tenants needs; without it there is `default` alone. */
export async function openInstallation(
  installation: Configuration,
  world: ConfigurationWorld | undefined,
): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const stores = stack.use(openStores(installation.store, installation.directory));
  const database = stack.use(await stores.open(DEFAULT_TENANT));
  const known = tenantStorage(database);
  const load = async (tenant: Asked) =>
    world === undefined ? undefined : loadTenant(installation, tenant, world);
  const opened = stack.move();
  return {
    stores,
    database,
    known,
    tenants: (actor, now) =>
      tenantVerbs({
        storage: toldTenants(known, openAudit(database), actor, now),
        configuredBy: async (tenant) => (await tenantOrigin(installation, tenant))?.type,
        check: async (tenant) => (await load(tenant)) ?? { ok: false, problems: [] },
        erase: (name) => stores.erase(name),
        now,
      }),
    configurationOf: async (name) => {
      if (name === DEFAULT_TENANT) return { ok: true, value: installation };
      const tenant = await known.find(name);
      return isLive(tenant) ? load(tenant) : undefined;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
