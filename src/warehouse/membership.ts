/**
 * Which members the groups of targets should have, and have. Rows of their own, one for each member
 * of a group in a target: what changes at a source, or among the accounts, makes exactly those due
 * that it concerns.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { objectKey, parseObjectKey } from './keys.ts';
import type {
  GroupNumbers,
  MembershipFailure,
  Roster,
  SettledMembership,
  Stamp,
} from './membership-store.ts';
import type { Rulebook } from './rulebook.ts';
import type { Marker, MemberRow } from './storage.ts';

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

export interface GroupMembers extends GroupNumbers {
  readonly failures: readonly {
    readonly label: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly withoutAccount: readonly string[];
}

const FROZEN = 'group-out-of-scope';
const PER_STEP = 500;

/** In front of the group's identity, in the names of markers. */
export const MEMBERS = 'members/';

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

/** What the groups of a target hold, if it is one that groups are written to. */
function rosterOf(book: Rulebook, target: SystemName): Roster | undefined {
  const mode = book.target(target, 'group')?.members;
  if (mode === undefined) return undefined;
  const sources = book.rules.sources
    .filter(({ kind, authority, system }) => kind === 'group' && authority && system !== target)
    .map(({ system }) => system);
  return { target, sources, mode };
}

function rostersOf({ book }: Context): readonly Roster[] {
  return book.rules.targets.flatMap(({ system, kind, members }) =>
    kind === 'group' && members !== undefined ? (rosterOf(book, system) ?? []) : [],
  );
}

function stamp({ generation, now }: Context): Stamp {
  return { generation: generation(), since: now().getTime() };
}

/**
 * Members that joined groups of a source, and members that left. A group that left another takes
 * whole groups along; those are looked at by a marker.
 */
export async function membersMoved(
  context: Context,
  joined: readonly MemberRow[],
  left: readonly MemberRow[],
): Promise<void> {
  const { store } = context;
  const at = stamp(context);
  for (const roster of rostersOf(context)) {
    const { target, mode } = roster;
    const concerned = [...joined, ...left].filter(({ group }) =>
      roster.sources.includes(group.system),
    );
    if (concerned.length === 0) continue;
    const above = await groupsAbove(context, concerned, mode === 'flattened');
    const people = mode === 'kept' ? concerned : concerned.filter(isOfAPerson);
    for (const lot of Map.groupBy(people, ({ group }) => objectKey(group)).values()) {
      const members = lot.map(({ member }) => member);
      for (const group of above(lot[0]?.group)) {
        await store.wakeInGroup(target, group, members, at);
      }
    }
    if (mode !== 'flattened') continue;
    for (const row of joined.filter((each) => !isOfAPerson(each))) {
      await markGroups(context, target, above(row.group), row.member);
    }
    for (const row of left.filter((each) => !isOfAPerson(each))) {
      await markGroups(context, target, above(row.group));
    }
  }
}

function isOfAPerson({ member }: MemberRow): boolean {
  return member.kind !== 'group';
}

async function groupsAbove(
  { store }: Context,
  rows: readonly MemberRow[],
  nested: boolean,
): Promise<(group: ObjectRef | undefined) => readonly ObjectRef[]> {
  const groups = new Map(rows.map(({ group }) => [objectKey(group), group]));
  if (!nested) return (group) => (group === undefined ? [] : [group]);
  const found = Map.groupBy(await store.groupsAbove([...groups.values()]), ({ group }) =>
    objectKey(group),
  );
  return (group) =>
    group === undefined ? [] : (found.get(objectKey(group)) ?? []).map(({ above }) => above);
}

/** Looks at whole groups again, or at those who came with a group below them. */
async function markGroups(
  { store }: Context,
  target: SystemName,
  groups: readonly ObjectRef[],
  below?: ObjectRef,
): Promise<void> {
  for (const { identity } of await store.identitiesOfRecords(groups)) {
    await markGroup({ store }, target, identity, below);
  }
}

async function markGroup(
  { store }: Pick<Context, 'store'>,
  target: SystemName,
  identity: IdentityId,
  below?: ObjectRef,
): Promise<void> {
  const name = `${MEMBERS}${identity}${below === undefined ? '' : ` ${objectKey(below)}`}`;
  await store.saveMarker({ target, name, cause: 'changed', cursor: '' });
}

