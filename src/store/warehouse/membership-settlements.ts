/** What became of memberships that were due, in their table. */

import type { MembershipStore } from '../../warehouse/membership-store.ts';
import type { Database } from '../database.ts';

export const COLUMNS = 'target, group_identity, member_identity, generation, since';
export const KEY = 'tenant, target, group_identity, member_identity';

/** A date that does not come. */
const FROZEN = '9000000000000000';

/** SQLite would rather go through everything a target has. */
export function byDue({ dialect }: Pick<Database, 'dialect'>): string {
  return dialect === 'sqlite' ? 'indexed by membership_due' : '';
}

type Settlements = Pick<
  MembershipStore,
  'settleHeld' | 'settleGone' | 'settleFailed' | 'putMemberships' | 'freezeGroups' | 'thawGroups'
>;

export function membershipSettlements(database: Database): Settlements {
  const ofDue = byDue(database);
  return {
    settleHeld: async (target, rows) => {
      // Whoever became due again meanwhile stays due; what the target has now is known all the same.
      await database.batch(
        `update membership set held_group = ?, held_member = ?, code = null, message = null,
           attempts = null, first_failed_at = null,
           since = case when generation = ? then null else since end,
           generation = case when generation = ? then null else generation end
         where target = ? and group_identity = ? and member_identity = ?`,
        rows.map(({ group, member, generation, heldGroup, heldMember }) => [
          ...[heldGroup, heldMember, generation, generation],
          ...[target, group, member],
        ]),
      );
    },

    settleGone: async (target, rows) => {
      const keys = rows.map(({ group, member, generation }) => [target, group, member, generation]);
      await database.batch(
        `delete from membership where target = ? and group_identity = ? and member_identity = ?
           and (generation is null or generation = ?)`,
        keys,
      );
      await database.batch(
        `update membership set held_group = null, held_member = null
         where target = ? and group_identity = ? and member_identity = ? and generation <> ?`,
        keys,
      );
    },

    settleFailed: (target, rows) =>
      database.batch(
        `update membership set code = ?, message = ?, attempts = ?,
           first_failed_at = coalesce(first_failed_at, ?), not_before = case when generation = ? then cast(? as bigint) else not_before end,
           generation = case when generation = ? and cast(? as bigint) is null then null
             else generation end
         where target = ? and group_identity = ? and member_identity = ?`,
        rows.map(({ group, member, generation, failure, notBefore = null }) => [
          ...[failure.code, failure.message, failure.attempts, failure.firstFailedAt.getTime()],
          ...[generation, notBefore, generation, notBefore],
          ...[target, group, member],
        ]),
      ),

    putMemberships: async (target, rows) => {
      const kept = rows.filter(({ heldGroup, stamp }) => heldGroup !== undefined || stamp);
      await database.batch(
        `insert into membership (${COLUMNS}, held_group, held_member) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (${KEY}) do update set generation = excluded.generation,
           since = excluded.since, not_before = null, held_group = excluded.held_group,
           held_member = excluded.held_member, code = null, message = null, attempts = null,
           first_failed_at = null`,
        kept.map(({ group, member, heldGroup = null, heldMember = null, stamp }) => [
          ...[target, group, member, stamp?.generation ?? null, stamp?.since ?? null],
          ...[heldGroup, heldMember],
        ]),
      );
      await database.batch(
        'delete from membership where target = ? and group_identity = ? and member_identity = ?',
        rows
          .filter((row) => !kept.includes(row))
          .map(({ group, member }) => [target, group, member]),
      );
    },

    freezeGroups: (target, groups, code) =>
      database.batch(
        `update membership ${ofDue} set code = ?, message = ?, not_before = ${FROZEN}
         where target = ? and group_identity = ? and generation is not null`,
        groups.map((group) => [code, code, target, group]),
      ),

    thawGroups: (target, groups, code) =>
      database.batch(
        `update membership ${ofDue} set code = null, message = null, not_before = null
         where target = ? and group_identity = ? and generation is not null and code = ?`,
        groups.map((group) => [target, group, code]),
      ),
  };
}
