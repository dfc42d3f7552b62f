/** What memberships ask of the store. Both ends are identities; a lot is one statement, however large. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';

/** What groups hold in one target, and where that is read. */
export interface Roster {
  readonly target: SystemName;
  /** Systems whose groups say who is a member; never the target itself. */
  readonly sources: readonly SystemName[];
  readonly mode: MembersMode;
}

/**
 * Groups within groups: `kept` as members themselves, `flattened` into the people below them, or
 * `refused`, so that only people are members.
 */
export type MembersMode = 'kept' | 'flattened' | 'refused';

/** When and under which number something became due. */
export interface Stamp {
  readonly generation: number;
  readonly since: number;
}

export interface MembershipKey {
  readonly group: IdentityId;
  readonly member: IdentityId;
}

/** A membership that is to be looked at, with the accounts of both as they are now. */
export interface MembershipRow extends MembershipKey {
  readonly generation: number;
  readonly groupAccount?: string;
  readonly memberAccount?: { readonly kind: ObjectKind; readonly id: string };
  /** We turned the member's account off. */
  readonly isOff: boolean;
  /** What people call the member. */
  readonly label: string;
  readonly heldGroup?: string;
  readonly heldMember?: string;
  readonly failed?: MembershipFailure;
}

export interface MembershipFailure {
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstFailedAt: Date;
}

export interface GroupNumbers {
  /** Direct ones, of every kind. */
  readonly atSources: number;
  readonly held: number;
  readonly due: number;
  readonly failed: number;
}

export interface SettledMembership extends MembershipKey {
  readonly generation: number;
}

export interface MembershipStore {
  /** Makes members due in the groups their records are members of, where both have accounts. */
  wakeRecords(
    roster: Roster,
    system: SystemName,
    kind: ObjectKind,
    ids: readonly string[],
    stamp: Stamp,
  ): Promise<void>;
  wakeMembers(roster: Roster, members: readonly IdentityId[], stamp: Stamp): Promise<void>;
  /** Makes members of one group due, where both ends are identities with accounts. */
  wakeInGroup(
    target: SystemName,
    group: ObjectRef,
    members: readonly ObjectRef[],
    stamp: Stamp,
  ): Promise<void>;
  /** Makes due what the target has of these members. */
  touchMembers(target: SystemName, members: readonly IdentityId[], stamp: Stamp): Promise<void>;
  /** Makes due what the target has of a group, up to `limit` of them. @returns Where that ended. */
  touchGroup(
    target: SystemName,
    group: IdentityId,
    after: IdentityId,
    limit: number,
    stamp: Stamp,
  ): Promise<IdentityId | undefined>;
  /** The target may have dropped them: from now on nothing is known of these members. */
  forgetHeld(target: SystemName, members: readonly IdentityId[]): Promise<void>;

  membershipsDue(target: SystemName, now: number): Promise<number>;
  /** By group, then member. @param members Only of these. */
  dueMemberships(
    target: SystemName,
    now: number,
    after: MembershipKey | undefined,
    limit: number,
    members?: readonly IdentityId[],
  ): Promise<readonly MembershipRow[]>;
  failedMembers(
    target: SystemName,
    group: IdentityId,
    limit: number,
  ): Promise<
    readonly { readonly label: string; readonly code: string; readonly message: string }[]
  >;
  membershipsOf(
    target: SystemName,
    keys: { readonly member: IdentityId } | { readonly group: IdentityId },
    limit: number,
  ): Promise<readonly (MembershipRow & { readonly isDue: boolean })[]>;
  heldMemberships(target: SystemName): Promise<number>;
  /** Groups that sources have a member in, as far as that counts in the target. */
  groupsAt(roster: Roster, member: IdentityId, limit: number): Promise<readonly IdentityId[]>;
  /** Of a group, in numbers: members at the sources, and what the target has and is due. */
  groupNumbers(roster: Roster, group: IdentityId): Promise<GroupNumbers>;
  /** What people call those members at the sources who have no account in the target. */
  membersWithout(roster: Roster, group: IdentityId, limit: number): Promise<readonly string[]>;
  /** Of these members and groups, who should be in which, as the sources have it. */
  wantedPairs(
    roster: Roster,
    members: readonly IdentityId[],
    groups: readonly IdentityId[],
  ): Promise<readonly MembershipKey[]>;

  settleHeld(
    target: SystemName,
    rows: readonly (SettledMembership & {
      readonly heldGroup: string;
      readonly heldMember: string;
    })[],
  ): Promise<void>;
  /** Not a member any more, or never was. */
  settleGone(target: SystemName, rows: readonly SettledMembership[]): Promise<void>;
  settleFailed(
    target: SystemName,
    rows: readonly (SettledMembership & {
      readonly failure: MembershipFailure;
      /** Absent: until something changes. */
      readonly notBefore?: number;
    })[],
  ): Promise<void>;
  /** What the target has of these is known from somewhere else; what is neither held nor due is forgotten. */
  putMemberships(
    target: SystemName,
    rows: readonly (MembershipKey & {
      readonly heldGroup?: string;
      readonly heldMember?: string;
      /** Absent: nothing is to be done. */
      readonly stamp?: Stamp;
    })[],
  ): Promise<void>;
  /** Lets wait what concerns groups that nothing is written to for now, until they are released. */
  freezeGroups(target: SystemName, groups: readonly IdentityId[], code: string): Promise<void>;
  thawGroups(target: SystemName, groups: readonly IdentityId[], code: string): Promise<void>;

  /** Of a source's group, by kind and id, whichever come after. */
  membersAfter(
    group: ObjectRef,
    after: Pick<ObjectRef, 'kind' | 'id'> | undefined,
    limit: number,
  ): Promise<readonly ObjectRef[]>;
  /** Groups above these, themselves included; also past groups that are gone. */
  groupsAbove(
    groups: readonly ObjectRef[],
  ): Promise<readonly { readonly group: ObjectRef; readonly above: ObjectRef }[]>;
  /** Groups below these, themselves included; also past groups that are gone. */
  groupsBelow(groups: readonly ObjectRef[]): Promise<readonly ObjectRef[]>;
}