/** A record whose identity, or whose being there, is not what it was. */
export interface Moved {
  readonly ref: ObjectRef;
  /** Never seen before, so that nothing can have been written because of it. */
  readonly isNew: boolean;
  /** Whom it belongs to now and belonged to before. */
  readonly identities: readonly IdentityId[];
}

/** Records of sources and accounts of targets that came, went, or belong to somebody else now. */
export async function recordsMoved(context: Context, moved: readonly Moved[]): Promise<void> {
  const rosters = rostersOf(context);
  if (rosters.length === 0 || moved.length === 0) return;
  const { store } = context;
  const at = stamp(context);
  for (const roster of rosters) {
    const { target, mode, sources } = roster;
    const here = moved.filter(({ ref }) => ref.system === target);
    await accountsMoved(context, roster, here, at);
    const there = moved.filter(({ ref }) => sources.includes(ref.system));
    for (const [space, lot] of Map.groupBy(there, ({ ref }) => `${ref.system}/${ref.kind}`)) {
      const [system = '', kind = ''] = space.split('/');
      const ids = lot.map(({ ref }) => ref.id);
      await store.wakeRecords(roster, system, kind, ids, at);
      await store.touchMembers(
        target,
        lot.flatMap(({ identities, isNew }) => (isNew ? [] : identities)),
        at,
      );
      if (kind !== 'group') continue;
      for (const { ref, identities } of lot) {
        for (const identity of identities) await markIfThere(context, target, identity);
        if (mode === 'flattened') await markAbove(context, target, ref);
      }
    }
  }
}

/** Groups above one that came or went; itself it has been marked. */
async function markAbove(context: Context, target: SystemName, ref: ObjectRef): Promise<void> {
  const above = await context.store.groupsAbove([ref]);
  const others = above.map((each) => each.above).filter((each) => each.id !== ref.id);
  await markGroups(context, target, others);
}

async function markIfThere(
  context: Context,
  target: SystemName,
  identity: IdentityId,
): Promise<void> {
  const records = await context.store.recordsIn(target, [identity]);
  if (records.length > 0) await markGroup(context, target, identity);
}

/** Whatever the rules are now: all members of these groups. */
export async function groupsLookedAtAgain(
  context: Context,
  target: SystemName,
  groups: readonly IdentityId[],
): Promise<void> {
  if (rosterOf(context.book, target) === undefined) return;
  for (const { identity } of await context.store.recordsIn(target, groups)) {
    if (identity !== undefined) await markGroup(context, target, identity);
  }
}

async function accountsMoved(
  context: Context,
  roster: Roster,
  moved: readonly Moved[],
  at: Stamp,
): Promise<void> {
  const { store } = context;
  const { target } = roster;
  const identities = moved.flatMap((each) => each.identities);
  if (identities.length === 0) return;
  await store.touchMembers(target, identities, at);
  await store.wakeMembers(roster, identities, at);
  for (const { ref, identities: groups } of moved) {
    if (ref.kind !== 'group') continue;
    for (const identity of groups) await markGroup(context, target, identity);
  }
}

/** What became of accounts by our own hand. */
export interface AccountChanges {
  readonly arrived: readonly { readonly identity: IdentityId; readonly kind: ObjectKind }[];
  readonly turnedOff: readonly IdentityId[];
  readonly turnedOn: readonly IdentityId[];
}

/** Within the transaction that records the answers: whoever has an account now can be a member. */
export async function accountsAnswered(
  context: Context,
  target: SystemName,
  { arrived, turnedOff, turnedOn }: AccountChanges,
): Promise<void> {
  const roster = rosterOf(context.book, target);
  if (roster === undefined) return;
  const { store } = context;
  const at = stamp(context);
  // A target may drop the memberships of an account that is off: they are all pushed again.
  await store.forgetHeld(target, turnedOn);
  await store.touchMembers(target, [...turnedOff, ...turnedOn], at);
  await store.wakeMembers(roster, [...arrived.map(({ identity }) => identity), ...turnedOn], at);
  for (const { identity, kind } of arrived) {
    if (kind === 'group') await markGroup(context, target, identity);
  }
}

