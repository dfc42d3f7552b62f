/** Carries out a stored plan: outcomes and settlements in one transaction, health of the system after it. */

import { applyPlan, type Overtaking } from '../apply/apply.ts';
import type { Finished } from '../apply/carry-out.ts';
import { doubtOf } from '../apply/doubt.ts';
import type { Outcome } from '../apply/outcome.ts';
import { type Pace, pace } from '../apply/pace.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, IdentityRecord } from '../identity/record.ts';
import type { Action, Operation } from '../plan/plan.ts';
import type { PlannedOperation, StoredPlan } from '../plan/plans.ts';
import { tally as activity } from '../plan/window.ts';
import type { Engine, SystemFailure, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import { healthAfter, quarantine } from './health.ts';
import { keepRest } from './rest.ts';
import type { OpenTarget } from './target.ts';

const BATCH = 64;

export interface ApplyOptions {
  readonly run: string;
  /** A person looked at the plan, or it is from a file: every account is read before it is touched. */
  readonly reviewed: boolean;
  readonly lane: Lane;
  /** Sent beside another plan that is under way there, ahead of what waits. */
  readonly ahead?: true;
  /** Only these of what is left of the plan; the rest stays held. */
  readonly part?: (operation: Operation) => boolean;
  /** Made durable together with the outcomes it is told. */
  readonly together?: (finished: readonly Finished[]) => Promise<void>;
}

/** Who goes ahead of a plan while it is applied; called between operations. */
export type Lane = (plan: Overtaking) => Promise<void>;

export const NOBODY_AHEAD: Lane = async () => {};

export interface Tally {
  readonly done: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  /** The system as a whole would not be written to. */
  readonly failure?: SystemFailure;
}

export const EMPTY_TALLY: Tally = { done: {}, failed: {}, skipped: {} };

export async function applyStored(
  plan: StoredPlan,
  { target, connector, pace: turns }: OpenTarget,
  engine: Engine,
  options: ApplyOptions,
  watch: Watch,
): Promise<Tally> {
  const { plans, warehouse, ledger, boundary, now } = engine;
  const { system } = target;
  const health = await ledger.health(system);
  const closed = quarantine(health, now());
  if (closed !== undefined) return { ...EMPTY_TALLY, failure: closed };
  const probing = health.state === 'quarantined';
  const operations = await chosen(plan, options.part, engine);
  if (options.part === undefined) {
    await fenced(engine, watch, () => plans.setState(plan.key, 'applying'));
  }
  const began = now().getTime();
  const tally = {
    done: {} as Record<string, number>,
    failed: {} as Record<string, number>,
    skipped: {} as Record<string, number>,
  };
  const carried: Partial<Record<Action, number>> = {};
  const record = async (finished: readonly Finished[]) => {
    await fenced(engine, watch, async () => {
      await recordFinished(finished, plan, options, system, engine);
      await options.together?.(finished);
    });
    await boundary('outcomes-recorded');
    // What was seen to be different is kept, so that the next plan starts from it.
    await engine.warehouse.observe(finished.flatMap(observed));
    for (const { outcome } of finished) {
      count(tally, outcome);
      if (isTried(outcome)) add(carried, outcome.operation.action);
      watch.progress({ type: 'outcome', outcome });
    }
    const { done, failed, skipped } = tally;
    const numbers = { done: sum(done), failed: sum(failed), skipped: sum(skipped) };
    const { total } = operations;
    const ended = numbers.done + numbers.failed + numbers.skipped;
    watch.progress({
      type: 'applying',
      target: system,
      ...numbers,
      total,
      ...secondsLeft(total - ended, ended, now().getTime() - began, target.traits),
    });
  };
  const { tripped } = await applyPlan({
    operations: operations.batches,
    target,
    connector,
    reviewed: options.reviewed,
    probing,
    pace: probing ? oneAtATime(engine) : turns,
    ahead: options.ahead === true,
    markInFlight: async (creates) => {
      await fenced(engine, watch, async () => {
        await warehouse.markInFlight(system, creates);
      });
      await boundary('marked-in-flight');
    },
    clearInFlight: (identities) =>
      fenced(engine, watch, () => warehouse.clearInFlight(system, identities)),
    accountOf: (identity) => warehouse.accountOf(system, identity),
    record,
    between: options.lane,
    sent: () => boundary('operation-sent'),
    now,
    random: engine.random,
    signal: watch.signal,
  });
  await fenced(engine, watch, async () => {
    if (tripped?.held) {
      const holds = [{ guard: 'failure-rate' as const, message: tripped.message }];
      // Of a part that stopped, what waited before waits for the same reasons still.
      const before = options.part === undefined ? [] : plan.holds;
      await keepRest(plan, [...holds, ...before], carried, engine);
    } else if (options.part !== undefined) await keepRest(plan, plan.holds, carried, engine);
    else await plans.setState(plan.key, 'applied');
    const after = healthAfter(tripped, health, sum(tally.done), engine.configVersion, now());
    // One person who was taken ahead says nothing of what went wrong for many.
    const keeps = options.ahead && tripped === undefined && health.stopped !== undefined;
    await ledger.setHealth(system, keeps ? { ...after, stopped: health.stopped } : after);
  });
  await boundary('plan-applied');
  if (tripped === undefined) return tally;
  const { code, message, remedy } = tripped;
  return { ...tally, failure: { code, message, ...(remedy !== undefined && { remedy }) } };
}

/** What of the plan is carried out, and how much that is. */
async function chosen(
  { key, counts, carried }: StoredPlan,
  part: ApplyOptions['part'],
  { plans }: Engine,
): Promise<{
  readonly batches: AsyncIterable<readonly PlannedOperation[]>;
  readonly total: number;
}> {
  if (part === undefined) {
    const total = sum(counts) - sum(carried ?? {});
    const whole = carried === undefined;
    return { total, batches: whole ? plans.operations(key, BATCH) : plans.left(key, BATCH) };
  }
  let total = 0;
  for await (const batch of plans.leftContent(key, BATCH)) total += batch.filter(part).length;
  return { total, batches: only(plans.left(key, BATCH), part) };
}

async function* only(
  batches: AsyncIterable<readonly PlannedOperation[]>,
  part: (operation: Operation) => boolean,
): AsyncGenerator<readonly PlannedOperation[]> {
  for await (const batch of batches) {
    const those = batch.filter(({ operation }) => part(operation));
    if (those.length > 0) yield those;
  }
}

/** While nobody knows whether the system is well again. */
function oneAtATime({ now, sleep }: Engine): Pace {
  return pace({ maxConcurrency: 1, now: () => now().getTime(), sleep });
}

/** Whether it was carried out, as well as it could be: what was never sent is left of its plan. */
function isTried(outcome: Outcome): boolean {
  if (outcome.type !== 'skipped') return true;
  return outcome.why === 'moved' || outcome.why === 'superseded';
}

/** By the pace so far, and never less than the target's own limit allows. */
function secondsLeft(
  left: number,
  ended: number,
  milliseconds: number,
  { requestsPerSecond }: OpenTarget['target']['traits'],
): { readonly secondsLeft?: number } {
  if (ended === 0 || milliseconds <= 0) return {};
  const paced = (left * milliseconds) / ended / 1000;
  const limited = requestsPerSecond === undefined ? 0 : left / requestsPerSecond;
  return { secondsLeft: Math.round(Math.max(paced, limited)) };
}

async function recordFinished(
  finished: readonly Finished[],
  plan: StoredPlan,
  { run, reviewed }: ApplyOptions,
  system: string,
  { warehouse, ledger, now }: Engine,
): Promise<void> {
  const at = now();
  const settled = finished.flatMap(({ planned: { operation }, settlement }) => {
    if (settlement === undefined || operation.unowned) return [];
    const { identity: id, generation } = operation;
    return [{ subject: { identity: { id }, due: { generation } }, settlement }];
  });
  await warehouse.settle(system, settled, run);
  await warehouse.doubt(
    system,
    finished.flatMap(({ doubtful, planned: { operation } }) =>
      doubtful ? (doubtOf(operation) ?? []) : [],
    ),
  );
  await warehouse.settleMemberships(
    system,
    finished.flatMap(({ memberships = [] }) => memberships),
  );
  const landed = finished.filter(
    ({ planned, landed: lands }) => lands === true && planned.operation.action === 'create',
  );
  await warehouse.clearInFlight(system, landed.map(identityOf));
  await warehouse.markRefused(
    system,
    finished.flatMap(({ outcome }) => refusedCreate(outcome) ?? []),
  );
  await warehouse.makeDue(
    system,
    finished.filter(({ replan, planned }) => replan && !planned.operation.unowned).map(identityOf),
    'retry',
  );
  const written = finished.filter(({ outcome }) => outcome.type === 'done');
  await ledger.spendRelease(system, written.map(identityOf));
  // What a person looked at is not what the guards watch for.
  if (!reviewed) {
    const counted = activity();
    for (const { outcome } of written) counted.add(outcome.operation);
    await ledger.addActivity(system, at, counted.counts);
  }
  await ledger.recordOutcomes(
    finished.map(({ planned: { position }, outcome }) => ({
      at,
      run,
      plan: plan.key,
      position,
      outcome,
    })),
  );
}

/** Of a create that was refused because such an account is there: it may have made it itself. */
function refusedCreate(
  outcome: Outcome,
): { readonly identity: IdentityId; readonly asked: Attributes } | undefined {
  const { operation } = outcome;
  if (outcome.type !== 'failed' || outcome.failure.kind !== 'conflict') return undefined;
  if (operation.action !== 'create' || operation.unowned) return undefined;
  return { identity: operation.identity, asked: operation.attributes };
}

function identityOf({ planned }: Finished): string {
  return planned.operation.identity;
}

/** Records that no settlement keeps: met on the way, or of an account that is nobody's. */
function observed({ seen, outcome, planned: { operation } }: Finished): readonly IdentityRecord[] {
  const nobodys = operation.unowned || ('unlinks' in operation && operation.unlinks);
  const answered = nobodys && outcome.type === 'done' ? outcome.record : undefined;
  return [seen, answered].filter((record) => record !== undefined);
}

function count(
  tally: Record<'done' | 'failed' | 'skipped', Record<string, number>>,
  outcome: Finished['outcome'],
): void {
  switch (outcome.type) {
    case 'done':
      add(tally.done, outcome.operation.action);
      break;
    case 'failed':
      add(tally.failed, outcome.failure.code);
      break;
    case 'skipped':
      add(tally.skipped, outcome.why);
      break;
  }
}

function add(counts: Partial<Record<string, number>>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
