/** Urgent people go ahead of the rest of a plan: looked for between operations, planned and applied. */

import type { Overtaking } from '../apply/apply.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { Subject } from '../warehouse/subject.ts';
import { type ApplyOptions, applyStored, type Lane, NOBODY_AHEAD } from './apply-stored.ts';
import { certain } from './certain.ts';
import type { Engine, SystemFailure, Watch } from './engine.ts';
import { type OpenTarget, planDue } from './target.ts';

const LOOK_EVERY_MILLISECONDS = 250;
const AT_ONCE = 20;
/** An account that is new can be a member only once it is there. */
const PASSES = 3;

/** For whoever looks for urgent people while no plan is being carried out. */
export const NOTHING_UNDER_WAY: Overtaking = { claim: async () => {} };

/** Between operations it looks for urgent people, every quarter of a second. */
export function urgentLane(open: OpenTarget, engine: Engine, run: string, watch: Watch): Lane {
  let looked = engine.now().getTime();
  /** Whom a guard holds, by the generation it was seen in: they are not asked about again and again. */
  const waiting = new Map<string, number>();
  const isNew = ({ identity, due }: Subject) =>
    due?.urgent === true && waiting.get(identity.id) !== due.generation;
  return async ({ claim }) => {
    const now = engine.now();
    if (now.getTime() - looked < LOOK_EVERY_MILLISECONDS) return;
    looked = now.getTime();
    // A cheap question first: the plan waits for the answer, and it is no almost always.
    if (!(await engine.warehouse.anyUrgent(open.target.system))) return;
    // Who is in the middle of a reading is urgent when it has ended.
    const first = await certain(open.target, engine, () =>
      engine.warehouse.due(open.target.system, now, AT_ONCE),
    );
    const urgent = first.filter(isNew).map(({ identity }) => identity.id);
    if (urgent.length === 0) return;
    await claim(urgent);
    // As they are now: what was under way has ended.
    const people = await subjectsOf(urgent, open, engine);
    if (people.length === 0) return;
    await serveAhead(people, open, engine, { run, ahead: true }, watch);
    for (const { identity, due } of people) waiting.set(identity.id, due?.generation ?? 0);
  };
}

export interface ServedAhead {
  /** The first plan that a guard held; nothing of it was done. */
  readonly held?: StoredPlan;
  readonly failure?: SystemFailure;
}

/** Some people now, with nobody ahead of them: their accounts, then the groups these make possible. */
export async function serveAhead(
  people: readonly Subject[],
  open: OpenTarget,
  engine: Engine,
  options: Pick<ApplyOptions, 'run' | 'ahead'>,
  watch: Watch,
): Promise<ServedAhead> {
  const { system } = open.target;
  const ids = people.map(({ identity }) => identity.id);
  let those = people;
  for (let pass = 1; pass <= PASSES; pass++) {
    const wanted = { typed: true, withheld: [], listed: false, people: those, settles: true };
    const planned = await planDue(open, engine, wanted, watch);
    if (planned === undefined) return {};
    if (planned.plan.holds.length > 0) return { held: planned.plan };
    const applying = { ...options, reviewed: false, lane: NOBODY_AHEAD };
    const { failure } = await applyStored(planned.plan, open, engine, applying, watch);
    if (failure !== undefined) return { failure };
    const now = engine.now();
    const [next] = await engine.warehouse.dueMemberships(system, now, 1, undefined, ids);
    if (next === undefined) return {};
    those = await certain(open.target, engine, () => engine.warehouse.subjects(system, ids));
  }
  return {};
}

async function subjectsOf(
  ids: readonly string[],
  { target }: OpenTarget,
  engine: Engine,
): Promise<readonly Subject[]> {
  const subjects = await certain(target, engine, () =>
    engine.warehouse.subjects(target.system, ids),
  );
  return subjects.filter(({ due }) => due?.urgent === true);
}
