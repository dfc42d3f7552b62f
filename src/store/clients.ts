/** Clients of OAuth of one tenant, with hashes of their secrets. */

import type { ClientStorage, OauthClient } from '../server/auth/client.ts';
import type { Database, Row } from './database.ts';
import { optional } from './rows.ts';
import { type ScopeColumns, scopeColumns, scopeOf } from './scope.ts';

interface ClientRow extends Row, ScopeColumns {
  readonly id: string;
  readonly name: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
}

interface SecretRow extends Row {
  readonly id: string;
  readonly client: string;
  readonly hash: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly last_used_at: number | null;
}

const CLIENTS = 'select id, name, system, role, rights, created_at, revoked_at from oauth_client';
const SECRETS = 'select id, client, hash, created_at, expires_at, last_used_at from oauth_secret';
const ADD_SECRET = `insert into oauth_secret (id, client, hash, created_at, expires_at)
  values (?, ?, ?, ?, ?)`;

export function clientStorage(database: Database): ClientStorage {
  return {
    add: async ({ id, name, scope, createdAt }, secret, hash) => {
      await database.transaction(async (queries) => {
        await queries.run(
          `insert into oauth_client (id, name, system, role, rights, created_at)
           values (?, ?, ?, ?, ?, ?)`,
          [id, name, ...scopeColumns(scope), createdAt.getTime()],
        );
        const { createdAt: since, expiresAt } = secret;
        await queries.run(ADD_SECRET, [secret.id, id, hash, since.getTime(), expiresAt.getTime()]);
      });
    },
    all: async () => {
      const clients = await database.all<ClientRow>(`${CLIENTS} order by created_at, id`);
      const secrets = await database.all<SecretRow>(`${SECRETS} order by created_at, id`);
      const byClient = Map.groupBy(secrets, ({ client }) => client);
      return clients.map((client) => clientOf(client, byClient.get(client.id) ?? []));
    },
    find: async (id) => {
      const [client] = await database.all<ClientRow>(`${CLIENTS} where id = ?`, [id]);
      if (client === undefined) return undefined;
      const secrets = await database.all<SecretRow>(
        `${SECRETS} where client = ? order by created_at, id`,
        [id],
      );
      const hashes = new Map(secrets.map((secret) => [secret.id, secret.hash]));
      return { client: clientOf(client, secrets), hashes };
    },
    addSecret: async (client, { id, createdAt, expiresAt }, hash, endings) => {
      await database.transaction(async (queries) => {
        const rows = [...endings].map(([secret, at]) => [at.getTime(), secret, at.getTime()]);
        await queries.batch(
          'update oauth_secret set expires_at = ? where id = ? and expires_at > ?',
          rows,
        );
        await queries.run(ADD_SECRET, [
          ...[id, client, hash],
          ...[createdAt.getTime(), expiresAt.getTime()],
        ]);
      });
    },
    revoke: async (id, at) => {
      const revoked = await database.run(
        'update oauth_client set revoked_at = ? where id = ? and revoked_at is null',
        [at.getTime(), id],
      );
      return revoked === 1;
    },
    use: async (secret, at) => {
      const parameters = [at.getTime(), secret];
      await database.run('update oauth_secret set last_used_at = ? where id = ?', parameters);
    },
  };
}

function clientOf(row: ClientRow, secrets: readonly SecretRow[]): OauthClient {
  const instant = (at: number | null): Date | undefined => (at === null ? undefined : new Date(at));
  return {
    id: row.id,
    name: row.name,
    scope: scopeOf(row),
    createdAt: new Date(row.created_at),
    ...optional('revokedAt', instant(row.revoked_at)),
    secrets: secrets.map((secret) => ({
      id: secret.id,
      createdAt: new Date(secret.created_at),
      expiresAt: new Date(secret.expires_at),
      ...optional('lastUsedAt', instant(secret.last_used_at)),
    })),
  };
}
