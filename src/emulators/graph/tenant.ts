/** One tenant: its directory and everything that surrounds it while it is being served. */

import { createHash } from 'node:crypto';
import { type Chance, seededChance } from './chance.ts';
import type { Clock } from './clock.ts';
import { Directory, type Entry, type Properties, type Version, versionAt } from './directory.ts';
import { Replicas } from './replicas.ts';
import { DEFAULT_SWITCHES, type Settings, type Switches } from './settings.ts';

/** A client secret as it is stored. */
export interface StoredSecret {
  readonly hash: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface FederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

export interface Tenant {
  readonly id: string;
  /** The initial domain, such as `contoso.onmicrosoft.com`. */
  readonly domain: string;
  readonly domains: readonly string[];
  readonly displayName: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly directory: Directory;
  readonly replicas: Replicas;
  /** Object ids of live users by user principal name, in lower case. */
  readonly upns: Map<string, string>;
  /** Object ids by mail address, in lower case; whoever got it last. */
  readonly mails: Map<string, string>;
  /** When what may lie in the recycle bin was deleted, by id; the oldest first. */
  readonly bin: Map<string, number>;
  /** Secrets by appId. */
  readonly secrets: Map<string, readonly StoredSecret[]>;
  /** Outside issuers an application trusts, by appId. */
  readonly federated: Map<string, readonly FederatedCredential[]>;
  /** Client ids of applications whose permissions were named; of others nobody asks for any. */
  readonly permissioned: Set<string>;
  /** Hashes of passwords by user. */
  readonly passwords: Map<string, string>;
  /** Automatic replies and JPEG photos by user: kept outside of the directory. */
  readonly replies: Map<string, Properties>;
  readonly photos: Map<string, Uint8Array>;
  settings: Settings;
  switches: Switches;
  /** Raised to invalidate all delta tokens. */
  deltaGeneration: number;
}

export interface TenantOptions {
  readonly id: string;
  readonly domain: string;
  readonly displayName: string;
  readonly seed: string;
  readonly clock: Clock;
  readonly settings: Settings;
}

export function createTenant(options: TenantOptions): Tenant {
  const { clock, settings } = options;
  const chance = seededChance(options.seed);
  const directory: Directory = new Directory(
    () => clock.now(),
    () => replicas.oldestVisible(),
  );
  const replicas = new Replicas(directory, clock, chance.stream('replicas'), settings);
  return {
    id: options.id,
    domain: options.domain,
    domains: [options.domain, options.domain.replace('.onmicrosoft.com', '.com')],
    displayName: options.displayName,
    clock,
    chance,
    directory,
    replicas,
    upns: new Map(),
    mails: new Map(),
    bin: new Map(),
    secrets: new Map(),
    federated: new Map(),
    permissioned: new Set(),
    passwords: new Map(),
    replies: new Map(),
    photos: new Map(),
    settings,
    switches: DEFAULT_SWITCHES,
    deltaGeneration: 1,
  };
}

export function hashed(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** An object as a reader finds it. */
export interface Found {
  readonly entry: Entry;
  readonly version: Version;
}

/** The directory as one replica shows it. */
export interface View {
  readonly number: number;
  readonly replica: number;
}

export function foundAt(tenant: Tenant, id: string, number: number): Found | undefined {
  const entry = tenant.directory.entry(id);
  if (entry === undefined) return undefined;
  const version = versionAt(entry, number);
  return version === undefined || version.life === 'purged' ? undefined : { entry, version };
}

export function liveAt(tenant: Tenant, id: string, number: number): Found | undefined {
  const found = foundAt(tenant, id, number);
  return found?.version.life === 'live' ? found : undefined;
}

export function textOf(properties: Properties, name: string): string {
  const value = properties[name];
  return typeof value === 'string' ? value : '';
}
