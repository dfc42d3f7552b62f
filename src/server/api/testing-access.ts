/** Tokens, clients and tenants that answer as told, for the tests of the API. */

import type { Access } from '../auth/access.ts';
import type { NewClient, OauthClient } from '../auth/client.ts';
import type { ListedTenant, Tenants } from '../tenants/tenants.ts';
import type { AccessToken, NewToken } from '../tokens.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');
const LATER = new Date('2027-03-01T10:00:00.000Z');

const TOKEN: AccessToken = {
  id: 't1',
  system: 'inbox',
  rights: 'read',
  createdAt: AT,
  expiresAt: LATER,
  lastUsedAt: AT,
};

const NEW_TOKEN: NewToken = { id: 't2', token: 'lockstep_…', role: 'viewer', expiresAt: LATER };

const CLIENT: OauthClient = {
  id: 'contoso.0a1b2c3d4e5f0a1b2c3d4e5f',
  name: 'Okta',
  scope: { system: 'inbox' },
  createdAt: AT,
  revokedAt: LATER,
  secrets: [{ id: 's1', createdAt: AT, expiresAt: LATER, lastUsedAt: AT }],
};

const NEW_CLIENT: NewClient = {
  client: CLIENT.id,
  secret: 'lockstep_secret_…',
  name: 'Okta',
  scope: { system: 'inbox' },
  expiresAt: LATER,
};

export const ACCESS: Access = {
  tokens: async () => [TOKEN, { id: 't2', role: 'auditor', createdAt: AT, expiresAt: LATER }],
  clients: async () => [CLIENT],
  createToken: async () => NEW_TOKEN,
  createClient: async () => NEW_CLIENT,
  rotateToken: async () => NEW_TOKEN,
  rotateClient: async () => NEW_CLIENT,
  revokeToken: async () => ({ ...TOKEN, revokedAt: LATER }),
  revokeClient: async () => CLIENT,
};

const TENANT: ListedTenant = { name: 'fabrikam', createdAt: AT, configuredBy: 'shared' };

export const TENANTS: Tenants = {
  list: async () => [TENANT],
  create: async () => ({ ok: true, value: TENANT }),
  configure: async () => ({ ok: true, value: { ...TENANT, configuredBy: 'store' } }),
  remove: async () => ({ ...TENANT, removedAt: LATER }),
  restore: async () => TENANT,
  erase: async () => ({ name: 'fabrikam', createdAt: AT, removedAt: LATER, erasedAt: LATER }),
};
