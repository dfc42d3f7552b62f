/** Urgent people go ahead of the rest of a plan: looked for between operations, planned and applied. */

import { applyStored } from './apply-stored.ts';
import type { Engine, Watch } from './engine.ts';
import { type OpenTarget, planDue } from './target.ts';

const LOOK_EVERY_MILLISECONDS = 250;
const AT_ONCE = 20;

/** @returns To be called between operations; it looks for urgent people every quarter of a second. */
export function urgentLane(
  open: OpenTarget,
  engine: Engine,
  run: string,
  watch: Watch,
): () => Promise<void> {
  let looked = engine.now().getTime();
  return async () => {
    const now = engine.now();
    if (now.getTime() - looked < LOOK_EVERY_MILLISECONDS) return;
    looked = now.getTime();
    const first = await engine.warehouse.due(open.target.system, now, AT_ONCE);
    const people = first.filter(({ due }) => due?.urgent === true);
    if (people.length === 0) return;
    const options = { typed: true, withheld: [], listed: false, people, settles: true };
    const planned = await planDue(open, engine, options, watch);
    if (planned === undefined || planned.plan.holds.length > 0) return;
    const between = async () => {};
    await applyStored(planned.plan, open, engine, { run, reviewed: false, between }, watch);
  };
}
