/** Carries out a stored plan: outcomes and settlements in one transaction, health of the system after it. */

import { applyPlan } from '../apply/apply.ts';
import type { Tripped } from '../apply/breaker.ts';
import type { Finished } from '../apply/carry-out.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { Engine, SystemFailure, Watch } from './engine.ts';
import type { SystemHealth } from './ledger.ts';
import type { OpenTarget } from './target.ts';

const BATCH = 64;
const FIRST_PROBE_SECONDS = 120;
const LAST_PROBE_SECONDS = 3600;

export interface ApplyOptions {
  readonly run: string;
  /** A person looked at the plan, or it is from a file: every account is read before it is touched. */
  readonly reviewed: boolean;
  readonly lane: Lane;
}

/** Who goes ahead of a plan while it is applied. */
export interface Lane {
  /** Called between operations. */
  readonly between: () => Promise<void>;
  readonly overtaken: (identity: IdentityId) => boolean;
}

export const NOBODY_AHEAD: Lane = { between: async () => {}, overtaken: () => false };

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
  { target, connector }: OpenTarget,
  engine: Engine,
  options: ApplyOptions,
  watch: Watch,
): Promise<Tally> {
  const { plans, warehouse, ledger, boundary, now } = engine;
  const { system } = target;
  const health = await ledger.health(system);
  const closed = quarantine(health, now());
  if (closed !== undefined) return { ...EMPTY_TALLY, failure: closed };
  await plans.setState(plan.key, 'applying');
  const total = Object.values(plan.counts).reduce((sum, count) => sum + count, 0);
  const tally = {
    done: {} as Record<string, number>,
    failed: {} as Record<string, number>,
    skipped: {} as Record<string, number>,
  };
  const record = async (finished: readonly Finished[]) => {
    await engine.transaction(() => recordFinished(finished, plan, options.run, system, engine));
    await boundary('outcomes-recorded');
    // What was seen to be different is kept, so that the next plan starts from it.
    await engine.warehouse.observe(finished.flatMap(({ seen }) => seen ?? []));
    for (const { outcome } of finished) {
      count(tally, outcome);
      watch.progress({ type: 'outcome', outcome });
    }
    const { done, failed, skipped } = tally;
    const numbers = { done: sum(done), failed: sum(failed), skipped: sum(skipped), total };
    watch.progress({ type: 'applying', target: system, ...numbers });
  };
  const { tripped } = await applyPlan({
    operations: plans.operations(plan.key, BATCH),
    target,
    connector,
    reviewed: options.reviewed,
    probing: health.state === 'quarantined',
    markInFlight: async (creates) => {
      await warehouse.markInFlight(system, creates);
      await boundary('marked-in-flight');
    },
    accountOf: (identity) => warehouse.accountOf(system, identity),
    record,
    ...options.lane,
    sent: () => boundary('operation-sent'),
    now,
    random: engine.random,
    sleep: engine.sleep,
    signal: watch.signal,
  });
  await plans.setState(plan.key, 'applied');
  await ledger.setHealth(system, healthAfter(tripped, health, tally, now()));
  await boundary('plan-applied');
  if (tripped === undefined) return tally;
  const { code, message, remedy } = tripped;
  return { ...tally, failure: { code, message, ...(remedy !== undefined && { remedy }) } };
}

async function recordFinished(
  finished: readonly Finished[],
  plan: StoredPlan,
  run: string,
  system: string,
  { warehouse, ledger, now }: Engine,
): Promise<void> {
  const at = now();
  const settled = finished.flatMap(({ planned: { operation }, settlement }) => {
    if (settlement === undefined) return [];
    const { identity: id, generation } = operation;
    return [{ subject: { identity: { id }, due: { generation } }, settlement }];
  });
  await warehouse.settle(system, settled);
  const landed = finished.filter(
    ({ planned, landed: lands }) => lands === true && planned.operation.action === 'create',
  );
  await warehouse.clearInFlight(system, landed.map(identityOf));
  await warehouse.makeDue(
    system,
    finished.filter(({ replan }) => replan === true).map(identityOf),
    'retry',
  );
  const written = finished.filter(({ outcome }) => outcome.type === 'done');
  await ledger.spendRelease(system, written.map(identityOf));
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

function identityOf({ planned }: Finished): string {
  return planned.operation.identity;
}

/** Why the system is not written to now, if it is not. */
function quarantine(health: SystemHealth, now: Date): SystemFailure | undefined {
  const { state, probeAt, code, message } = health;
  if (state !== 'quarantined' || probeAt === undefined || probeAt <= now) return undefined;
  return {
    code: 'quarantined',
    message: `not written to until ${probeAt.toISOString()}: ${message ?? code ?? 'it failed'}`,
  };
}

/** Quarantine ends by itself with the first operation that succeeds; until then it is tried ever more rarely. */
function healthAfter(
  tripped: Tripped | undefined,
  before: SystemHealth,
  { done }: Pick<Tally, 'done'>,
  now: Date,
): SystemHealth {
  if (tripped === undefined) {
    return sum(done) > 0 || before.state === 'well' ? { state: 'well', attempts: 0 } : before;
  }
  const { code, message, retryAfterSeconds = 0 } = tripped;
  const seconds = Math.min(FIRST_PROBE_SECONDS * 2 ** before.attempts, LAST_PROBE_SECONDS);
  return {
    state: 'quarantined',
    code,
    message,
    since: before.since ?? now,
    probeAt: new Date(now.getTime() + Math.max(seconds, retryAfterSeconds) * 1000),
    attempts: before.attempts + 1,
  };
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

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
