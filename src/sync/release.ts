/** A person lets go what waited for one: a held plan, or an account that was disabled in its target. */

import type { StoredPlan } from '../plan/plans.ts';
import { releasePlan } from './apply-plan.ts';
import type { Engine, RunReport, Watch } from './engine.ts';
import { personNamed, targetsFor } from './people.ts';
import { VerbRefusal } from './refusal.ts';
import { runSync } from './run.ts';
import type { ReleaseRequest } from './verbs.ts';

export async function release(
  engine: Engine,
  request: ReleaseRequest,
  watch: Watch,
): Promise<RunReport> {
  switch (request.type) {
    case 'system':
      return releasePlan(engine, await heldPlan(request.system, engine), watch);
    case 'plan': {
      const plan = await engine.plans.find(request.plan);
      if (plan !== undefined) return releasePlan(engine, plan, watch);
      throw new VerbRefusal(
        'no-such-plan',
        `there is no plan ${request.plan}`,
        'see lockstep status for the plans that are held',
      );
    }
    case 'person': {
      const person = await personNamed(request.person, engine);
      const targets = targetsFor(request.system, person, engine);
      for (const { system } of targets) {
        await engine.ledger.releaseAccount(system, person.id, engine.now());
        await engine.warehouse.makeDue(system, [person.id], 'requested', true);
      }
      const systems = targets.map(({ system }) => system);
      return runSync(engine, { systems, trigger: 'command' }, watch);
    }
  }
}

async function heldPlan(system: string | undefined, engine: Engine): Promise<StoredPlan> {
  const targets = engine.targets.filter((each) => system === undefined || each.system === system);
  const current = await Promise.all(targets.map((each) => engine.plans.current(each.system)));
  const held = current.filter((plan) => plan !== undefined).filter(({ state }) => state === 'held');
  const [plan] = held;
  if (plan === undefined) {
    const where = system === undefined ? '' : ` for ${system}`;
    throw new VerbRefusal('nothing-held', `no plan is held${where}`, 'see lockstep status');
  }
  if (held.length === 1) return plan;
  throw new VerbRefusal(
    'nothing-held',
    `plans are held for ${held.map((each) => each.target).join(' and ')}`,
    `name one: lockstep release ${plan.target}`,
  );
}
