/**
 * A plan that does not come from the work list: accounts of nobody, what an undo puts back. Guarded,
 * hashed and stored like any other; it takes the place of no other plan, and none takes its place.
 */

import { basisOf } from '../plan/basis.ts';
import { holdsOf } from '../plan/guards.ts';
import { planHash } from '../plan/hash.ts';
import { ordering } from '../plan/order.ts';
import type { Action, Hold, Omission, Operation } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import { tally } from '../plan/window.ts';
import type { Engine, Watch } from './engine.ts';
import { fencedPlans } from './fence.ts';
import type { OpenTarget } from './target.ts';

export interface SideBatch {
  readonly operations: readonly Operation[];
  readonly omissions: readonly Omission[];
}

/**
 * Under the lease of the target, because a plan that was never closed is dropped by the next one.
 *
 * @param hold Asks for a person whatever the guards say.
 * @returns Nothing when there is nothing to do and nobody to tell of.
 */
export async function planBeside(
  { target }: OpenTarget,
  engine: Engine,
  batches: AsyncIterable<SideBatch>,
  watch: Watch,
  hold?: Hold,
): Promise<StoredPlan | undefined> {
  const { warehouse, ledger, configVersion, now } = engine;
  const plans = fencedPlans(engine, watch);
  const { system } = target;
  const key = await plans.begin(system, configVersion, now(), basisOf(target));
  const content = planHash(system, configVersion);
  const order = ordering();
  const counted = tally();
  const counts: Partial<Record<Action, number>> = {};
  let position = 0;
  let considered = 0;
  for await (const { operations, omissions } of batches) {
    for (const operation of operations) {
      content.add(operation);
      order.add(operation);
      counted.add(operation);
      counts[operation.action] = (counts[operation.action] ?? 0) + 1;
    }
    await plans.append(key, position, operations, omissions);
    position += operations.length;
    considered += operations.length + omissions.length;
  }
  if (considered === 0) return undefined;
  const managed = await warehouse.managed(system);
  const since = (seconds: number) => new Date(now().getTime() - seconds * 1000);
  const guards = holdsOf(
    {
      counts,
      counted: counted.counts,
      recent: await ledger.activity(system, since(target.limits.windowSeconds)),
      managed,
      memberships: counts['remove-members'] ? await warehouse.heldMemberships(system) : 0,
      first: false,
      leaversWait: false,
      typed: true,
      withheld: [],
    },
    target,
  );
  const holds = hold === undefined || position === 0 ? guards : [hold, ...guards];
  return plans.close(key, {
    id: content.id(),
    state: holds.length > 0 ? 'held' : 'ready',
    counts,
    considered,
    managed,
    holds,
    order: order.order(),
    partial: true,
    heldSince: since(target.holds.expiresSeconds),
  });
}
