/**
 * One synchronization run, in three steps with a durable state between them: read what changed,
 * plan what is due, apply the plan. A run that dies in any step is continued by the next one.
 */

import { randomUUID } from 'node:crypto';
import { ConnectorError } from '../connectors/spi/index.ts';
import { hasExpired } from '../plan/approval.ts';
import { isHeldBy, type WithheldReading } from '../plan/guards.ts';
import type { Hold } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { TargetPolicy } from '../plan/target.ts';
import { type ApplyOptions, applyStored, EMPTY_TALLY, sum, type Tally } from './apply-stored.ts';
import type {
  Engine,
  ReadingReport,
  RunReport,
  SourceJob,
  TargetReport,
  Verdict,
  Watch,
} from './engine.ts';
import { firstLook } from './first-look.ts';
import { forgetSome } from './forget.ts';
import { healthAfterSilence, quarantine } from './health.ts';
import { underLease } from './lease.ts';
import { listNamed } from './named.ts';
import { failureOf, readSource } from './read.ts';
import {
  type OpenTarget,
  openTarget,
  type PlanOptions,
  planDue,
  writtenSystems,
} from './target.ts';
import { urgentLane } from './urgent.ts';
import type { RunRequest } from './verbs.ts';

/** References that arrived, conflicts and moved accounts are followed up at once, not for ever. */
const PASSES = 3;
const PATIENCE_SECONDS = 600;
/** Somebody may be waiting for the run to end. */
const FORGETTING_MILLISECONDS = 500;

export async function runSync(
  engine: Engine,
  request: RunRequest,
  watch: Watch,
): Promise<RunReport> {
  const run = request.run ?? randomUUID();
  const startedAt = engine.now();
  await engine.ledger.beginRun(run, startedAt, request.trigger);
  const takesPart = ({ system }: { readonly system: string }) =>
    request.systems?.includes(system) ?? true;
  await listNamed(engine, watch);
  const readings = await readSources(
    engine.sources
      .filter(takesPart)
      .filter(({ system }) => request.sources?.includes(system) ?? true),
    engine,
    request.full ?? false,
    { ...watch, run },
  );
  const targets = await Promise.all(
    writtenSystems(engine)
      .filter(takesPart)
      .filter(({ system }) => request.targets?.includes(system) ?? true)
      .map((policy) => runTarget(policy, engine, { ...request, run, readings }, watch)),
  );
  const milliseconds = engine.now().getTime() - startedAt.getTime();
  const verdict = verdictOf(readings, targets);
  const report = { run, verdict, startedAt, milliseconds, readings, targets };
  await engine.ledger.endRun(report);
  await forgetSome(engine, watch, FORGETTING_MILLISECONDS);
  return report;
}

/** Systems side by side, the kinds of one in their order; one that cannot be read holds up no other. */
export async function readSources(
  jobs: readonly SourceJob[],
  engine: Engine,
  full: boolean,
  watch: Watch,
): Promise<readonly ReadingReport[]> {
  const systems = [...new Set(jobs.map(({ system }) => system))];
  const reports = await Promise.all(
    systems.map((system) =>
      underLease(`read/${system}`, engine, watch, PATIENCE_SECONDS, async (watched) => {
        const done: ReadingReport[] = [];
        for (const job of jobs.filter((each) => each.system === system)) {
          done.push(await readSource(job, engine, full, watched));
        }
        return done;
      }),
    ),
  );
  return reports.flat();
}

interface TargetRun extends RunRequest {
  readonly run: string;
  readonly readings: readonly ReadingReport[];
}

async function runTarget(
  policy: TargetPolicy,
  engine: Engine,
  { run, readings, trigger }: TargetRun,
  watch: Watch,
): Promise<TargetReport> {
  return underLease(`write/${policy.system}`, engine, watch, PATIENCE_SECONDS, async (watched) => {
    const report = tallyReport(policy.system, engine.now);
    try {
      // A person who types a run lets a first plan go; the schedule does not.
      const waiting = trigger === 'command' ? undefined : await stillHeld(policy, engine, readings);
      if (waiting !== undefined) {
        report.planned(waiting, {});
        return report.end();
      }
      const closed = quarantine(await engine.ledger.health(policy.system), engine.now());
      if (closed !== undefined) {
        // Looking for accounts would ask it as well.
        report.applied({ ...EMPTY_TALLY, failure: closed });
        return report.end();
      }
      const open = await openTarget(policy, engine);
      const options: PlanOptions = {
        typed: trigger === 'command',
        withheld: withheldOf(readings),
        listed: await firstLook(
          open,
          engine,
          readings.some((each) => isListing(each, policy)),
          watched,
        ),
        settles: true,
      };
      for (let pass = 1; pass <= PASSES; pass++) {
        const planned = await planDue(open, engine, options, watched);
        report.planned(planned?.plan, planned?.omitted ?? {});
        if (planned === undefined) break;
        const part = partOf(planned.plan, policy);
        if (part === NOTHING) break;
        const tally = await applyUrgently(planned.plan, part, open, engine, run, watched);
        report.applied(tally);
        if (tally.failure !== undefined || watched.signal.aborted) break;
        if (planned.plan.holds.length > 0) break;
      }
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      const { ledger, configVersion, now } = engine;
      const before = await ledger.health(policy.system);
      const after = healthAfterSilence(error, before, configVersion, now());
      await ledger.setHealth(policy.system, after);
      report.applied({ ...EMPTY_TALLY, failure: failureOf(error) });
    }
    return report.end();
  });
}

