import type { Migration } from './migration.ts';

/** Assumes the members of 0100. The groups of somebody are found without reading every membership. */
export const directoryGroups0700: Migration = {
  name: '0700-directory-groups',
  statements: (dialect) => [
    `create index directory_member_by_member on directory_member
      (${dialect === 'postgres' ? 'tenant, ' : ''}system, member_id)`,
  ],
};
