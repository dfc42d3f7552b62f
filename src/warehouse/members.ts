/** Who is a member of which group. Only groups assigned to an application make anybody due. */

import type { Change, ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { NewDue } from './due-storage.ts';
import { objectKey } from './keys.ts';
import { membersMoved } from './membership-moves.ts';
import { markFromAbove, type Reached, reachedFromAbove } from './nested.ts';
import type { MemberRow } from './storage.ts';
import { leftWithout } from './unassigned.ts';
import type { TargetRules } from './warehouse.ts';

export type MembersChange = Extract<Change, { readonly type: 'members' }>;

/** Within a transaction. @param mark The full reading these members count as shown by. */
export async function absorbMembers(
  context: Context,
  { group, added, removed }: MembersChange,
  mark: number,
): Promise<void> {
  const { store } = context;
  const row = (member: ObjectRef): MemberRow => ({ group, member });
  const joined = added.length > 0 ? await store.addMembers(added.map(row), mark) : [];
  await store.removeMembers(removed.map(row));
  await membersDue(context, [...joined, ...removed.map(row)]);
  await membersMoved(context, joined, removed.map(row));
}

/** Makes due whose membership came or went, where the group is assigned to something. */
export async function membersDue(context: Context, rows: readonly MemberRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { store, book } = context;
  const groups = new Map(rows.map(({ group }) => [objectKey(group), group]));
  const targets = new Map<string, TargetRules[]>();
  for (const { group, application } of await store.applicationsOf([...groups.values()])) {
    const concerned = book.rules.targets.filter(
      ({ assigned }) => assigned?.system === group.system && assigned.application === application,
    );
    const key = objectKey(group);
    targets.set(key, [...(targets.get(key) ?? []), ...concerned]);
  }
  const reached = rows.flatMap(({ group, member }) =>
    (targets.get(objectKey(group)) ?? [])
      .filter(({ kind }) => kind === member.kind)
      .map((target) => ({ member, target })),
  );
  await recordsDue(context, [...reached, ...(await reachedFromAbove(context, rows))]);
}

/** Makes the members of groups due, in batches, where the groups are assigned to something. */
export async function groupsDue(context: Context, groups: readonly ObjectRef[]): Promise<void> {
  const { store, book } = context;
  if (groups.length === 0) return;
  await markFromAbove(context, groups);
  for (const { group, application } of await store.applicationsOf(groups)) {
    for (const { system: target, assigned } of book.rules.targets) {
      if (assigned?.system !== group.system || assigned.application !== application) continue;
      await store.saveMarker({ target, name: objectKey(group), cause: 'changed', cursor: '' });
    }
  }
}

/** Makes the identities of records due in targets. */
export async function recordsDue(context: Context, reached: readonly Reached[]): Promise<void> {
  if (reached.length === 0) return;
  const { store, generation, now } = context;
  const found = await store.identitiesOfRecords(reached.map(({ member }) => member));
  const identities = new Map(found.map(({ ref, identity }) => [objectKey(ref), identity]));
  const number = generation();
  const since = now().getTime();
  const urgent = await leftWithout(context, reached, identities);
  const rows = reached.flatMap(({ member, target }): readonly NewDue[] => {
    const identity = identities.get(objectKey(member));
    if (identity === undefined) return [];
    const row = { identity, target: target.system, generation: number, since } as const;
    const first = urgent.get(target)?.has(identity);
    return [{ ...row, cause: 'changed', ...(first && { urgent: true }) }];
  });
  await store.addDue(rows);
}
