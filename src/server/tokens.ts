/**
 * Bearer tokens by which others reach one system, served or pushed to, or the API, never both. Only
 * administrators make them, and clients of OAuth get them for an hour; what is stored is a hash, and
 * the tenant is part of the token, so that it decides whose data is asked.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Role } from './api/policy.ts';
import type { Rights, Scope } from './auth/scope.ts';
import { isSameHash, secretHash } from './secret.ts';

export type AccessToken = TokenLife & Scope;

interface TokenLife {
  readonly id: string;
  /** Whom of the clients of OAuth it was given to. */
  readonly client?: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date;
  readonly lastUsedAt?: Date;
}

/** Of one tenant. */
export interface TokenStorage {
  add(token: AccessToken, hash: string): Promise<void>;
  /** Without those that clients were given. */
  all(): Promise<readonly AccessToken[]>;
  byHash(hash: string): Promise<{ readonly token: AccessToken; readonly hash: string } | undefined>;
  /** It ends then, if it does not end before. */
  end(id: string, at: Date): Promise<void>;
  /** @returns False when there is no such token. */
  revoke(id: string, at: Date): Promise<boolean>;
  use(id: string, at: Date): Promise<void>;
  /** Deletes those that a client was given and that ended before. */
  forget(client: string, before: Date): Promise<void>;
}

/** In front of every token, for scanners that look for secrets in public places. */
const PREFIX = 'lockstep';

/** Whether it looks like one of ours, valid or not. */
export function isOurs(token: string): boolean {
  return token.startsWith(`${PREFIX}_`);
}

export type NewToken = Scope & {
  /** Shown once. */
  readonly token: string;
  readonly id: string;
  readonly expiresAt: Date;
};

export async function createToken(
  storage: Pick<TokenStorage, 'add'>,
  tenant: Tenant,
  scope: Scope,
  days: number,
  now: Date,
): Promise<NewToken> {
  return newToken(storage, tenant, scope, days * DAY_SECONDS, now);
}

/** For a client of OAuth, which comes back for the next one. */
export async function issueToken(
  storage: Pick<TokenStorage, 'add'>,
  tenant: Tenant,
  scope: Scope,
  { client, seconds }: { readonly client: string; readonly seconds: number },
  now: Date,
): Promise<NewToken> {
  return newToken(storage, tenant, scope, seconds, now, client);
}

/** Another one that opens the same; the one before stays valid for the overlap. */
export async function rotateToken(
  storage: Pick<TokenStorage, 'add' | 'end'>,
  tenant: Tenant,
  before: AccessToken,
  { days, overlapDays }: { readonly days: number; readonly overlapDays: number },
  now: Date,
): Promise<NewToken> {
  const { id, createdAt, expiresAt, revokedAt, lastUsedAt, client, ...scope } = before;
  const next = await createToken(storage, tenant, scope, days, now);
  await storage.end(id, new Date(now.getTime() + overlapDays * DAY_SECONDS * 1000));
  return next;
}

const DAY_SECONDS = 86_400;

async function newToken(
  storage: Pick<TokenStorage, 'add'>,
  tenant: Tenant,
  scope: Scope,
  seconds: number,
  now: Date,
  client?: string,
): Promise<NewToken> {
  const token = `${PREFIX}_${tenant}_${randomBytes(32).toString('hex')}`;
  const id = randomUUID();
  const expiresAt = new Date(now.getTime() + seconds * 1000);
  const issued = { id, ...scope, createdAt: now, expiresAt };
  await storage.add(client === undefined ? issued : { ...issued, client }, secretHash(token));
  return { token, id, ...scope, expiresAt };
}

/** With the name of its tenant. */
const TOKEN = new RegExp(`^${PREFIX}_([a-z0-9-]+)_[0-9a-f]{64}$`);

interface Remembered<Caller> {
  readonly caller: Caller;
  readonly untilMilliseconds: number;
}

/** For how long a token that was looked up is believed: a revoked one works this long at most. */
const REMEMBERED_MILLISECONDS = 2_000;
const MOST_REMEMBERED = 10_000;

/**
 * Tenants by name; undefined for one nobody has heard of, or whose token that cannot be.
 *
 * @param hash Of the token that was shown: for nobody who shows none of its own a tenant need be opened.
 */
export type TokensOf = (tenant: Tenant, hash: string) => Promise<TokenStorage | undefined>;

/** Tells whose token it is, which served system it opens, and for what. */
export function tokenAuthentication(
  storageOf: TokensOf,
  now: () => Date,
): (token: string) => Promise<SystemCaller | undefined> {
  return authentication(storageOf, now, (tenant, token) => {
    if ('role' in token) return undefined;
    const { system, rights } = token;
    return { tenant, system, ...(rights !== undefined && { rights }) };
  });
}

/** Who reaches one system of one tenant. */
export interface SystemCaller {
  readonly tenant: Tenant;
  readonly system: SystemName;
  /** Everything when absent. */
  readonly rights?: Rights;
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
  receives: (tenant: Tenant, system: SystemName) => Promise<boolean>,
): (token: string) => Promise<({ readonly tenant: Tenant } & Scope) | undefined> {
  return authentication(storageOf, now, async (tenant, token) => {
    if ('role' in token) return { tenant, role: token.role };
    const { system, rights } = token;
    // What is pushed is never read from here.
    if (rights === 'read' || !(await receives(tenant, system))) return undefined;
    return { tenant, system };
  });
}

function authentication<Caller>(
  storageOf: TokensOf,
  now: () => Date,
  callerOf: (
    tenant: Tenant,
    token: AccessToken,
  ) => Caller | undefined | Promise<Caller | undefined>,
): (token: string) => Promise<Caller | undefined> {
  // By the token itself: to hash it for every request costs more than the rest of this.
  const remembered = new Map<string, Remembered<Caller>>();
  let forgetsAtMilliseconds = 0;
  const forget = (milliseconds: number): void => {
    if (milliseconds < forgetsAtMilliseconds) return;
    forgetsAtMilliseconds = milliseconds + REMEMBERED_MILLISECONDS;
    for (const [token, { untilMilliseconds }] of remembered)
      if (untilMilliseconds <= milliseconds) remembered.delete(token);
  };
  const lookedUp = async (token: string): Promise<Caller | undefined> => {
    const tenant = TOKEN.exec(token)?.[1];
    if (tenant === undefined) return undefined;
    const hash = secretHash(token);
    const time = now();
    const storage = await storageOf(tenant, hash);
    const found = await storage?.byHash(hash);
    if (!storage || !found || !isSameHash(found.hash, hash)) return undefined;
    const { id, expiresAt, revokedAt } = found.token;
    if (revokedAt || expiresAt <= time) return undefined;
    const caller = await callerOf(tenant, found.token);
    if (caller === undefined) return undefined;
    await storage.use(id, time);
    forget(time.getTime());
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const until = Math.min(time.getTime() + REMEMBERED_MILLISECONDS, expiresAt.getTime());
    remembered.set(token, { caller, untilMilliseconds: until });
    return caller;
  };
  return async (token) => {
    const known = remembered.get(token);
    if (known && known.untilMilliseconds > now().getTime()) return known.caller;
    remembered.delete(token);
    return lookedUp(token);
  };
}
