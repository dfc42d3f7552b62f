import type { Migration } from './migration.ts';

/** Assumes the records and identities of 0001. */
export const joins0610: Migration = {
  name: '0610-joins',
  tables: [
    {
      // Records of two people, because somebody said so; in both directions.
      name: 'apart',
      columns: [
        'system text not null',
        'kind text not null',
        'id text not null',
        'other_system text not null',
        'other_kind text not null',
        'other_id text not null',
        'decision text not null',
      ],
      key: ['system', 'kind', 'id', 'other_system', 'other_kind', 'other_id'],
      narrow: true,
      indexes: [{ name: 'apart_decision', columns: ['decision'] }],
    },
    {
      // What people decided about who is who. Identities may have ended since.
      name: 'decision',
      columns: [
        'id text not null',
        'type text not null',
        'at bigint not null',
        'identity text not null',
        'other text',
        'records text not null',
        'detached text not null',
        'review text',
        'undone_at bigint',
      ],
      key: ['id'],
      indexes: [
        { name: 'decision_at', columns: ['at'] },
        { name: 'decision_identity', columns: ['identity'], where: 'undone_at is null' },
      ],
    },
  ],
};
