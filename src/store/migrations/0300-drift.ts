import type { Migration } from './migration.ts';

/** Assumes the records of 0001 and the outcomes of 0200, which it names without pointing at them. */
export const drift0300: Migration = {
  name: '0300-drift',
  tables: [
    {
      // What targets hold that we did not write, as it was found last.
      name: 'drift',
      columns: [
        'target text not null',
        'kind text not null',
        'account text not null',
        // Empty for what concerns the whole account.
        'path text not null',
        'type text not null',
        'state text not null',
        'label text not null',
        'identity text',
        'asked text',
        'answered text',
        'current text',
        'changed_at text',
        'changed_by text',
        // Of an orphan: the one person whose account it may be.
        'person text',
        'person_label text',
        'note text',
        'since bigint not null',
        // The reconciliation that saw it last.
        'seen bigint not null',
      ],
      key: ['target', 'kind', 'account', 'path'],
      indexes: [{ name: 'drift_seen', columns: ['target', 'kind', 'seen'] }],
    },
    {
      // The last one of each target; its number only grows.
      name: 'reconciliation',
      columns: [
        'target text not null',
        'kind text not null',
        'number bigint not null',
        'started_at bigint not null',
        'finished_at bigint',
      ],
      key: ['target', 'kind'],
    },
  ],
};
