import type { Migration } from './migration.ts';

/** Assumes the names of 0630. Those that are free again are found by when they became so. */
export const freeNames0652: Migration = {
  name: '0652-free-names',
  statements: (dialect) => [
    `create index unique_name_until on unique_name
       (${dialect === 'postgres' ? 'tenant, until' : 'until'}) where until is not null`,
  ],
};
