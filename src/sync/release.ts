/** A person lets go what waited for one: a held plan, or an account that was disabled in its target. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Part } from '../plan/approval.ts';
import type { Release } from '../plan/desired.ts';
import { isOff } from '../plan/leave.ts';
import type { StoredPlan } from '../plan/plans.ts';
import { type TargetPolicy, targetWith } from '../plan/target.ts';
import { releasePlan } from './apply-plan.ts';
import type { Engine, RunReport, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import { personNamed, targetsFor } from './people.ts';
import { VerbRefusal } from './refusal.ts';
import { runSync } from './run.ts';
import { writtenSystems } from './target.ts';
import type { PartRequest, ReleaseRequest } from './verbs.ts';

const PATIENCE_SECONDS = 600;

export async function release(
  engine: Engine,
  request: ReleaseRequest,
  watch: Watch,
): Promise<RunReport> {
  switch (request.type) {
    case 'system': {
      const plan = await heldPlan(request.system, engine);
      return releasePlan(engine, plan, await partOf(request, engine), watch);
    }
    case 'plan': {
      const plan = await engine.plans.find(request.plan);
      if (plan !== undefined) {
        return releasePlan(engine, plan, await partOf(request, engine), watch);
      }
      throw new VerbRefusal(
        'no-such-plan',
        `there is no plan ${request.plan}`,
        'see lockstep status for the plans that are held',
      );
    }
    case 'absences':
      return releaseAbsences(request.system, engine, watch);
    case 'person': {
      const person = await personNamed(request.person, engine);
      const targets = targetsFor(request.system, person, engine);
      for (const policy of targets) {
        const { system } = policy;
        const released = await releaseOf(person.id, policy, engine);
        await engine.ledger.releaseAccount(system, person.id, engine.now(), released);
        await engine.undos.resume(system, [person.id]);
        await engine.warehouse.makeDue(system, [person.id], 'requested', true);
      }
      const systems = targets.map(({ system }) => system);
      return runSync(engine, { systems, trigger: 'command' }, watch);
    }
  }
}

/** Of an account that is on there is nothing to enable: should somebody turn it off later, it stays so. */
async function releaseOf(
  identity: IdentityId,
  policy: TargetPolicy,
  engine: Engine,
): Promise<Release> {
  const account = (await engine.warehouse.subject(policy.system, identity))?.account;
  if (account === undefined) return 'enable';
  const { traits = {} } = await engine.connector(policy.system);
  return isOff(account, targetWith(policy, traits)) ? 'enable' : 'rewrite';
}

async function heldPlan(system: string | undefined, engine: Engine): Promise<StoredPlan> {
  const targets = writtenSystems(engine).filter(
    (each) => system === undefined || each.system === system,
  );
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

/** Nothing when the whole plan is meant. */
async function partOf(
  { only, except, actions }: PartRequest,
  engine: Engine,
): Promise<Part | undefined> {
  if (only === undefined && except === undefined && actions === undefined) return undefined;
  const idsOf = async (names: readonly string[]) => {
    const people = await Promise.all(names.map((name) => personNamed(name, engine)));
    return new Set(people.map(({ id }) => id));
  };
  return {
    ...(only !== undefined && { only: await idsOf(only) }),
    ...(except !== undefined && { except: await idsOf(except) }),
    ...(actions !== undefined && { actions }),
  };
}

/** What a reading lacked is really gone; then targets are brought in line, guarded as ever. */
async function releaseAbsences(
  system: SystemName,
  engine: Engine,
  watch: Watch,
): Promise<RunReport> {
  const { warehouse } = engine;
  const withheld = (await warehouse.freshness()).filter(
    (each) => each.system === system && each.withheld !== undefined,
  );
  if (withheld.length === 0) {
    throw new VerbRefusal(
      'nothing-held',
      `nothing of ${system} is withheld`,
      'see lockstep status for the sources whose absences are',
    );
  }
  await underLease(`read/${system}`, engine, watch, PATIENCE_SECONDS, async () => {
    for (const { kind } of withheld) await warehouse.acceptAbsences(system, kind);
  });
  const systems = writtenSystems(engine).map((target) => target.system);
  return runSync(engine, { systems, trigger: 'command' }, watch);
}
