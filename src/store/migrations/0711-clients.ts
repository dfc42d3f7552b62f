import type { Migration } from './migration.ts';

/**
 * Assumes `access_token` of 0100 and its role of 0110. A token that a client was given is a row like
 * every other, and ends with its client.
 */
export const clients0711: Migration = {
  name: '0711-clients',
  tables: [
    {
      name: 'oauth_client',
      columns: [
        'id text not null',
        'name text not null',
        // As of an access token: a system, empty for the API; a role of the API; what may be done.
        'system text not null',
        'role text',
        'rights text',
        'created_at bigint not null',
        'revoked_at bigint',
      ],
      key: ['id'],
    },
    {
      name: 'oauth_secret',
      columns: [
        'id text not null',
        'client text not null',
        'hash text not null',
        'created_at bigint not null',
        'expires_at bigint not null',
        'last_used_at bigint',
      ],
      key: ['id'],
      indexes: [{ name: 'oauth_secret_by_client', columns: ['client'] }],
    },
  ],
  statements: (dialect) => [
    'alter table access_token add column rights text',
    'alter table access_token add column client text',
    `create index access_token_by_client on access_token
       (${dialect === 'postgres' ? 'tenant, ' : ''}client, expires_at) where client is not null`,
  ],
};
