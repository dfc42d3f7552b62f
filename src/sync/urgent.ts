/** Urgent people go ahead of the rest of a plan: looked for between operations, planned and applied. */

import type { IdentityId } from '../identity/identity.ts';
import { applyStored, type Lane, NOBODY_AHEAD } from './apply-stored.ts';
import type { Engine, Watch } from './engine.ts';
import { type OpenTarget, planDue } from './target.ts';

const LOOK_EVERY_MILLISECONDS = 250;
const AT_ONCE = 20;

/** Between operations it looks for urgent people, every quarter of a second. */
export function urgentLane(open: OpenTarget, engine: Engine, run: string, watch: Watch): Lane {
  let looked = engine.now().getTime();
  const ahead = new Set<IdentityId>();
  const between = async () => {
    const now = engine.now();
    if (now.getTime() - looked < LOOK_EVERY_MILLISECONDS) return;
    looked = now.getTime();
    // A cheap question first: the plan waits for the answer, and it is no almost always.
    if (!(await engine.warehouse.anyUrgent(open.target.system))) return;
    const first = await engine.warehouse.due(open.target.system, now, AT_ONCE);
    const people = first.filter(({ due }) => due?.urgent === true);
    if (people.length === 0) return;
    const wanted = { typed: true, withheld: [], listed: false, people, settles: true };
    const planned = await planDue(open, engine, wanted, watch);
    if (planned === undefined || planned.plan.holds.length > 0) return;
    for (const { identity } of people) ahead.add(identity.id);
    const options = { run, reviewed: false, lane: NOBODY_AHEAD };
    await applyStored(planned.plan, open, engine, options, watch);
  };
  return { between, overtaken: (identity) => ahead.has(identity) };
}
