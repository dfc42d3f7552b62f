import type { Migration } from './migration.ts';

/** Assumes the warehouse of 0001: whoever is named here is an identity of it. */
export const memberships0400: Migration = {
  name: '0400-memberships',
  tables: [
    {
      // Which member of which group a target has, as far as we know, and which are to be looked at.
      name: 'membership',
      columns: [
        'target text not null',
        'group_identity text not null',
        'member_identity text not null',
        // The two accounts under which the target has it. A group or a member that was made anew has
        // another id, so that what was written for the old one counts for nothing.
        'held_group text',
        'held_member text',
        // Present while something may have to be done.
        'generation bigint',
        'since bigint',
        'not_before bigint',
        'code text',
        'message text',
        'attempts bigint',
        'first_failed_at bigint',
      ],
      key: ['target', 'group_identity', 'member_identity'],
      narrow: true,
      indexes: [
        { name: 'membership_of_member', columns: ['target', 'member_identity'] },
        {
          name: 'membership_due',
          columns: ['target', 'group_identity', 'member_identity'],
          where: 'generation is not null',
        },
      ],
    },
  ],
};
