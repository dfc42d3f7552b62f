import type { Migration } from './migration.ts';

/** Assumes the records and identities of 0001. */
export const merging0630: Migration = {
  name: '0630-merging',
  tables: [
    {
      // Values that nobody else may have: whose they are, or were until lately. `until` is there
      // for what is free from then on.
      name: 'unique_name',
      columns: [
        'space text not null',
        'value text not null',
        'holder text not null',
        'at bigint not null',
        'until bigint',
      ],
      key: ['space', 'value'],
      narrow: true,
      indexes: [{ name: 'unique_name_holder', columns: ['holder'] }],
    },
  ],
  // When attributes of records of sources changed; nothing is known of those stored before.
  statements: () => ['alter table record add column ages text'],
};
