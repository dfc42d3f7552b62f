/**
 * Which members the groups of targets should have, and have. Rows of their own, one for each member
 * of a group in a target: what changes at a source, or among the accounts, makes exactly those due
 * that it concerns.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { objectKey } from './keys.ts';
import type {
  GroupNumbers,
  MembershipFailure,
  MembershipKey,
  SettledMembership,
} from './membership-store.ts';
import { rosterOf, stamp } from './roster.ts';

/** A membership that is due, with everything the planner needs to know of it. */
export interface DueMembership {
  readonly group: IdentityId;
  readonly member: IdentityId;
  /** What people call the member. */
  readonly label: string;
  readonly generation: number;
  /** Absent while it has none in the target. */
  readonly groupAccount?: ObjectRef;
  readonly memberAccount?: ObjectRef;
  /** Whether a source has the member in the group, and the member's account is on. */
  readonly wanted: boolean;
  /** Whether the target has it, as far as we know. */
  readonly held: boolean;
  readonly failed?: MembershipFailure;
}

/** How one membership stands, for those who ask. */
export interface MembershipState extends Pick<DueMembership, 'group' | 'member' | 'failed'> {
  /** Whether a source has it, whatever the accounts. */
  readonly isMember: boolean;
  readonly held: boolean;
  readonly isDue: boolean;
}

export type MembershipSettlement = SettledMembership &
  (
    | { readonly type: 'held'; readonly groupAccount: string; readonly memberAccount: string }
    /** Removed, or nothing to be done for it. */
    | { readonly type: 'gone' }
    | {
        readonly type: 'failed';
        readonly failure: MembershipFailure;
        /** Absent: it waits until something changes. */
        readonly notBefore?: Date;
      }
  );

/** The part of the warehouse that is about members of groups in targets. */
export interface Memberships {
  membershipsDue(target: SystemName, now: Date): Promise<number>;
  /** By group, then member. @param members Only of these. */
  dueMemberships(
    target: SystemName,
    now: Date,
    limit: number,
    after?: Pick<DueMembership, 'group' | 'member'>,
    members?: readonly IdentityId[],
  ): Promise<readonly DueMembership[]>;
  /** Memberships the target has, as far as we know: for the guards. */
  heldMemberships(target: SystemName): Promise<number>;
  settleMemberships(
    target: SystemName,
    settlements: readonly MembershipSettlement[],
  ): Promise<void>;
  /** Groups that are out of scope and stay: their members wait until `thawGroups`. */
  freezeGroups(target: SystemName, groups: readonly IdentityId[]): Promise<void>;
  thawGroups(target: SystemName, groups: readonly IdentityId[]): Promise<void>;
  /** What the target has of these is known from somewhere else; what is neither held nor due is forgotten. */
  putMemberships(target: SystemName, known: readonly KnownMembership[]): Promise<void>;
  /** Groups a member is in, at a source or in the target. */
  membershipsOfMember(
    target: SystemName,
    member: IdentityId,
    limit: number,
  ): Promise<readonly MembershipState[]>;
  /** A group in numbers, some of those it failed for, and some who wait for an account. */
  membersOfGroup(
    target: SystemName,
    group: IdentityId,
    limit: number,
  ): Promise<GroupMembers | undefined>;
  /** Whether a source has the member in the group, if only by groups between. */
  isBelow(member: IdentityId, group: IdentityId): Promise<boolean>;
}

/** A membership as it is to be known from now on. */
export interface KnownMembership extends MembershipKey {
  /** The accounts under which the target has it; absent where it has none. */
  readonly held?: { readonly group: string; readonly member: string };
  /** Whether the next plan looks at it. */
  readonly isDue: boolean;
}

