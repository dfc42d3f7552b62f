/**
 * Bearer tokens by which others reach one system, served or pushed to, or the API, never both. Only administrators
 * make them; what is stored is a hash, and the tenant is part of the token, so that it decides whose
 * data is asked.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Role } from './api/policy.ts';
import { isSameHash, secretHash } from './secret.ts';

/** What a token opens: one system that is served or pushed to, or the API as somebody of a role. */
export type Scope = { readonly system: SystemName } | { readonly role: Role };

export type AccessToken = TokenLife & Scope;

interface TokenLife {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date;
  readonly lastUsedAt?: Date;
}

/** Of one tenant. */
export interface TokenStorage {
  add(token: AccessToken, hash: string): Promise<void>;
  all(): Promise<readonly AccessToken[]>;
  byHash(hash: string): Promise<{ readonly token: AccessToken; readonly hash: string } | undefined>;
  /** @returns False when there is no such token. */
  revoke(id: string, at: Date): Promise<boolean>;
  use(id: string, at: Date): Promise<void>;
}

/** In front of every token, for scanners that look for secrets in public places. */
const PREFIX = 'lockstep';

export type NewToken = Scope & {
  /** Shown once. */
  readonly token: string;
  readonly id: string;
  readonly expiresAt: Date;
};

export async function createToken(
  storage: TokenStorage,
  tenant: Tenant,
  scope: Scope,
  days: number,
  now: Date,
): Promise<NewToken> {
  const token = `${PREFIX}_${tenant}_${randomBytes(32).toString('hex')}`;
  const id = randomUUID();
  const expiresAt = new Date(now.getTime() + days * 86_400_000);
  await storage.add({ id, ...scope, createdAt: now, expiresAt }, secretHash(token));
  return { token, id, ...scope, expiresAt };
}

interface Remembered<Caller> {
  readonly caller: Caller;
  readonly untilMilliseconds: number;
}

/** For how long a token that was looked up is believed: a revoked one works this long at most. */
const REMEMBERED_MILLISECONDS = 2_000;
const MOST_REMEMBERED = 10_000;

/** Tenants by name; undefined for one nobody has heard of. */
export type TokensOf = (tenant: Tenant) => Promise<TokenStorage | undefined>;

/** Tells whose token it is, and which served system it opens. */
export function tokenAuthentication(
  storageOf: TokensOf,
  now: () => Date,
): (
  token: string,
) => Promise<{ readonly tenant: Tenant; readonly system: SystemName } | undefined> {
  return authentication(storageOf, now, (tenant, token) =>
    'system' in token ? { tenant, system: token.system } : undefined,
  );
}

/** Tells whose token it is, and as what it opens the API. */
export function apiAuthentication(
  storageOf: TokensOf,
  now: () => Date,
): (
  token: string,
) => Promise<{ readonly tenant: Tenant; readonly token: string; readonly role: Role } | undefined> {
  return authentication(storageOf, now, (tenant, token) =>
    'role' in token ? { tenant, token: token.id, role: token.role } : undefined,
  );
}

/** Tells whose token it is, and what it opens of the systems that records are pushed to. */
export function inboundAuthentication(
  storageOf: TokensOf,
  now: () => Date,
  systems: ReadonlySet<SystemName>,
): (token: string) => Promise<({ readonly tenant: Tenant } & Scope) | undefined> {
  return authentication(storageOf, now, (tenant, token) => {
    if ('role' in token) return { tenant, role: token.role };
    return systems.has(token.system) ? { tenant, system: token.system } : undefined;
  });
}

function authentication<Caller>(
  storageOf: TokensOf,
  now: () => Date,
  callerOf: (tenant: Tenant, token: AccessToken) => Caller | undefined,
): (token: string) => Promise<Caller | undefined> {
  const remembered = new Map<string, Remembered<Caller>>();
  return async (token) => {
    const tenant = new RegExp(`^${PREFIX}_([a-z0-9-]+)_[0-9a-f]{64}$`).exec(token)?.[1];
    if (tenant === undefined) return undefined;
    const hash = secretHash(token);
    const time = now();
    const known = remembered.get(hash);
    if (known && known.untilMilliseconds > time.getTime()) return known.caller;
    remembered.delete(hash);
    const storage = await storageOf(tenant);
    const found = await storage?.byHash(hash);
    if (!storage || !found || !isSameHash(found.hash, hash)) return undefined;
    const { id, expiresAt, revokedAt } = found.token;
    if (revokedAt || expiresAt <= time) return undefined;
    const caller = callerOf(tenant, found.token);
    if (caller === undefined) return undefined;
    await storage.use(id, time);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const until = Math.min(time.getTime() + REMEMBERED_MILLISECONDS, expiresAt.getTime());
    remembered.set(hash, { caller, untilMilliseconds: until });
    return caller;
  };
}
