import type { Migration } from './migration.ts';

/** Assumes the identities of 0001. */
export const ruleGroups0640: Migration = {
  name: '0640-rule-groups',
  tables: [
    {
      // Who is in which group made by rule: the attribute `groups` of people, found by group.
      name: 'rule_member',
      columns: ['name text not null', 'identity text not null'],
      key: ['name', 'identity'],
      narrow: true,
      indexes: [{ name: 'rule_member_identity', columns: ['identity'] }],
    },
    {
      // When a date in a rule, or the end of an exception, concerns somebody next.
      name: 'regroup',
      columns: ['identity text not null', 'at bigint not null'],
      key: ['identity'],
      narrow: true,
      indexes: [{ name: 'regroup_at', columns: ['at'] }],
    },
  ],
};
