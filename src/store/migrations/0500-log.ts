import type { Migration } from './migration.ts';

/** Assumes the plans and outcomes of 0200; of older ones the log knows what they say themselves. */
export const log0500: Migration = {
  name: '0500-log',
  tables: [
    {
      // The rules plans were made by, once for all plans of the same rules.
      name: 'plan_basis',
      columns: ['hash text not null', 'rules text not null'],
      key: ['hash'],
    },
  ],
  statements: (dialect) => [
    'alter table plan add column basis text',
    // How far every source was read when the plan was begun.
    'alter table plan add column sources text',
    // What the planner had before it, beside what it made of that.
    'alter table plan_operation add column evidence text',
    'alter table outcome add column attempts bigint',
    'alter table outcome add column exchanges text',
    // Whoever looks for failures among a hundred thousand creates.
    `create index outcome_not_done on outcome (${dialect === 'postgres' ? 'tenant, at' : 'at'})
       where type <> 'done'`,
  ],
};
