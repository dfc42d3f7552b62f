/** What a newer plan says otherwise than the one that a person wanted to let go. */

import type { Operation } from '../plan/plan.ts';
import type { PlanKey } from '../plan/plans.ts';
import { signOf, whatMoves } from '../plan/text.ts';
import type { Engine } from './engine.ts';
import { tellerOf } from './told.ts';

export interface PlanDifference {
  /** People about whom the older plan said nothing. */
  readonly added: number;
  readonly removed: number;
  /** The same people, and something else for them. */
  readonly changed: number;
  /** The first of each, for people to read. */
  readonly first: readonly string[];
}

const BATCH = 256;
const SHOWN = 5;

/** Only ids are kept meanwhile. */
export async function differenceOf(
  older: PlanKey,
  newer: PlanKey,
  engine: Engine,
): Promise<PlanDifference> {
  const { plans } = engine;
  const teller = tellerOf(engine);
  const was = await idsOf(older, plans);
  const is = await idsOf(newer, plans);
  const counts = { added: 0, removed: 0, changed: 0 };
  const first: Record<keyof typeof counts, string[]> = { added: [], removed: [], changed: [] };
  const note = async (what: keyof typeof counts, operation: Operation, plan: PlanKey) => {
    counts[what]++;
    if (first[what].length >= SHOWN) return;
    first[what].push(lineOf(what, await teller.operation(operation, plan)));
  };
  for await (const batch of plans.leftContent(newer, BATCH)) {
    for (const operation of batch) {
      const before = was.get(subjectOf(operation));
      if (before === undefined) await note('added', operation, newer);
      else if (before !== operation.id) await note('changed', operation, newer);
    }
  }
  for await (const batch of plans.leftContent(older, BATCH)) {
    for (const operation of batch) {
      if (!is.has(subjectOf(operation))) await note('removed', operation, older);
    }
  }
  return { ...counts, first: [...first.added, ...first.removed, ...first.changed] };
}

async function idsOf(
  key: PlanKey,
  plans: Engine['plans'],
): Promise<ReadonlyMap<string, Operation['id']>> {
  const ids = new Map<string, Operation['id']>();
  for await (const batch of plans.leftContent(key, BATCH)) {
    for (const operation of batch) ids.set(subjectOf(operation), operation.id);
  }
  return ids;
}

/** Memberships come in several operations for one group. */
function subjectOf(operation: Operation): string {
  const several = operation.action === 'add-members' || operation.action === 'remove-members';
  return several ? `${operation.identity} ${operation.id}` : operation.identity;
}

function lineOf(what: 'added' | 'removed' | 'changed', operation: Operation): string {
  const line = `${signOf(operation.action)} ${operation.label}: ${whatMoves(operation)}`;
  return { added: `new: ${line}`, removed: `gone: ${line}`, changed: `now: ${line}` }[what];
}
