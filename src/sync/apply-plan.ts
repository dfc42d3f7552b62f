/** Plans that a person has seen: from a file, or held and let go. Exactly those, or the reason why not. */

import { randomUUID } from 'node:crypto';
import type { DetailValue } from '../audit/entry.ts';
import { ConnectorError } from '../connectors/spi/index.ts';
import { expiresAt, hasExpired, isIn, type Part } from '../plan/approval.ts';
import { basisOfKinds } from '../plan/basis.ts';
import { type FiledPlan, readPlanFile } from '../plan/file.ts';
import { ordering } from '../plan/order.ts';
import type { Action, Operation } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import { applyStored, EMPTY_TALLY } from './apply-stored.ts';
import { planReleased } from './audited.ts';
import type { Engine, RunReport, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import { failureOf } from './read.ts';
import { VerbRefusal } from './refusal.ts';
import { differenceOf } from './release-difference.ts';
import { tallyReport, verdictOf } from './run.ts';
import { openTarget, writtenSystems } from './target.ts';
import { pausing } from './undo-pause.ts';
import { urgentLane } from './urgent.ts';

const PATIENCE_SECONDS = 600;
const BATCH = 200;

/** Applies the plan of a file. It is read to its end and verified before anything is written. */
export async function applyFiled(
  engine: Engine,
  lines: AsyncIterable<string>,
  watch: Watch,
): Promise<RunReport> {
  const { header, operations } = await readPlanFile(lines);
  if (header.configVersion !== engine.configVersion) {
    throw new VerbRefusal(
      'plan-config-changed',
      `the configuration has changed since this plan for ${header.target} was made`,
      'make a new one: lockstep plan --out FILE',
    );
  }
  const before = await engine.plans.find(header.id);
  if (before?.id === header.id && before.state === 'applied') {
    throw new VerbRefusal(
      'plan-applied',
      `this plan for ${header.target} was carried out already`,
      'make a new one: lockstep plan --out FILE',
    );
  }
  return writing(header.target, engine, watch, (watched) =>
    importing(header, operations, engine).then((plan) => applySeen(plan, engine, watched)),
  );
}

/** Lets a plan go that a guard holds, or a part of it; then the rest stays held. */
export async function releasePlan(
  engine: Engine,
  plan: StoredPlan,
  part: Part | undefined,
  watch: Watch,
): Promise<RunReport> {
  return writing(plan.target, engine, watch, async (watched) => {
    // A plan for some people only waits beside the newest one for everybody.
    const newest = plan.partial
      ? await engine.plans.byKey(plan.key)
      : await engine.plans.current(plan.target);
    if (newest?.key !== plan.key) throw await superseded(plan, newest, engine);
    if (newest.state !== 'held') throw notHeld(newest);
    if (newest.configVersion !== engine.configVersion) {
      throw new VerbRefusal(
        'plan-config-changed',
        `the configuration has changed since plan ${newest.id.slice(0, 8)} was made`,
        'plan again: lockstep plan, then release what it holds',
      );
    }
    refuseExpired(newest, engine);
    if (part === undefined) await engine.plans.setState(plan.key, 'released');
    else await engine.note(planReleased(newest, partDetail(part)));
    return applySeen(newest, engine, watched, part);
  });
}

function partDetail({ only, except, actions }: Part): Readonly<Record<string, DetailValue>> {
  return {
    ...(only !== undefined && { only: only.size }),
    ...(except !== undefined && { except: except.size }),
    ...(actions !== undefined && { actions }),
  };
}

function refuseExpired(plan: StoredPlan, { targets, now }: Engine): void {
  const policy = targets.find(({ system }) => system === plan.target);
  if (policy === undefined || !hasExpired(plan, policy.holds, now())) return;
  throw new VerbRefusal(
    'plan-expired',
    `plan ${plan.id.slice(0, 8)} for ${plan.target} was held until ${expiresAt(plan, policy.holds).toISOString()}`,
    `look at what would be done today, and release that: lockstep plan ${plan.target}`,
  );
}

async function superseded(
  plan: StoredPlan,
  newest: StoredPlan | undefined,
  engine: Engine,
): Promise<VerbRefusal> {
  const old = `plan ${plan.id.slice(0, 8)} (${countsText(plan)})`;
  const remedy = `look at the newer one and release that: lockstep release ${plan.target}`;
  if (newest === undefined) return new VerbRefusal('plan-superseded', `${old} is gone`, remedy);
  const difference = await differenceOf(plan.key, newest.key, engine);
  const { added, removed, changed, first } = difference;
  const message = [
    `${old} gave way to ${newest.id.slice(0, 8)} (${countsText(newest)}, ${newest.state}): ${added} new, ${removed} gone, ${changed} otherwise`,
    ...first,
  ].join('\n  ');
  return new VerbRefusal('plan-superseded', message, remedy);
}

function notHeld({ id, state, target }: StoredPlan): VerbRefusal {
  const code = state === 'applied' || state === 'applying' ? 'plan-applied' : 'nothing-held';
  return new VerbRefusal(
    code,
    `plan ${id.slice(0, 8)} for ${target} is ${state}, not held`,
    'nothing is to be done; see lockstep status',
  );
}

function countsText({ counts }: StoredPlan): string {
  const parts = Object.entries(counts).map(([action, count]) => `${count} ${action}`);
  return parts.join(', ') || 'nothing to do';
}

/** Makes the operations of a file rows of the store, as those of any other plan. */
async function importing(
  header: FiledPlan,
  operations: AsyncIterable<Operation>,
  { plans, configVersion, warehouse, targets, now }: Engine,
): Promise<StoredPlan> {
  const kinds = targets.filter(({ system }) => system === header.target);
  const key = await plans.begin(header.target, configVersion, now(), basisOfKinds(kinds));
  const order = ordering();
  const counts: Partial<Record<Action, number>> = {};
  let position = 0;
  let batch: Operation[] = [];
  const store = async () => {
    await plans.append(key, position, batch, []);
    position += batch.length;
    batch = [];
  };
  for await (const operation of operations) {
    order.add(operation);
    counts[operation.action] = (counts[operation.action] ?? 0) + 1;
    batch.push(operation);
    if (batch.length >= BATCH) await store();
  }
  await store();
  return plans.close(key, {
    id: header.id,
    state: 'released',
    counts,
    considered: position,
    managed: await warehouse.managed(header.target),
    holds: [],
    order: order.order(),
    partial: false,
  });
}

/** One target under its lease, as a run of its own. */
async function writing(
  target: string,
  engine: Engine,
  watch: Watch,
  work: (watch: Watch) => Promise<RunReport>,
): Promise<RunReport> {
  if (!engine.targets.some(({ system }) => system === target)) {
    throw new VerbRefusal(
      'unknown-system',
      `${target} is no target of this configuration`,
      `targets here: ${engine.targets.map(({ system }) => system).join(', ') || 'none'}`,
    );
  }
  return underLease(`write/${target}`, engine, watch, PATIENCE_SECONDS, work);
}

/**
 * Under the lease of the target: a plan that a person saw, or that nothing holds, as a run of its own.
 *
 * @param part All of it when absent; otherwise the rest stays held.
 */
export async function applySeen(
  plan: StoredPlan,
  engine: Engine,
  watch: Watch,
  part?: Part,
): Promise<RunReport> {
  const run = randomUUID();
  const startedAt = engine.now();
  await engine.ledger.beginRun(run, startedAt, 'command');
  const report = tallyReport(plan.target, engine.now);
  try {
    const policy = writtenSystems(engine).find(({ system }) => system === plan.target);
    if (policy === undefined) throw new RangeError(`${plan.target} is no target`);
    const open = await openTarget(policy, engine);
    const together = await pausing(plan, engine);
    const options = {
      run,
      reviewed: true,
      lane: urgentLane(open, engine, run, watch),
      ...(together && { together }),
      ...(part && { part: (operation: Operation) => isIn(part, operation) }),
    };
    report.applied(await applyStored(plan, open, engine, options, watch));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    report.applied({ ...EMPTY_TALLY, failure: failureOf(error) });
  }
  const { state } = (await engine.plans.byKey(plan.key)) ?? plan;
  const targets = [{ ...report.end(), plan: { ...plan, holds: [], state } }];
  const milliseconds = engine.now().getTime() - startedAt.getTime();
  const verdict = verdictOf([], targets);
  const ended: RunReport = { run, verdict, startedAt, milliseconds, readings: [], targets };
  await engine.ledger.endRun(ended);
  return ended;
}
