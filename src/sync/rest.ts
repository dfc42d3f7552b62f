/** What is left of a plan of which a part was carried out: it waits as it did, with its age. */

import { isHeldBy } from '../plan/guards.ts';
import { planHash } from '../plan/hash.ts';
import type { Action, Hold } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { Engine } from './engine.ts';

const BATCH = 256;

/**
 * The plan stays held for what is left; when nothing is, it was applied. A plan that is made of the
 * rest alone has the id that is worked out here, and so does not take its place.
 *
 * @param holds Why the rest waits now.
 * @param carried What was carried out this time, by action.
 */
export async function keepRest(
  plan: StoredPlan,
  holds: readonly Hold[],
  carried: Readonly<Partial<Record<Action, number>>>,
  { plans }: Engine,
): Promise<StoredPlan> {
  const content = planHash(plan.target, plan.configVersion);
  const concerned = new Set<Hold>();
  let left = 0;
  for await (const batch of plans.leftContent(plan.key, BATCH)) {
    for (const operation of batch) {
      content.add(operation);
      left++;
      for (const hold of holds) if (isHeldBy(hold, operation)) concerned.add(hold);
    }
  }
  return plans.keepRest(plan.key, {
    state: left === 0 ? 'applied' : 'held',
    holds: holds.filter((hold) => concerned.has(hold)),
    id: content.id(),
    carried: plus(plan.carried ?? {}, carried),
  });
}

function plus(
  a: Readonly<Partial<Record<Action, number>>>,
  b: Readonly<Partial<Record<Action, number>>>,
): Readonly<Partial<Record<Action, number>>> {
  const total = { ...a };
  for (const [action, number] of Object.entries(b) as [Action, number][]) {
    total[action] = (total[action] ?? 0) + number;
  }
  return total;
}
