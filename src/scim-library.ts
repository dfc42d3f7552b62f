/**
 * `lockstep/scim`: a SCIM 2.0 service provider for an application of one's own, as `Request → Response`.
 * Accounts lie in a store of ours, each customer's apart from every other's. See docs/scim-library.md.
 */

import { existsSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { z } from 'zod';
import { openDirectory } from './connectors/directory/connector.ts';
import { directoryOptions } from './connectors/directory/options.ts';
import type { Connector } from './connectors/spi/index.ts';
import type { Tenant } from './identity/identity.ts';
import { leniencyFor } from './scim/clients.ts';
import { type ServedSystem, servedSystem } from './server/scim/served.ts';
import { scimService } from './server/scim.ts';
import { createToken, type NewToken, tokenAuthentication } from './server/tokens.ts';
import type { Database } from './store/database.ts';
import { directoryStorage } from './store/directory.ts';
import { openStores } from './store/stores.ts';
import { tokenStorage } from './store/tokens.ts';
import { told, type Written } from './told-writes.ts';

export interface ScimOptions {
  /** A folder for SQLite, or a `postgres://` URL. */
  readonly store: string;
  /** Where it is mounted; `/scim/v2` when absent. */
  readonly basePath?: string;
  /**
   * Whose token it is: a name of small letters, digits and hyphens, which becomes the customer's own
   * store. Undefined for nobody's. Without it, tokens of `createToken` open what they were made for.
   */
  readonly authenticate?: (token: string) => Promise<Tenant | undefined> | Tenant | undefined;
  /** By which rules accounts are received, and what they have besides the attributes of the RFC. */
  readonly directory?: z.input<typeof directoryOptions>;
  /** Who writes to it, such as `entra`: what they need beyond the RFC is understood. */
  readonly clients?: readonly string[];
  /** Told of what was written, once it is durable. What it throws is told to `onBug`. */
  readonly onChange?: (change: ScimChange) => void;
  /** Told of what is a mistake of ours and answered with 500. */
  readonly onBug?: (error: unknown) => void;
}

export interface ScimChange {
  readonly tenant: Tenant;
  readonly type: Written['type'];
  /** `user` or `group`. */
  readonly kind: string;
  readonly id: string;
}

export interface Scim extends AsyncDisposable {
  fetch(request: Request): Promise<Response>;
  /** The same for `node:http` and Express; in front of whatever parses bodies. */
  readonly listener: RequestListener;
  /** Shown once; only its hash is kept. */
  createToken(tenant: Tenant, days?: number): Promise<NewToken>;
  /** @returns False when there is no such token. */
  revokeToken(tenant: Tenant, id: string): Promise<boolean>;
  /** A customer's accounts, to be read and written by the application itself. */
  directory(tenant: Tenant): Promise<Connector>;
}

/** What the directory of every tenant is called: its store holds nothing else. */
const SYSTEM = 'directory';
const DEFAULT_DAYS = 365;

interface OpenTenant {
  readonly database: Database;
  readonly connector: Connector;
  readonly served: ServedSystem;
}

export function scim(options: ScimOptions): Scim {
  const { store, basePath = '/scim/v2', onBug = console.error, onChange } = options;
  const rules = directoryOptions.parse(options.directory ?? {});
  const leniency = leniencyFor(options.clients ?? []);
  const stores = openStores(store, process.cwd());
  const now = (): Date => new Date();
  const tenants = new Map<Tenant, Promise<OpenTenant>>();

  const opened = async (tenant: Tenant): Promise<OpenTenant> => {
    const database = await stores.open(tenant);
    const storage = directoryStorage(database, SYSTEM);
    const connector = told(openDirectory(SYSTEM, rules, storage, now), ({ type, ref }) => {
      try {
        onChange?.({ tenant, type, kind: ref.kind, id: ref.id });
      } catch (error) {
        onBug(error);
      }
    });
    return {
      database,
      connector,
      served: { ...(await servedSystem(SYSTEM, connector)), leniency },
    };
  };
  const open = (tenant: Tenant): Promise<OpenTenant> => {
    const known = tenants.get(tenant);
    if (known) return known;
    const opening = opened(tenant);
    tenants.set(tenant, opening);
    opening.catch(() => tenants.delete(tenant));
    return opening;
  };

  const ours = tokenAuthentication(
    async (tenant) =>
      isThere(store, tenant) ? tokenStorage((await open(tenant)).database) : undefined,
    now,
  );
  const theirs = options.authenticate;
  const service = scimService({
    basePath: basePath.replace(/\/$/, ''),
    authenticate: async (token) => {
      if (!theirs) return ours(token);
      const tenant = await theirs(token);
      return tenant === undefined ? undefined : { tenant, system: SYSTEM };
    },
    open: async ({ tenant }) => (await open(tenant)).served,
    onBug,
  });
  const fetch = async (request: Request): Promise<Response> => service.fetch(request);
  return {
    fetch,
    listener: getRequestListener(fetch),
    createToken: async (tenant, days = DEFAULT_DAYS) => {
      const { database } = await open(tenant);
      return createToken(tokenStorage(database), tenant, { system: SYSTEM }, days, now());
    },
    revokeToken: async (tenant, id) =>
      tokenStorage((await open(tenant)).database).revoke(id, now()),
    directory: async (tenant) => (await open(tenant)).connector,
    [Symbol.asyncDispose]: async () => {
      for (const opening of tenants.values()) {
        const tenant = await opening.catch(() => undefined);
        await tenant?.database[Symbol.asyncDispose]();
      }
      await stores[Symbol.asyncDispose]();
    },
  };
}

/** A token that names a tenant must not make a store for it. */
function isThere(store: string, tenant: Tenant): boolean {
  return /^postgres(ql)?:\/\//.test(store) || existsSync(path.join(store, `${tenant}.sqlite`));
}
