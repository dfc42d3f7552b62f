/** Assignment through groups within groups, for targets that ask for it (`assigned: { nested: true }`). */

import type { ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { Marker } from './due-storage.ts';
import { objectKey } from './keys.ts';
import type { MemberRow } from './storage.ts';
import type { TargetRules } from './warehouse.ts';

export interface Reached {
  readonly member: ObjectRef;
  readonly target: TargetRules;
}

/**
 * Whom members that came or went concern further up. A group that came or went takes along whoever
 * is below it, in batches.
 *
 * @returns Members that are due at once.
 */
export async function reachedFromAbove(
  context: Context,
  rows: readonly MemberRow[],
): Promise<readonly Reached[]> {
  const targets = nestedTargets(context);
  if (targets.length === 0 || rows.length === 0) return [];
  const groups = [...new Map(rows.map(({ group }) => [objectKey(group), group])).values()];
  const assigned = await assignedAbove(context, groups, targets);
  const reached: Reached[] = [];
  for (const target of targets) {
    const waiting = await waitingMarkers(context, target);
    const concerned = rows.filter(({ group }) => {
      const key = objectKey(group);
      // Whoever leaves a group that waits to be looked at would not be in it any more by then.
      return assigned.get(key)?.has(target) || waiting.has(key);
    });
    for (const { member } of concerned) {
      if (member.kind === target.kind) reached.push({ member, target });
      if (member.kind === 'group') await markBelow(context, target, member);
    }
  }
  return reached;
}

/** Groups that came or went: whoever is below them, where a group above is assigned. */
export async function markFromAbove(context: Context, groups: readonly ObjectRef[]): Promise<void> {
  const targets = nestedTargets(context);
  if (targets.length === 0 || groups.length === 0) return;
  const assigned = await assignedAbove(context, groups, targets);
  for (const group of groups) {
    for (const target of assigned.get(objectKey(group)) ?? []) {
      await markBelow(context, target, group);
    }
  }
}

/** All groups below one, itself included: each is gone through in batches. */
export async function markBelow(
  { store }: Context,
  { system: target }: TargetRules,
  group: ObjectRef,
): Promise<void> {
  for (const below of await store.groupsBelow([group])) {
    const marker: Marker = { target, name: objectKey(below), cause: 'changed', cursor: '' };
    await store.saveMarker(marker);
  }
}

function nestedTargets({ book }: Context): readonly TargetRules[] {
  return book.rules.targets.filter(({ assigned }) => assigned?.nested === true);
}

async function assignedAbove(
  { store }: Context,
  groups: readonly ObjectRef[],
  targets: readonly TargetRules[],
): Promise<ReadonlyMap<string, ReadonlySet<TargetRules>>> {
  const above = await store.groupsAbove(groups);
  const unique = new Map(above.map((each) => [objectKey(each.above), each.above]));
  const applications = Map.groupBy(await store.applicationsOf([...unique.values()]), ({ group }) =>
    objectKey(group),
  );
  const reached = new Map<string, Set<TargetRules>>();
  for (const each of above) {
    const key = objectKey(each.group);
    const found = reached.get(key) ?? new Set();
    reached.set(key, found);
    for (const { application, group } of applications.get(objectKey(each.above)) ?? []) {
      for (const target of targets) {
        const { assigned } = target;
        if (assigned?.system === group.system && assigned.application === application) {
          found.add(target);
        }
      }
    }
  }
  return reached;
}

async function waitingMarkers(
  { store }: Context,
  { system }: TargetRules,
): Promise<ReadonlySet<string>> {
  return new Set((await store.markers(system)).map(({ name }) => name));
}
