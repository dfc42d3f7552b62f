import type { Migration } from './migration.ts';

/**
 * Assumes nothing of earlier tables. Without a row, objects are counted: the first that is made or deleted
 * makes the row of its kind.
 */
export const directoryCount0720: Migration = {
  name: '0720-directory-count',
  tables: [
    {
      name: 'directory_count',
      columns: ['system text not null', 'kind text not null', 'value bigint not null'],
      key: ['system', 'kind'],
    },
  ],
};
