import type { Migration } from './migration.ts';

/** Assumes the work list of 0001. */
export const refusedCreates0660: Migration = {
  name: '0660-refused-creates',
  tables: [
    {
      // Creates that were refused because such an account is there: it may be what was asked for,
      // delivered twice. Until that is known; `asked` is by path.
      name: 'refused_create',
      columns: [
        'target text not null',
        'identity text not null',
        'since bigint not null',
        'asked text not null',
      ],
      key: ['target', 'identity'],
    },
  ],
};
