import type { Migration } from './migration.ts';

/** Assumes nothing of earlier tables. The tenants of an installation are rows of the tenant `default`. */
export const tenants0710: Migration = {
  name: '0710-tenants',
  tables: [
    {
      name: 'known_tenant',
      columns: [
        'name text not null',
        'created_at bigint not null',
        // Its configuration, where that is kept here.
        'document text',
        // Counts what was changed here, so that whoever serves it notices.
        'version bigint not null',
        // What was removed keeps its name for good: a token names its tenant.
        'removed_at bigint',
        'erased_at bigint',
      ],
      key: ['name'],
    },
  ],
};
