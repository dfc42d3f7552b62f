/** What makes memberships due: what moves at a source, and what becomes of accounts. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { objectKey } from './keys.ts';
import type { Roster, Stamp } from './membership-store.ts';
import { markGroup, markGroups, rosterOf, rostersOf, stamp } from './roster.ts';
import type { MemberRow } from './storage.ts';

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
