/**
 * Bearer tokens by which others reach a served system. Only administrators make them; what is
 * stored is a hash, and the tenant is part of the token, so that it decides whose data is asked.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { isSameHash, secretHash } from './secret.ts';

export interface AccessToken {
  readonly id: string;
  readonly system: SystemName;
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

export interface NewToken {
  /** Shown once. */
  readonly token: string;
  readonly id: string;
  readonly system: SystemName;
  readonly expiresAt: Date;
}

export async function createToken(
  storage: TokenStorage,
  tenant: Tenant,
  system: SystemName,
  days: number,
  now: Date,
): Promise<NewToken> {
  const token = `${PREFIX}_${tenant}_${randomBytes(32).toString('hex')}`;
  const id = randomUUID();
  const expiresAt = new Date(now.getTime() + days * 86_400_000);
  await storage.add({ id, system, createdAt: now, expiresAt }, secretHash(token));
  return { token, id, system, expiresAt };
}

interface Remembered {
  readonly caller: { readonly tenant: Tenant; readonly system: SystemName };
  readonly untilMilliseconds: number;
}

/** For how long a token that was looked up is believed: a revoked one works this long at most. */
const REMEMBERED_MILLISECONDS = 2_000;
const MOST_REMEMBERED = 10_000;

/**
 * Tells whose token it is.
 *
 * @param storageOf The tokens of a tenant; undefined for a tenant nobody has heard of.
 */
export function tokenAuthentication(
  storageOf: (tenant: Tenant) => Promise<TokenStorage | undefined>,
  now: () => Date,
): (token: string) => Promise<Remembered['caller'] | undefined> {
  const remembered = new Map<string, Remembered>();
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
    const { id, system, expiresAt, revokedAt } = found.token;
    if (revokedAt || expiresAt <= time) return undefined;
    await storage.use(id, time);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const caller = { tenant, system };
    const until = Math.min(time.getTime() + REMEMBERED_MILLISECONDS, expiresAt.getTime());
    remembered.set(hash, { caller, untilMilliseconds: until });
    return caller;
  };
}
