/** Hashes of the tokens of one tenant. */

import type { AccessToken, TokenStorage } from '../server/tokens.ts';
import type { Database, Row } from './database.ts';
import { optional } from './rows.ts';
import { type ScopeColumns, scopeColumns, scopeOf } from './scope.ts';

interface TokenRow extends Row, ScopeColumns {
  readonly id: string;
  readonly hash: string;
  readonly client: string | null;
  readonly created_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

// Whatever a client was given ends with it, also what it is being given at that moment.
const TOKENS = `select id, hash, system, role, rights, client, created_at, expires_at, last_used_at,
    coalesce(revoked_at, (select revoked_at from oauth_client where id = access_token.client)) as revoked_at
  from access_token`;

export function tokenStorage(database: Database): TokenStorage {
  return {
    add: async (token, hash) => {
      const { id, client, createdAt, expiresAt } = token;
      await database.run(
        `insert into access_token (id, hash, system, role, rights, client, created_at, expires_at)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          ...[id, hash, ...scopeColumns(token), client ?? null],
          ...[createdAt.getTime(), expiresAt.getTime()],
        ],
      );
    },
    all: async () =>
      (await database.all<TokenRow>(`${TOKENS} where client is null order by created_at, id`)).map(
        tokenOf,
      ),
    byHash: async (hash) => {
      const [row] = await database.all<TokenRow>(`${TOKENS} where hash = ?`, [hash]);
      return row && { token: tokenOf(row), hash: row.hash };
    },
    end: async (id, at) => {
      const parameters = [at.getTime(), id, at.getTime()];
      await database.run(
        'update access_token set expires_at = ? where id = ? and expires_at > ?',
        parameters,
      );
    },
    revoke: async (id, at) => {
      const revoked = await database.run(
        'update access_token set revoked_at = ? where id = ? and revoked_at is null',
        [at.getTime(), id],
      );
      return revoked === 1;
    },
    use: async (id, at) => {
      await database.run('update access_token set last_used_at = ? where id = ?', [
        at.getTime(),
        id,
      ]);
    },
    forget: async (client, before) => {
      await database.run('delete from access_token where client = ? and expires_at <= ?', [
        client,
        before.getTime(),
      ]);
    },
  };
}

function tokenOf(row: TokenRow): AccessToken {
  return {
    id: row.id,
    ...scopeOf(row),
    ...optional('client', row.client),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    ...optional('revokedAt', row.revoked_at === null ? undefined : new Date(row.revoked_at)),
    ...optional('lastUsedAt', row.last_used_at === null ? undefined : new Date(row.last_used_at)),
  };
}