/** A held plan that nothing has changed since: planning everybody again would say the same. */
async function stillHeld(
  { system, holds }: TargetPolicy,
  { plans, warehouse, configVersion, now }: Engine,
  readings: readonly ReadingReport[],
): Promise<StoredPlan | undefined> {
  const changed = readings.some(
    ({ result, failure }) =>
      failure !== undefined ||
      result === undefined ||
      result.added + result.changed + result.removed > 0 ||
      result.withheld !== undefined,
  );
  if (changed) return undefined;
  const plan = await plans.current(system);
  if (plan?.state !== 'held' || plan.configVersion !== configVersion) return undefined;
  if (hasExpired(plan, holds, now())) return undefined;
  const due = await warehouse.dueCount(system, now());
  if ((await warehouse.membershipsDue(system, now())) > 0) return undefined;
  return due === operationsOf(plan) ? plan : undefined;
}

/** Operations that wait. */
function operationsOf({ counts, carried = {} }: StoredPlan): number {
  return sum(counts) - sum(carried);
}

/** Nothing at all; told from everything, which is `undefined`. */
const NOTHING = 'nothing';

type Part = ApplyOptions['part'] | typeof NOTHING;

/** What of a plan may go on at once: all of it, or what no guard is about where that is configured. */
function partOf({ holds }: StoredPlan, policy: TargetPolicy): Part {
  if (holds.length === 0) return undefined;
  if (policy.holds.rest === 'wait' || holds.some(isAboutEverything)) return NOTHING;
  return (operation) => !holds.some((hold) => isHeldBy(hold, operation));
}

function isAboutEverything({ actions, people, path }: Hold): boolean {
  return actions === undefined && people === undefined && path === undefined;
}

function applyUrgently(
  plan: StoredPlan,
  part: ApplyOptions['part'],
  open: OpenTarget,
  engine: Engine,
  run: string,
  watch: Watch,
): Promise<Tally> {
  const lane = urgentLane(open, engine, run, watch);
  const options = { run, reviewed: false, lane, ...(part !== undefined && { part }) };
  return applyStored(plan, open, engine, options, watch);
}

/** Several passes over one target, added up. */
export function tallyReport(
  target: string,
  now: () => Date,
): {
  planned(plan: StoredPlan | undefined, omitted: Readonly<Record<string, number>>): void;
  applied(tally: Tally): void;
  end(): TargetReport;
} {
  let last = now().getTime();
  let report: TargetReport = {
    target,
    done: {},
    failed: {},
    skipped: {},
    omitted: {},
    planMilliseconds: 0,
    applyMilliseconds: 0,
  };
  const lap = () => {
    const began = last;
    last = now().getTime();
    return last - began;
  };
  return {
    planned: (plan, omitted) => {
      report = {
        ...report,
        ...(report.plan === undefined && plan !== undefined && { plan }),
        // Later passes look at few; who was out or in sync is counted where everybody was looked at.
        omitted: Object.keys(report.omitted).length === 0 ? omitted : report.omitted,
        planMilliseconds: report.planMilliseconds + lap(),
      };
    },
    applied: ({ done, failed, skipped, failure }) => {
      report = {
        ...report,
        done: plus(report.done, done),
        failed: plus(report.failed, failed),
        skipped: plus(report.skipped, skipped),
        ...(failure !== undefined && { failure }),
        applyMilliseconds: report.applyMilliseconds + lap(),
      };
    },
    end: () => report,
  };
}

function plus(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const total: Record<string, number> = { ...a };
  for (const [key, count] of Object.entries(b)) total[key] = (total[key] ?? 0) + count;
  return total;
}

export function withheldOf(readings: readonly ReadingReport[]): readonly WithheldReading[] {
  return readings.flatMap(({ system, kind, result }) =>
    result?.withheld === undefined ? [] : [{ system, kind, ...result.withheld }],
  );
}

export function isListing(
  { system, kind, mode, result }: ReadingReport,
  target: TargetPolicy,
): boolean {
  return (
    system === target.system && kind === target.kind && mode === 'full' && result !== undefined
  );
}

export function verdictOf(
  readings: readonly ReadingReport[],
  targets: readonly Pick<TargetReport, 'plan' | 'failed' | 'failure'>[],
): Verdict {
  const failed =
    readings.some(({ failure }) => failure !== undefined) ||
    targets.some((target) => target.failure !== undefined || sum(target.failed) > 0);
  if (failed) return 'failed';
  const held =
    targets.some(({ plan }) => plan !== undefined && plan.holds.length > 0) ||
    withheldOf(readings).length > 0;
  return held ? 'held' : 'done';
}
