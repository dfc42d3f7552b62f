/**
 * What somebody who died had begun to apply. Nobody knows which of its operations were sent: should
 * the world have gone back meanwhile to what it was, the account must follow all the same.
 */

import { doubtOf } from '../apply/doubt.ts';
import type { SystemName } from '../identity/record.ts';
import type { Engine } from './engine.ts';

const BATCH = 200;

/** Under the target's lease, so that nobody is at work on any of its plans. */
export async function settleInterrupted(target: SystemName, engine: Engine): Promise<void> {
  const { plans, warehouse } = engine;
  for (const key of await plans.interrupted(target)) {
    for await (const batch of plans.left(key, BATCH)) {
      await warehouse.doubt(
        target,
        batch.flatMap(({ operation }) => doubtOf(operation) ?? []),
      );
    }
    await plans.setState(key, 'applied');
  }
}
