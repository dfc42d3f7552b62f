/** What people say about who is who, each in a transaction of its own. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { Context } from './context.ts';
import { decide, decisionOf, reviewCase, undoChoice } from './decide.ts';
import {
  DecisionRefusal,
  type DecisionRow,
  type Decisions,
  type DecisionType,
} from './decision.ts';
import { mergePeople, undoMerge, undoUnmerge, unmergePerson } from './unmerge.ts';

/** @param people Identities with their links. */
export function decisions(
  context: Context,
  people: (ids: readonly IdentityId[]) => Promise<readonly Identity[]>,
): Decisions {
  const { store, now } = context;
  return {
    review: (id) => reviewCase(context, id, people),
    decideReview: (id, choice) => store.transaction(() => decide(context, id, choice)),
    mergePeople: (kept, other) =>
      store.transaction(async () => decisionOf(await mergePeople(context, kept, other))),
    unmergePerson: (identity, records) =>
      store.transaction(async () => decisionOf(await unmergePerson(context, identity, records))),
    undoDecision: (id) =>
      store.transaction(async () => {
        const row = await store.decision(id);
        if (!row || row.undoneAt !== undefined) {
          throw new DecisionRefusal(
            'no-such-decision',
            row ? `${id} has been taken back already` : `there is no decision ${id}`,
            'lockstep review decisions lists them',
          );
        }
        await UNDO[row.type](context, row);
        const at = now();
        await store.setUndone(id, at.getTime());
        return { ...decisionOf(row), undoneAt: at };
      }),
    decisions: async (limit) => (await store.decisions(limit)).map(decisionOf),
  };
}

const UNDO: Readonly<Record<DecisionType, (context: Context, row: DecisionRow) => Promise<void>>> =
  {
    joined: undoChoice,
    rejected: undoChoice,
    'new-person': undoChoice,
    merged: undoMerge,
    unmerged: undoUnmerge,
  };
