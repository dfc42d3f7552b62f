/** Tenants of one installation: who they are, and what cannot be done with one. */

import type { Tenant } from '../../identity/identity.ts';

/** One that was made besides `default`, which is always there and owns the list of the others. */
export interface KnownTenant {
  readonly name: Tenant;
  readonly createdAt: Date;
  /** Its configuration, where the store keeps it. */
  readonly document?: string;
  /** Another one after every change of what is kept here. */
  readonly version: number;
  /** Since when its tokens open nothing. */
  readonly removedAt?: Date;
  /** Since when nothing is stored of it but its name. */
  readonly erasedAt?: Date;
}

export interface TenantStorage {
  /** By name. */
  all(): Promise<readonly KnownTenant[]>;
  find(name: Tenant): Promise<KnownTenant | undefined>;
  /** Of all that were not removed. */
  versions(): Promise<ReadonlyMap<Tenant, number>>;
  /** @returns False when the name was ever given. */
  add(tenant: Pick<KnownTenant, 'name' | 'createdAt' | 'document'>): Promise<boolean>;
  /** @returns False, as those below, when there is none to whom that can be done. */
  configure(name: Tenant, document: string | undefined): Promise<boolean>;
  remove(name: Tenant, at: Date): Promise<boolean>;
  restore(name: Tenant): Promise<boolean>;
  erased(name: Tenant, at: Date): Promise<boolean>;
}

export const DEFAULT_TENANT: Tenant = 'default';

/** A file is named so, and tokens carry it: see `openSqlite` and `createToken`. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function isTenantName(name: string): boolean {
  return NAME.test(name);
}

export function isLive(tenant: KnownTenant | undefined): tenant is KnownTenant {
  return tenant !== undefined && tenant.removedAt === undefined;
}

export type TenantCode =
  | 'tenant-configured-by-file'
  | 'tenant-exists'
  | 'tenant-name'
  | 'tenant-unconfigured'
  | 'tenant-unusable'
  | 'tenants-busy'
  | 'unknown-tenant';

/** What cannot be done with a tenant; codes are in `docs/errors.md`. */
export class TenantRefusal extends Error {
  override readonly name = 'TenantRefusal';
  readonly code: TenantCode;
  readonly remedy: string;

  constructor(code: TenantCode, message: string) {
    super(message);
    this.code = code;
    this.remedy = REMEDY[code];
  }
}

const REMEDY: Readonly<Record<TenantCode, string>> = {
  'tenant-configured-by-file': 'change its file under tenants/ and start lockstep serve again',
  'tenant-exists': 'take another name; that of a tenant that was erased is never given again',
  'tenant-name': 'use lower case letters, digits and hyphens, at most 63, such as fabrikam',
  'tenant-unconfigured':
    'write tenants/NAME.yaml, hand a document in with --document, or name one for all under tenants:',
  'tenant-unusable': 'see the log of the server; check it with: lockstep check --tenant NAME',
  'tenants-busy': 'ask again in a few seconds; on PostgreSQL there is room for many more',
  'unknown-tenant': 'see lockstep tenant list',
};
