/** Hashes of the tokens of one tenant. */

import { ROLES } from '../server/api/policy.ts';
import type { AccessToken, Scope, TokenStorage } from '../server/tokens.ts';
import type { Database, Row } from './database.ts';
import { optional } from './rows.ts';

interface TokenRow extends Row {
  readonly id: string;
  readonly hash: string;
  /** Empty for a token of the API, which has a role instead. */
  readonly system: string;
  readonly role: string | null;
  readonly created_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

const TOKENS = `select id, hash, system, role, created_at, expires_at, revoked_at, last_used_at
  from access_token`;

export function tokenStorage(database: Database): TokenStorage {
  return {
    add: async (token, hash) => {
      const [system, role] = 'role' in token ? ['', token.role] : [token.system, null];
      await database.run(
        `insert into access_token (id, hash, system, role, created_at, expires_at)
         values (?, ?, ?, ?, ?, ?)`,
        [token.id, hash, system, role, token.createdAt.getTime(), token.expiresAt.getTime()],
      );
    },
    all: async () =>
      (await database.all<TokenRow>(`${TOKENS} order by created_at, id`)).map(tokenOf),
    byHash: async (hash) => {
      const [row] = await database.all<TokenRow>(`${TOKENS} where hash = ?`, [hash]);
      return row && { token: tokenOf(row), hash: row.hash };
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
  };
}

function tokenOf(row: TokenRow): AccessToken {
  return {
    id: row.id,
    ...scopeOf(row),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    ...optional('revokedAt', row.revoked_at === null ? undefined : new Date(row.revoked_at)),
    ...optional('lastUsedAt', row.last_used_at === null ? undefined : new Date(row.last_used_at)),
  };
}

function scopeOf({ system, role }: TokenRow): Scope {
  const known = ROLES.find((each) => each === role);
  // A role that nobody knows any more opens nothing: there is no system without a name.
  return known === undefined ? { system } : { role: known };
}
