/** Who would be in groups made by rule under other rules, and what that would make of their members in targets. */

import type { SystemName } from '../identity/record.ts';
import { MEMBER_KIND, RULES } from '../warehouse/rule-groups.ts';
import type { Engine, Watch } from './engine.ts';
import type { Tried } from './plan-with.ts';
import type { MembersChange } from './plan-with-members.ts';

/** One group that would have other members, or would be made, or would end. */
export interface GroupChange {
  readonly name: string;
  readonly state: 'made' | 'kept' | 'ended';
  readonly joining: number;
  readonly leaving: number;
  /** What people call some of those. */
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
}

export interface GroupChanges {
  readonly groups: readonly GroupChange[];
  /** By target: of those who have accounts, in groups that are there. */
  readonly members: ReadonlyMap<SystemName, MembersChange>;
}

const SAMPLES = 5;

/** @returns Nothing where the rules are the same. */
export async function groupsChanged(
  current: Tried,
  next: Tried,
  engine: Engine,
  watch: Watch,
): Promise<GroupChanges> {
  if (!next.warehouse.regroups) return { groups: [], members: new Map() };
  const { names: were } = current.warehouse.ruleGroups;
  const { names } = next.warehouse.ruleGroups;
  const changes = new Map<
    string,
    { joins: string[]; leaves: string[]; joining: number; leaving: number }
  >();
  const changeOf = (name: string) => {
    const known = changes.get(name) ?? { joins: [], leaves: [], joining: 0, leaving: 0 };
    changes.set(name, known);
    return known;
  };
  for (const name of [
    ...names.filter((each) => !were.includes(each)),
    ...were.filter((each) => !names.includes(each)),
  ]) {
    changeOf(name);
  }
  const targets = engine.targets.flatMap(({ system, kind }) =>
    kind === 'group' && next.warehouse.roster(system)?.sources.includes(RULES) ? [system] : [],
  );
  const members = new Map(targets.map((target) => [target, { added: 0, removed: 0 }]));
  for await (const ids of next.warehouse.everybody(MEMBER_KIND)) {
    watch.signal.throwIfAborted();
    const moves = await next.warehouse.regrouped(ids);
    for (const { label, joins, leaves } of moves) {
      for (const name of joins) {
        const change = changeOf(name);
        change.joining++;
        if (change.joins.length < SAMPLES) change.joins.push(label);
      }
      for (const name of leaves) {
        const change = changeOf(name);
        change.leaving++;
        if (change.leaves.length < SAMPLES) change.leaves.push(label);
      }
    }
    for (const [target, counts] of members) {
      const { added, removed } = await next.warehouse.memberMoves(target, moves);
      counts.added += added;
      counts.removed += removed;
    }
  }
  const groups = [...changes].map(([name, { joining, leaving, joins, leaves }]): GroupChange => {
    const state = !were.includes(name) ? 'made' : names.includes(name) ? 'kept' : 'ended';
    return { name, state, joining, leaving, joins, leaves };
  });
  return { groups, members };
}
