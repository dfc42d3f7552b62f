import type { Migration } from './migration.ts';

/** Assumes the identities of 0001. */
export const leaving0641: Migration = {
  name: '0641-leaving',
  tables: [
    {
      // Since when what cannot be switched off has been out of a target, and waits to be deleted.
      name: 'leaving',
      columns: ['target text not null', 'identity text not null', 'since bigint not null'],
      key: ['target', 'identity'],
      narrow: true,
    },
  ],
};
