/** What administrators of the installation do with its tenants. */

import type { Tenant } from '../../identity/identity.ts';
import type { Result } from '../../identity/problem.ts';
import {
  DEFAULT_TENANT,
  isLive,
  isTenantName,
  type KnownTenant,
  TenantRefusal,
  type TenantStorage,
} from './tenant.ts';

/** `file`: `tenants/NAME.yaml`. `store`: a document of its own, kept here. `shared`: the one for all. */
export type ConfiguredBy = 'file' | 'store' | 'shared';

export interface ListedTenant extends Omit<KnownTenant, 'document' | 'version'> {
  /** Absent where it has none any more. */
  readonly configuredBy?: ConfiguredBy;
}

export interface Tenants {
  list(): Promise<readonly ListedTenant[]>;
  /** @throws TenantRefusal, as all of them. */
  create(name: Tenant, document?: string): Promise<Result<ListedTenant>>;
  /** Without a document it has the one for all again. */
  configure(name: Tenant, document?: string): Promise<Result<ListedTenant>>;
  /** Ends its access; its data stay. */
  remove(name: Tenant): Promise<ListedTenant>;
  restore(name: Tenant): Promise<ListedTenant>;
  /** Removes it, and deletes everything that is stored of it but its name. */
  erase(name: Tenant): Promise<ListedTenant>;
}

/** What tenants need of rooms that may not be known here. */
export interface TenantWorld {
  readonly storage: TenantStorage;
  /** Where the configuration of a tenant would come from; undefined where there is none. */
  configuredBy(tenant: Pick<KnownTenant, 'name' | 'document'>): Promise<ConfiguredBy | undefined>;
  /** All that is wrong with it, if anything is. */
  check(tenant: Pick<KnownTenant, 'name' | 'document'>): Promise<Result<unknown>>;
  /** Deletes the store of a tenant. */
  erase(name: Tenant): Promise<void>;
  readonly now: () => Date;
}

export function tenantVerbs(world: TenantWorld): Tenants {
  const { storage, now } = world;
  const listed = async ({ document, version: _, ...tenant }: KnownTenant) => {
    const configuredBy =
      tenant.erasedAt === undefined
        ? await world.configuredBy({
            name: tenant.name,
            ...(document !== undefined && { document }),
          })
        : undefined;
    return { ...tenant, ...(configuredBy !== undefined && { configuredBy }) };
  };
  const shown = async (name: Tenant): Promise<ListedTenant> => {
    const tenant = await storage.find(name);
    if (tenant === undefined) throw unknown(name);
    return listed(tenant);
  };
  const checked = async (name: Tenant, document: string | undefined): Promise<Result<unknown>> => {
    const tenant = { name, ...(document !== undefined && { document }) };
    const configuredBy = await world.configuredBy(tenant);
    if (configuredBy === undefined) {
      throw new TenantRefusal('tenant-unconfigured', `nothing says what systems ${name} has`);
    }
    if (configuredBy === 'file' && document !== undefined) {
      throw new TenantRefusal('tenant-configured-by-file', `${name} has a file under tenants/`);
    }
    return world.check(tenant);
  };

  return {
    list: async () => Promise.all((await storage.all()).map(listed)),
    create: async (name, document) => {
      if (!isTenantName(name)) {
        throw new TenantRefusal('tenant-name', `"${name}" cannot be the name of a tenant`);
      }
      const taken = new TenantRefusal('tenant-exists', `the name "${name}" was given before`);
      if (name === DEFAULT_TENANT || (await storage.find(name)) !== undefined) throw taken;
      const sound = await checked(name, document);
      if (!sound.ok) return sound;
      const added = await storage.add({
        name,
        createdAt: now(),
        ...(document !== undefined && { document }),
      });
      if (!added) throw taken;
      return { ok: true, value: await shown(name) };
    },
    configure: async (name, document) => {
      if (!isLive(await storage.find(name))) throw unknown(name);
      const sound = await checked(name, document);
      if (!sound.ok) return sound;
      if (!(await storage.configure(name, document))) throw unknown(name);
      return { ok: true, value: await shown(name) };
    },
    remove: async (name) => {
      if (!(await storage.remove(name, now()))) throw unknown(name);
      return shown(name);
    },
    restore: async (name) => {
      if (!(await storage.restore(name))) throw unknown(name);
      return shown(name);
    },
    erase: async (name) => {
      const tenant = await storage.find(name);
      if (tenant === undefined) throw unknown(name);
      if (isLive(tenant)) await storage.remove(name, now());
      // Told when it is done: one that was interrupted is done again.
      await world.erase(name);
      await storage.erased(name, now());
      return shown(name);
    },
  };
}

function unknown(name: Tenant): TenantRefusal {
  return new TenantRefusal('unknown-tenant', `there is no tenant "${name}"`);
}
