/** Who would join and leave groups made by rule, were the rules others. Nothing is written. */

import { type IdentityId, label } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { groupNames, groupNamesBefore, RULE_SOURCE, RULES } from './rule-groups.ts';
import { openSpace } from './space.ts';

export interface Regrouped {
  readonly identity: IdentityId;
  readonly label: string;
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
}

/** Of these people only those who would be in other groups than they are. */
export async function regroupedUnder(
  context: Context,
  ids: readonly IdentityId[],
): Promise<readonly Regrouped[]> {
  const space = openSpace(context);
  await space.loadPeople(ids);
  return [...space.people.values()].flatMap((person): readonly Regrouped[] => {
    space.remerge(person);
    const [was, is] = [groupNamesBefore(person), groupNames(person)];
    const joins = is.filter((name) => !was.includes(name));
    const leaves = was.filter((name) => !is.includes(name));
    if (joins.length + leaves.length === 0) return [];
    return [{ identity: person.id, label: label(person), joins, leaves }];
  });
}

/** What moves would be written to a target: both the group and the person have accounts there. */
export async function memberMovesIn(
  { store }: Context,
  target: SystemName,
  moves: readonly Regrouped[],
): Promise<{ readonly added: number; readonly removed: number }> {
  const names = new Set(moves.flatMap(({ joins, leaves }) => [...joins, ...leaves]));
  const refs = [...names].map((id) => ({ system: RULES, kind: RULE_SOURCE.kind, id }));
  const groups = await store.identitiesOfRecords(refs);
  const known = await store.recordsIn(target, [
    ...groups.map(({ identity }) => identity),
    ...moves.map(({ identity }) => identity),
  ]);
  const there = new Set(known.flatMap(({ identity, present }) => (present ? identity : [])));
  const open = new Set(
    groups.flatMap(({ ref, identity }) => (there.has(identity) ? [ref.id] : [])),
  );
  const counted = (pick: (move: Regrouped) => readonly string[]) =>
    moves
      .filter(({ identity }) => there.has(identity))
      .reduce((sum, move) => sum + pick(move).filter((name) => open.has(name)).length, 0);
  return { added: counted(({ joins }) => joins), removed: counted(({ leaves }) => leaves) };
}
