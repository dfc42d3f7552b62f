/**
 * Clients of OAuth 2 (RFC 6749 §2): programs that get short-lived access tokens for an id and a
 * secret. Of secrets only hashes are kept; two are valid while one takes over from the other.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Tenant } from '../../identity/identity.ts';
import { secretHash } from '../secret.ts';
import type { Scope } from './scope.ts';

export interface OauthClient {
  /** With its tenant in front, which is nowhere else in a request for a token. */
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly createdAt: Date;
  readonly revokedAt?: Date;
  /** The newest last. */
  readonly secrets: readonly ClientSecret[];
}

export interface ClientSecret {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
}

/** Of one tenant. */
export interface ClientStorage {
  add(client: Omit<OauthClient, 'secrets'>, secret: ClientSecret, hash: string): Promise<void>;
  all(): Promise<readonly OauthClient[]>;
  find(id: string): Promise<FoundClient | undefined>;
  /** Adds one, and lets each of the others end at its time, if it does not end before. */
  addSecret(
    client: string,
    secret: ClientSecret,
    hash: string,
    endings: ReadonlyMap<string, Date>,
  ): Promise<void>;
  /** @returns False when there is no such client, or not any more. */
  revoke(id: string, at: Date): Promise<boolean>;
  use(secret: string, at: Date): Promise<void>;
}

export interface FoundClient {
  readonly client: OauthClient;
  /** By the id of a secret. */
  readonly hashes: ReadonlyMap<string, string>;
}

export interface NewClient {
  readonly client: string;
  /** Shown once. */
  readonly secret: string;
  readonly name: string;
  readonly scope: Scope;
  readonly expiresAt: Date;
}

export async function createClient(
  storage: ClientStorage,
  tenant: Tenant,
  { name, scope }: Pick<OauthClient, 'name' | 'scope'>,
  days: number,
  now: Date,
): Promise<NewClient> {
  const id = `${tenant}.${randomBytes(12).toString('hex')}`;
  const { secret, text } = newSecret(tenant, days, now);
  await storage.add({ id, name, scope, createdAt: now }, secret, secretHash(text));
  return { client: id, secret: text, name, scope, expiresAt: secret.expiresAt };
}

/**
 * Another secret. The one before it stays valid for the overlap, older ones end now: never are more
 * than two valid.
 */
export async function rotateSecret(
  storage: ClientStorage,
  tenant: Tenant,
  { id, name, scope, secrets }: OauthClient,
  { days, overlapDays }: { readonly days: number; readonly overlapDays: number },
  now: Date,
): Promise<NewClient> {
  const { secret, text } = newSecret(tenant, days, now);
  const before = secrets.at(-1);
  const overlap = new Date(now.getTime() + overlapDays * DAY);
  const endings = new Map(secrets.map((one) => [one.id, one === before ? overlap : now]));
  await storage.addSecret(id, secret, secretHash(text), endings);
  return { client: id, secret: text, name, scope, expiresAt: secret.expiresAt };
}

const DAY = 86_400_000;

/** In front as of tokens, for scanners; never taken for a token, which has no second underscore there. */
function newSecret(
  tenant: Tenant,
  days: number,
  now: Date,
): { readonly secret: ClientSecret; readonly text: string } {
  const text = `lockstep_secret_${tenant}_${randomBytes(32).toString('hex')}`;
  const expiresAt = new Date(now.getTime() + days * DAY);
  return { secret: { id: randomUUID(), createdAt: now, expiresAt }, text };
}

/** Whose client that would be; undefined for what is no id of ours. */
export function tenantOfClient(id: string): Tenant | undefined {
  return /^([a-z0-9-]{1,63})\.[0-9a-f]{24}$/.exec(id)?.[1];
}
