import type { Migration } from './migration.ts';

/** Assumes the plans of 0200; those that are held already were never carried out in part. */
export const guards0210: Migration = {
  name: '0210-guards',
  tables: [
    {
      name: 'activity',
      columns: [
        'system text not null',
        // What guards count: an action, or an attribute that changed.
        'counted text not null',
        // Beginning of ten minutes.
        'at bigint not null',
        'number bigint not null',
      ],
      key: ['system', 'counted', 'at'],
      narrow: true,
    },
  ],
  statements: () => [
    // The id of what is left of a held plan, and what was carried out of it, as counts.
    'alter table plan add column rest_id text',
    'alter table plan add column carried text',
  ],
};
