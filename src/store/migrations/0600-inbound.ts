import type { Migration } from './migration.ts';

/** Records that are pushed to a system, and the uploads they came in. Assumes nothing before it. */
export const inbound0600: Migration = {
  name: '0600-inbound',
  tables: [
    {
      name: 'inbound_record',
      columns: [
        'system text not null',
        'id text not null',
        'sequence bigint not null',
        'attributes text not null',
        'modified_at bigint not null',
      ],
      key: ['system', 'id'],
      indexes: [{ name: 'inbound_record_by_sequence', columns: ['system', 'sequence'] }],
    },
    {
      name: 'inbound_sequence',
      columns: ['system text not null', 'value bigint not null'],
      key: ['system'],
    },
    {
      name: 'inbound_upload',
      columns: [
        'system text not null',
        'id text not null',
        'at bigint not null',
        // The sender's, by which one that is sent again is known.
        'request_key text',
        'digest text not null',
        'results text not null',
      ],
      key: ['system', 'id'],
      indexes: [
        { name: 'inbound_upload_by_time', columns: ['system', 'at'] },
        {
          name: 'inbound_upload_by_key',
          columns: ['system', 'request_key'],
          unique: true,
          where: 'request_key is not null',
        },
      ],
    },
  ],
};
