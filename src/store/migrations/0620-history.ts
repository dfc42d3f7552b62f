import type { Migration } from './migration.ts';

/** Assumes the identities of 0001. */
export const history0620: Migration = {
  name: '0620-history',
  tables: [
    {
      // One for each transaction that changed identities: when, and what brought it about.
      name: 'change_step',
      columns: [
        'id bigint not null',
        'at bigint not null',
        'cause text not null',
        'system text',
        'kind text',
        'run text',
        'decision text',
      ],
      key: ['id'],
      indexes: [{ name: 'change_step_at', columns: ['at'] }],
    },
    {
      // What an identity was before a step, as far as the step changed it; nothing where it was
      // nobody yet. Today's identity is the end of the chain, so the oldest may be dropped first.
      name: 'identity_change',
      columns: [
        'identity text not null',
        'number bigint not null',
        'step bigint not null',
        'records text',
        'before text',
      ],
      key: ['identity', 'number'],
      narrow: true,
      indexes: [{ name: 'identity_change_step', columns: ['step'] }],
    },
  ],
};
