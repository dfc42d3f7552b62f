/** What people say about who is who, told to the trail in the same transaction. */

import type { Deed, Told } from '../audit/entry.ts';
import type { Decision, Decisions } from '../warehouse/decision.ts';
import type { Engine } from './engine.ts';

type Deciding = Pick<Decisions, 'decideReview' | 'mergePeople' | 'unmergePerson' | 'undoDecision'>;

export function auditedDecisions(
  { warehouse, transaction }: Pick<Engine, 'warehouse' | 'transaction'>,
  note: (...told: readonly Told[]) => Promise<void>,
): Deciding {
  const told = (action: Deed, work: () => Promise<Decision>): Promise<Decision> =>
    transaction(async () => {
      const decision = await work();
      await note(...toldOf(action, decision));
      return decision;
    });
  return {
    decideReview: (id, choice) => told('review-decided', () => warehouse.decideReview(id, choice)),
    mergePeople: (kept, other) => told('people-merged', () => warehouse.mergePeople(kept, other)),
    unmergePerson: (identity, records) =>
      told('person-unmerged', () => warehouse.unmergePerson(identity, records)),
    undoDecision: (id) => told('decision-undone', () => warehouse.undoDecision(id)),
  };
}

/** One for each of those it is about: whoever is erased is in no other's. Records are not named. */
function toldOf(
  action: Deed,
  { id, type, identity, other, records, detached }: Decision,
): readonly Told[] {
  const detail = {
    decision: type,
    records: records.length,
    ...(detached.length > 0 && { detached: detached.length }),
  };
  const people = other === undefined ? [identity] : [identity, other];
  return people.map((person) => ({ action, subject: id, person, detail }));
}
