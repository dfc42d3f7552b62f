/**
 * What is written under a lease is written only while it is held: checked in the transaction that
 * writes, so that nobody takes the lane between the check and the commit.
 */

import type { PlanStore } from '../plan/plans.ts';
import { behind } from '../warehouse/context.ts';
import type { Engine, Watch } from './engine.ts';

/** All or nothing, and nothing where the lease was lost. */
export function fenced<Value>(
  { transaction }: Pick<Engine, 'transaction'>,
  { fence }: Pick<Watch, 'fence'>,
  work: () => Promise<Value>,
  outlives?: 'power-cut' | 'process',
): Promise<Value> {
  return transaction(() => behind(fence, work), outlives);
}

/** Plans whose making ends with the lease under which it began. */
export function fencedPlans(
  engine: Pick<Engine, 'plans' | 'transaction'>,
  watch: Watch,
): PlanStore {
  const { plans } = engine;
  if (watch.fence === undefined) return plans;
  return {
    ...plans,
    // Beginning drops a plan that was never closed: it must not be that of whoever took over.
    begin: (...of) => fenced(engine, watch, () => plans.begin(...of), 'process'),
    // Closing waits for the disk, and a plan that was not closed is made again.
    append: async (...of) => {
      const [, , operations, omissions] = of;
      if (operations.length === 0 && !omissions.some(({ refused }) => refused)) return;
      await fenced(engine, watch, () => plans.append(...of), 'process');
    },
    close: (...of) => fenced(engine, watch, () => plans.close(...of)),
  };
}
