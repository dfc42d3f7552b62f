import type { Migration } from './migration.ts';

/** Assumes an empty store. */
export const warehouse0001: Migration = {
  name: '0001-warehouse',
  tables: [
    {
      // How far each system was read, and what came of its last complete reading.
      name: 'progress',
      columns: [
        'system text not null',
        'kind text not null',
        'watermark text',
        'read_at bigint',
        'records bigint not null default 0',
      ],
      key: ['system', 'kind'],
    },
  ],
};