export interface GroupMembers extends GroupNumbers {
  readonly failures: readonly {
    readonly label: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly withoutAccount: readonly string[];
}

const FROZEN = 'group-out-of-scope';

export function memberships(context: Context): Memberships {
  const { store, book } = context;
  const due = async (
    target: SystemName,
    rows: Awaited<ReturnType<typeof store.dueMemberships>>,
  ): Promise<readonly (DueMembership & { readonly isMember: boolean })[]> => {
    const roster = rosterOf(book, target);
    const ids = (pick: 'group' | 'member') => [...new Set(rows.map((row) => row[pick]))];
    const wanted = new Set(
      roster === undefined
        ? []
        : (await store.wantedPairs(roster, ids('member'), ids('group'))).map(pairKey),
    );
    return rows.map(({ groupAccount, memberAccount, heldGroup, heldMember, isOff, ...row }) => ({
      group: row.group,
      member: row.member,
      label: row.label,
      generation: row.generation,
      ...(groupAccount !== undefined && {
        groupAccount: { system: target, kind: 'group', id: groupAccount },
      }),
      ...(memberAccount !== undefined && { memberAccount: { system: target, ...memberAccount } }),
      isMember: wanted.has(pairKey(row)),
      wanted: wanted.has(pairKey(row)) && !isOff,
      held:
        heldGroup !== undefined && heldGroup === groupAccount && heldMember === memberAccount?.id,
      ...(row.failed && { failed: row.failed }),
    }));
  };
  return {
    membershipsDue: (target, now) =>
      rosterOf(book, target) === undefined
        ? Promise.resolve(0)
        : store.membershipsDue(target, now.getTime()),
    dueMemberships: async (target, now, limit, after, members) =>
      due(target, await store.dueMemberships(target, now.getTime(), after, limit, members)),
    heldMemberships: (target) => store.heldMemberships(target),
    settleMemberships: (target, settlements) =>
      store.transaction(() => settleMemberships(context, target, settlements)),
    putMemberships: (target, known) => {
      const at = stamp(context);
      return store.putMemberships(
        target,
        known.map(({ group, member, held, isDue }) => ({
          group,
          member,
          ...(held && { heldGroup: held.group, heldMember: held.member }),
          ...(isDue && { stamp: at }),
        })),
      );
    },
    freezeGroups: (target, groups) => store.freezeGroups(target, groups, FROZEN),
    thawGroups: (target, groups) => store.thawGroups(target, groups, FROZEN),
    membershipsOfMember: async (target, member, limit) => {
      const roster = rosterOf(book, target);
      if (roster === undefined) return [];
      const known = await store.membershipsOf(target, { member }, limit);
      const states = (await due(target, known)).map((state, index) => ({
        ...state,
        isDue: known[index]?.isDue ?? false,
      }));
      const seen = new Set(states.map(({ group }) => group));
      const others = (await store.groupsAt(roster, member, limit)).filter((id) => !seen.has(id));
      return [
        ...states,
        ...others.map((group) => ({ group, member, isMember: true, held: false, isDue: false })),
      ];
    },
    membersOfGroup: async (target, group, limit) => {
      const roster = rosterOf(book, target);
      if (roster === undefined) return undefined;
      const rows = await store.failedMembers(target, group, limit);
      return {
        ...(await store.groupNumbers(roster, group)),
        failures: rows,
        withoutAccount: await store.membersWithout(roster, group, limit),
      };
    },
    isBelow: async (member, group) => {
      const [records, groups] = await Promise.all([
        store.recordsOf([member]),
        store.recordsOf([group]),
      ]);
      const above = await store.groupsAbove(records.map(({ ref }) => ref));
      const theirs = new Set(groups.map(({ ref }) => objectKey(ref)));
      return above.some((each) => theirs.has(objectKey(each.above)));
    },
  };
}

function pairKey({ group, member }: Pick<DueMembership, 'group' | 'member'>): string {
  return `${group} ${member}`;
}

async function settleMemberships(
  { store }: Context,
  target: SystemName,
  settlements: readonly MembershipSettlement[],
): Promise<void> {
  await Promise.all([
    store.settleHeld(
      target,
      settlements.flatMap((each) =>
        each.type === 'held'
          ? [{ ...each, heldGroup: each.groupAccount, heldMember: each.memberAccount }]
          : [],
      ),
    ),
    store.settleGone(
      target,
      settlements.filter(({ type }) => type === 'gone'),
    ),
    store.settleFailed(
      target,
      settlements.flatMap((each) => {
        if (each.type !== 'failed') return [];
        const { notBefore, ...row } = each;
        return [notBefore === undefined ? row : { ...row, notBefore: notBefore.getTime() }];
      }),
    ),
  ]);
}