/** We deleted accounts: nothing that was written for them counts any more. */
export async function accountsDeleted(
  context: Context,
  target: SystemName,
  identities: readonly IdentityId[],
): Promise<void> {
  if (rosterOf(context.book, target) === undefined) return;
  await context.store.touchMembers(target, identities, stamp(context));
  for (const identity of identities) {
    const known = await context.store.membershipsOf(target, { group: identity }, 1);
    if (known.length > 0) await markGroup(context, target, identity);
  }
}

/** How far a marker's group has been looked at: in which group below it, and behind which member. */
type Place =
  | {
      readonly at: 'wanted';
      readonly group: string;
      readonly after?: Pick<ObjectRef, 'kind' | 'id'>;
    }
  | { readonly at: 'held'; readonly after: IdentityId };

/**
 * One step of looking at a group: those the sources have in it or below it, then those the target
 * has. @returns Where the step ended, or nothing when there is no more.
 */
export async function expandGroup(
  context: Context,
  { target, name, cursor }: Pick<Marker, 'target' | 'name' | 'cursor'>,
): Promise<string | undefined> {
  const roster = rosterOf(context.book, target);
  if (roster === undefined) return undefined;
  const at = stamp(context);
  const [identity, below] = namesOf(name);
  let place: Place | undefined = cursor === '' ? { at: 'wanted', group: '' } : JSON.parse(cursor);
  for (let room = PER_STEP; place !== undefined && room > 0; ) {
    const step: Step =
      place.at === 'held'
        ? await stepOfHeld(context, roster, identity, place.after, room, at)
        : await stepOfWanted(context, roster, identity, below, place, room, at);
    place = step.next;
    room -= step.seen;
  }
  return place === undefined ? undefined : JSON.stringify(place);
}

interface Step {
  readonly next: Place | undefined;
  readonly seen: number;
}

/** The group's identity, and the key of the group below it that is meant. */
function namesOf(marker: string): readonly [IdentityId, string | undefined] {
  const names = marker.slice(MEMBERS.length);
  const space = names.indexOf(' ');
  return space < 0 ? [names, undefined] : [names.slice(0, space), names.slice(space + 1)];
}

async function stepOfHeld(
  { store }: Context,
  { target }: Roster,
  identity: IdentityId,
  after: IdentityId,
  room: number,
  at: Stamp,
): Promise<Step> {
  const ended = await store.touchGroup(target, identity, after, room, at);
  if (ended === undefined) return { next: undefined, seen: 1 };
  return { next: { at: 'held', after: ended }, seen: room };
}

async function stepOfWanted(
  context: Context,
  roster: Roster,
  identity: IdentityId,
  below: string | undefined,
  { group: key, after }: Extract<Place, { readonly at: 'wanted' }>,
  room: number,
  at: Stamp,
): Promise<Step> {
  const { store } = context;
  const own = (await store.recordsOf([identity])).filter(
    ({ ref, present }) => present && ref.kind === 'group' && roster.sources.includes(ref.system),
  );
  const start = below === undefined ? own.map(({ ref }) => ref) : [parseObjectKey(below)];
  const groups = await groupsFrom(
    context,
    start.filter((ref) => ref !== undefined),
    roster,
  );
  const index = groups.findIndex((ref) => objectKey(ref) >= key);
  const [of, current] = [own[0]?.ref, groups[index]];
  const rest: Place | undefined = below === undefined ? { at: 'held', after: '' } : undefined;
  if (of === undefined || current === undefined) return { next: rest, seen: 1 };
  const from = objectKey(current) === key ? after : undefined;
  const members = await store.membersAfter(current, from, room);
  const fitting = members.filter(({ kind }) => roster.mode === 'kept' || kind !== 'group');
  await store.wakeInGroup(roster.target, of, fitting, at);
  const last = members.at(-1);
  const following = groups[index + 1];
  if (last !== undefined && members.length === room) {
    return { next: { at: 'wanted', group: objectKey(current), after: last }, seen: room };
  }
  const next: Place | undefined =
    following === undefined ? rest : { at: 'wanted', group: objectKey(following) };
  return { next, seen: members.length + 1 };
}

async function groupsFrom(
  { store }: Context,
  start: readonly ObjectRef[],
  { mode }: Roster,
): Promise<readonly ObjectRef[]> {
  const found = mode === 'flattened' ? await store.groupsBelow(start) : start;
  const unique = new Map(found.map((ref) => [objectKey(ref), ref]));
  return [...unique.values()].toSorted((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1));
}
