/** Whether a client gets an access token (RFC 6749 §4.4): who it is, how often it asked, what for. */

import type { Tenant } from '../../identity/identity.ts';
import { isSameHash, secretHash } from '../secret.ts';
import { issueToken, type TokenStorage } from '../tokens.ts';
import { type ClientStorage, type OauthClient, tenantOfClient } from './client.ts';
import { OauthError } from './oauth-error.ts';
import { covers, parseScope, type Scope, scopeText } from './scope.ts';
import { throttle } from './throttle.ts';

/** What a tenant keeps of clients and their tokens. */
export interface GrantStorages {
  readonly clients: Pick<ClientStorage, 'find' | 'use'>;
  readonly tokens: Pick<TokenStorage, 'add' | 'forget'>;
}

export interface GrantOptions {
  /**
   * Undefined for a tenant nobody has heard of, or whose secret that cannot be.
   *
   * @param hash Of the secret that was shown.
   */
  storagesOf(tenant: Tenant, hash: string): Promise<GrantStorages | undefined>;
  readonly now: () => Date;
  /** Told of a client that showed a wrong secret, or was none. */
  refused?(tenant: Tenant | undefined): Promise<void>;
}

export interface GrantRequest {
  readonly client: string;
  readonly secret: string;
  /** As asked for; all that the client may when absent. */
  readonly scope?: string;
}

export interface Granted {
  readonly token: string;
  readonly seconds: number;
  readonly scope: Scope;
}

const LIFETIME_SECONDS = 3600;
const MOST_FAILURES = 10;
const MOST_TOKENS = 60;
/** One character more is no secret of ours. */
const LONGEST_SECRET = 200;

/** @throws OauthError, as the protocol has it. */
export function grants(options: GrantOptions): (request: GrantRequest) => Promise<Granted> {
  const { now, storagesOf } = options;
  const failures = throttle(MOST_FAILURES, now);
  const issued = throttle(MOST_TOKENS, now);
  /** The last good secret of each client, so that whoever guesses does not lock out whoever knows. */
  const proven = new Map<string, string>();

  return async ({ client: id, secret, scope: asked }) => {
    const tenant = tenantOfClient(id);
    const hash = secretHash(secret);
    // What is no id of ours is not kept, however long it is.
    const name = tenant === undefined ? '' : id;
    const wait = failures.wait(name);
    if (wait > 0 && proven.get(id) !== hash) throw tooOften(wait, 'too many wrong secrets');
    const storages = tenant === undefined ? undefined : await storagesOf(tenant, hash);
    const known = secret.length > LONGEST_SECRET ? undefined : await storages?.clients.find(id);
    const used = known && secretOf(known, hash, now());
    if (!storages || !tenant || !known || used === undefined) {
      if (proven.get(id) === hash) proven.delete(id);
      failures.count(name);
      await options.refused?.(storages && tenant);
      throw new OauthError('invalid_client', 'no such client, or not with this secret');
    }
    if (proven.size >= MOST_PROVEN) proven.clear();
    proven.set(id, hash);
    const scope = scopeFor(known.client, asked);
    const pause = issued.wait(id);
    if (pause > 0) throw tooOften(pause, 'keep a token until it expires');
    issued.count(id);
    const lifetime = { client: id, seconds: LIFETIME_SECONDS };
    await storages.tokens.forget(id, now());
    const { token } = await issueToken(storages.tokens, tenant, scope, lifetime, now());
    await storages.clients.use(used, now());
    return { token, seconds: LIFETIME_SECONDS, scope };
  };
}

const MOST_PROVEN = 10_000;

type Known = NonNullable<Awaited<ReturnType<ClientStorage['find']>>>;

/** The id of the secret it is; every one is compared, so that time tells nothing. */
function secretOf({ client, hashes }: Known, hash: string, now: Date): string | undefined {
  if (client.revokedAt !== undefined) return undefined;
  return client.secrets
    .filter(({ id }) => isSameHash(hashes.get(id) ?? '', hash))
    .find(({ expiresAt }) => expiresAt > now)?.id;
}

/** A token opens one system, or the API: of several scopes there is none. */
function scopeFor({ scope: given }: OauthClient, asked: string | undefined): Scope {
  if (asked === undefined || asked.trim() === '') return given;
  const scope = parseScope(asked.trim());
  if (scope !== undefined && covers(given, scope)) return scope;
  throw new OauthError('invalid_scope', `this client may have ${scopeText(given)}`);
}

function tooOften(seconds: number, why: string): OauthError {
  return new OauthError('temporarily_unavailable', `${why}; ask again in ${seconds} s`, seconds);
}
