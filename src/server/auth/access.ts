/** What administrators of a tenant do with its tokens and clients. */

import type { Tenant } from '../../identity/identity.ts';
import type { SystemName } from '../../identity/record.ts';
import {
  type AccessToken,
  createToken,
  type NewToken,
  rotateToken,
  type TokenStorage,
} from '../tokens.ts';
import {
  type ClientStorage,
  createClient,
  type NewClient,
  type OauthClient,
  rotateSecret,
} from './client.ts';
import type { Scope } from './scope.ts';

export interface Lifetimes {
  /** Until what is new expires. */
  readonly days: number;
  /** For how long what it takes over from stays valid. */
  readonly overlapDays: number;
}

export interface Access {
  tokens(): Promise<readonly AccessToken[]>;
  clients(): Promise<readonly OauthClient[]>;
  /** @throws AccessRefusal, as those below. */
  createToken(scope: Scope, days: number): Promise<NewToken>;
  createClient(name: string, scope: Scope, days: number): Promise<NewClient>;
  rotateToken(id: string, lifetimes: Lifetimes): Promise<NewToken>;
  rotateClient(id: string, lifetimes: Lifetimes): Promise<NewClient>;
  revokeToken(id: string): Promise<AccessToken>;
  revokeClient(id: string): Promise<OauthClient>;
}

export type AccessCode =
  | 'client-unknown'
  | 'system-not-served'
  | 'token-ended'
  | 'token-unknown'
  | 'unknown-system';

/** What cannot be done with a token or client; codes are in `docs/errors.md`. */
export class AccessRefusal extends Error {
  override readonly name = 'AccessRefusal';
  readonly code: AccessCode;
  readonly remedy: string;

  constructor(code: AccessCode, message: string) {
    super(message);
    this.code = code;
    this.remedy = REMEDY[code];
  }
}

const REMEDY: Readonly<Record<AccessCode, string>> = {
  'client-unknown': 'see lockstep token list',
  'system-not-served': 'add serve: {} to the system, or use the connector inbound',
  'token-ended': 'make a new one: lockstep token create',
  'token-unknown': 'see lockstep token list',
  'unknown-system': 'name a system of the configuration of that tenant',
};

/** Systems of a tenant, and whether others reach them. */
export type Reachable = ReadonlyMap<SystemName, boolean>;

export function accessOf(
  tokens: TokenStorage,
  clients: ClientStorage,
  { tenant, systems, now }: { tenant: Tenant; systems: Reachable; now: () => Date },
): Access {
  const known = (scope: Scope): Scope => {
    if ('role' in scope) return scope;
    const reachable = systems.get(scope.system);
    if (reachable === undefined) {
      throw new AccessRefusal('unknown-system', `there is no system "${scope.system}"`);
    }
    if (reachable) return scope;
    throw new AccessRefusal('system-not-served', `${scope.system} is neither served nor pushed to`);
  };
  const tokenOf = async (id: string): Promise<AccessToken> => {
    const found = (await tokens.all()).find((token) => token.id === id);
    if (found !== undefined) return found;
    throw new AccessRefusal('token-unknown', `there is no token "${id}"`);
  };
  const clientOf = async (id: string): Promise<OauthClient> => {
    const found = await clients.find(id);
    if (found !== undefined) return found.client;
    throw new AccessRefusal('client-unknown', `there is no client "${id}"`);
  };
  return {
    tokens: () => tokens.all(),
    clients: () => clients.all(),
    createToken: async (scope, days) => createToken(tokens, tenant, known(scope), days, now()),
    createClient: async (name, scope, days) =>
      createClient(clients, tenant, { name, scope: known(scope) }, days, now()),
    rotateToken: async (id, lifetimes) => {
      const token = await tokenOf(id);
      if (token.revokedAt !== undefined || token.expiresAt <= now()) throw ended(id);
      return rotateToken(tokens, tenant, token, lifetimes, now());
    },
    rotateClient: async (id, lifetimes) => {
      const client = await clientOf(id);
      // The secrets may have expired: that is what another one is for.
      if (client.revokedAt !== undefined) throw ended(id);
      return rotateSecret(clients, tenant, client, lifetimes, now());
    },
    revokeToken: async (id) => {
      await tokenOf(id);
      await tokens.revoke(id, now());
      return tokenOf(id);
    },
    revokeClient: async (id) => {
      await clientOf(id);
      await clients.revoke(id, now());
      return clientOf(id);
    },
  };
}

function ended(id: string): AccessRefusal {
  return new AccessRefusal('token-ended', `${id} opens nothing any more`);
}
