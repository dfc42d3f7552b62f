/** Clients that are kept in memory, for tests. */

import type { ClientSecret, ClientStorage, OauthClient } from './client.ts';

export function memoryClients(): ClientStorage {
  const clients = new Map<string, OauthClient>();
  const hashes = new Map<string, string>();
  const change = (
    id: string,
    secrets: (before: readonly ClientSecret[]) => ClientSecret[],
  ): void => {
    const client = clients.get(id);
    if (client !== undefined) clients.set(id, { ...client, secrets: secrets(client.secrets) });
  };
  return {
    add: async (client, secret, hash) => {
      clients.set(client.id, { ...client, secrets: [secret] });
      hashes.set(secret.id, hash);
    },
    all: async () => [...clients.values()],
    find: async (id) => {
      const client = clients.get(id);
      return client && { client, hashes };
    },
    addSecret: async (id, secret, hash, endings) => {
      hashes.set(secret.id, hash);
      change(id, (before) => [
        ...before.map((one) => {
          const at = endings.get(one.id);
          return at !== undefined && at < one.expiresAt ? { ...one, expiresAt: at } : one;
        }),
        secret,
      ]);
    },
    revoke: async (id, at) => {
      const client = clients.get(id);
      if (client === undefined || client.revokedAt !== undefined) return false;
      clients.set(id, { ...client, revokedAt: at });
      return true;
    },
    use: async (secret, at) => {
      for (const id of clients.keys()) {
        change(id, (before) =>
          before.map((one) => (one.id === secret ? { ...one, lastUsedAt: at } : one)),
        );
      }
    },
  };
}
