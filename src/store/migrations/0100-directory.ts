import type { Migration } from './migration.ts';

/** Assumes nothing of earlier tables. */
export const directory0100: Migration = {
  name: '0100-directory',
  tables: [
    {
      name: 'directory_object',
      columns: [
        'system text not null',
        'kind text not null',
        'id text not null',
        'sequence bigint not null',
        'created_at text not null',
        'modified_at text not null',
        'attributes text not null',
        'state text not null',
        // Folded values that are looked up by equality.
        'name text',
        'external text',
        'mail text',
        'waiting text',
        // The name again, where no other object may have it.
        'unique_name text',
      ],
      key: ['system', 'kind', 'id'],
      indexes: [
        { name: 'directory_by_sequence', columns: ['system', 'kind', 'sequence'] },
        { name: 'directory_by_name', columns: ['system', 'kind', 'name'] },
        {
          name: 'directory_by_external',
          columns: ['system', 'kind', 'external'],
          where: 'external is not null',
        },
        {
          name: 'directory_by_mail',
          columns: ['system', 'kind', 'mail'],
          where: 'mail is not null',
        },
        {
          name: 'directory_by_waiting',
          columns: ['system', 'kind', 'waiting'],
          where: 'waiting is not null',
        },
        {
          name: 'directory_unique_name',
          columns: ['system', 'kind', 'unique_name'],
          unique: true,
          where: 'unique_name is not null',
        },
      ],
    },
    {
      name: 'directory_removed',
      columns: [
        'system text not null',
        'kind text not null',
        'id text not null',
        'sequence bigint not null',
      ],
      key: ['system', 'kind', 'id'],
      indexes: [{ name: 'directory_removed_by_sequence', columns: ['system', 'kind', 'sequence'] }],
    },
    {
      name: 'directory_member',
      columns: [
        'system text not null',
        'group_id text not null',
        'member_id text not null',
        'member_kind text not null',
        'sequence bigint not null',
        // A membership that ended stays, so that readers learn of its end.
        'removed bigint not null',
      ],
      key: ['system', 'group_id', 'member_id'],
      indexes: [{ name: 'directory_member_by_sequence', columns: ['system', 'sequence'] }],
    },
    {
      name: 'directory_sequence',
      columns: ['system text not null', 'value bigint not null'],
      key: ['system'],
    },
    {
      name: 'directory_listed',
      columns: ['system text not null', 'list text not null', 'value text not null'],
      key: ['system', 'list', 'value'],
    },
    {
      name: 'directory_mail',
      columns: ['system text not null', 'sequence bigint not null', 'content text not null'],
      key: ['system', 'sequence'],
    },
    {
      name: 'access_token',
      columns: [
        'id text not null',
        'hash text not null',
        'system text not null',
        'created_at bigint not null',
        'expires_at bigint not null',
        'revoked_at bigint',
        'last_used_at bigint',
      ],
      key: ['id'],
      indexes: [{ name: 'access_token_by_hash', columns: ['hash'], unique: true }],
    },
  ],
};
