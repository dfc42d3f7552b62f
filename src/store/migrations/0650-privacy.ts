import type { Migration } from './migration.ts';

/** Assumes the identities of 0001. Erasures name identities that are no more. */
export const privacy0650: Migration = {
  name: '0650-privacy',
  tables: [
    {
      // What was erased, and what was kept. `whom` says what is still to be found while it is under
      // way, so that one that was interrupted goes on.
      name: 'erasure',
      columns: [
        'id text not null',
        'person text not null',
        'begun_at bigint not null',
        'finished_at bigint',
        'content text not null',
        'whom text',
      ],
      key: ['id'],
      indexes: [{ name: 'erasure_person', columns: ['person'] }],
    },
    {
      // Records that are not taken any more, by digests of their ids under one salt.
      name: 'suppression',
      columns: ['digest text not null', 'salt text not null', 'erasure text not null'],
      key: ['digest'],
      narrow: true,
    },
    {
      // Since when somebody is known to have left, and the longest time whose values are gone.
      name: 'leaver',
      columns: ['identity text not null', 'since bigint not null', 'done_seconds bigint not null'],
      key: ['identity'],
      narrow: true,
      indexes: [{ name: 'leaver_since', columns: ['since'] }],
    },
  ],
  // Whoever left is looked for at the end of every run.
  statements: (dialect) => [
    `create index identity_left on identity (${dialect === 'postgres' ? 'tenant, id' : 'id'})
       where present = 0`,
  ],
};
