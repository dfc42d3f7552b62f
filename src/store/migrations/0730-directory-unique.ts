import type { Migration } from './migration.ts';

/** Assumes the objects and mails of 0100. Mails from before count as delivered. */
export const directoryUnique0730: Migration = {
  name: '0730-directory-unique',
  tables: [
    {
      name: 'directory_unique',
      columns: [
        'system text not null',
        'kind text not null',
        // An attribute and its value, which one object alone may have.
        'value text not null',
        'id text not null',
      ],
      key: ['system', 'kind', 'value'],
      narrow: true,
      indexes: [{ name: 'directory_unique_by_id', columns: ['system', 'kind', 'id'] }],
    },
  ],
  statements: (dialect) => [
    // When the mail is due; null once it was delivered.
    'alter table directory_mail add column due_at text',
    'alter table directory_mail add column attempts bigint not null default 0',
    `create index directory_mail_by_due on directory_mail
      (${dialect === 'postgres' ? 'tenant, ' : ''}system, due_at) where due_at is not null`,
  ],
};
