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
      await note(toldOf(action, decision));
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

function toldOf(action: Deed, { id, type, identity, other, records, detached }: Decision): Told {
  const named = ({ system, id: record }: Decision['records'][number]): string =>
    `${system}/${record}`;
  return {
    action,
    subject: id,
    person: identity,
    detail: {
      decision: type,
      records: records.map(named),
      ...(other !== undefined && { other }),
      ...(detached.length > 0 && { detached: detached.map(named) }),
    },
  };
}
