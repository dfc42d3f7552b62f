/** Runs again and again, one at a time, and tells people when something needs them. */

import type { SystemName } from '../identity/record.ts';
import { type Alert, alarm, alertsOf } from './alerts.ts';
import { pruneAudit } from './auditing.ts';
import type { Engine, RunReport, Watch } from './engine.ts';
import { forgetOld } from './forget.ts';
import {
  comparingFailed,
  driftAlerts,
  reconcileDue,
  reconciledLine,
} from './reconcile-schedule.ts';
import { VerbRefusal } from './refusal.ts';
import { runSync } from './run.ts';
import { writtenSystems } from './target.ts';

export interface Schedule {
  readonly everySeconds: number;
  readonly watch: Watch;
  /** Systems that take part more rarely than in every round, in seconds. */
  readonly systems?: Readonly<Record<SystemName, number>>;
  /** A line for the log of the process. */
  readonly log: (line: string) => void;
}

/** Nothing fresh for so many rounds, and at least a quarter of an hour, is silence. */
const SILENT_ROUNDS = 5;
const SILENT_MILLISECONDS = 15 * 60_000;
/** Runs that take longer than their schedule still let in who waits for the lane, and asks every second. */
const BREATH_MILLISECONDS = 2000;
const SECRETS_EVERY_MILLISECONDS = 24 * 3_600_000;
const WARN_BEFORE_DAYS = 30;
const MILLISECONDS_PER_DAY = 86_400_000;

/** Until the signal aborts. A run that fails is logged and told; the next one comes all the same. */
export async function repeatRuns(engine: Engine, schedule: Schedule): Promise<void> {
  const { everySeconds, watch, log } = schedule;
  const { signal } = watch;
  const raising = alarm(engine, log);
  const turn = turns(engine, schedule);
  let endings: readonly Alert[] = [];
  let endingsAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const began = engine.now().getTime();
    const alerts = [
      ...(await oneRound(engine, schedule, turn)),
      ...(await compare(engine, schedule)),
    ];
    await forget(engine, schedule);
    if (began - endingsAt >= SECRETS_EVERY_MILLISECONDS) {
      endings = await endingSecrets(engine, signal);
      await pruneAudit(engine);
      endingsAt = began;
    }
    const silent = await silentSources(engine, schedule);
    const drift = await driftAlerts(engine);
    await raising.raise([...alerts, ...silent, ...drift, ...endings], signal);
    const wait = began + everySeconds * 1000 - engine.now().getTime();
    await engine.sleep(Math.max(wait, BREATH_MILLISECONDS), signal).catch(() => undefined);
  }
}

/**
 * A run that takes longer than a round holds up nothing: sources are read meanwhile, so that whoever
 * is urgent is known, and targets that are not at work get their turn.
 */
async function oneRound(
  engine: Engine,
  schedule: Schedule,
  turn: () => readonly SystemName[] | undefined,
): Promise<readonly Alert[]> {
  const { everySeconds } = schedule;
  const run = oneRun(engine, schedule, { systems: turn() });
  const alerts: (readonly Alert[])[] = [];
  while (!(await endsWithin(run, everySeconds * 1000))) {
    const targets = await idleTargets(engine);
    alerts.push(await oneRun(engine, schedule, { systems: turn(), targets }));
  }
  return [...(await run), ...alerts.flat()];
}

async function endsWithin(run: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const ended = run.then(() => true);
  const first = await Promise.race([ended, late]);
  clearTimeout(timer);
  return first;
}

/** Those whose lane is free. */
async function idleTargets(engine: Engine): Promise<readonly string[]> {
  const systems = writtenSystems(engine).map(({ system }) => system);
  const leases = await Promise.all(systems.map((name) => engine.ledger.lease(`write/${name}`)));
  return systems.filter((_, index) => leases[index]?.holder === undefined);
}

/** Whose turn it is; everybody's, undefined, where no system has an interval of its own. */
function turns(
  { systems, now }: Engine,
  { systems: every = {} }: Schedule,
): () => readonly SystemName[] | undefined {
  const last = new Map<SystemName, number>();
  if (Object.keys(every).length === 0) return () => undefined;
  return () => {
    const at = now().getTime();
    const due = systems.filter((name) => {
      const before = last.get(name) ?? Number.NEGATIVE_INFINITY;
      return at - before >= (every[name] ?? 0) * 1000;
    });
    for (const name of due) last.set(name, at);
    return due;
  };
}

/** @param part All of them where it names none. */
async function oneRun(
  engine: Engine,
  { watch, log }: Schedule,
  {
    systems,
    targets,
  }: {
    readonly systems: readonly SystemName[] | undefined;
    readonly targets?: readonly SystemName[];
  },
): Promise<readonly Alert[]> {
  try {
    const report = await runSync(
      engine,
      { trigger: 'schedule', ...(systems && { systems }), ...(targets && { targets }) },
      watch,
    );
    const line = lineOf(report);
    if (line !== undefined) log(line);
    return alertsOf(report);
  } catch (error) {
    if (watch.signal.aborted) return [];
    // Another process is at work; it does what this round would have done.
    if (error instanceof VerbRefusal && error.code === 'busy') return [];
    log(`a run ended early: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    const message = 'a run ended early by a fault of Lockstep itself or of its store; see its log';
    return [{ event: 'failed', system: 'lockstep', message }];
  }
}

/** All that is old, unless it takes longer than a round. */
async function forget(engine: Engine, { everySeconds, watch, log }: Schedule): Promise<void> {
  try {
    await forgetOld(engine, watch, everySeconds * 1000);
  } catch (error) {
    if (watch.signal.aborted) return;
    log(
      `what is old was not deleted: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    );
  }
}

/** Targets that are to be reconciled by now. */
async function compare(engine: Engine, { watch, log }: Schedule): Promise<readonly Alert[]> {
  try {
    const reports = await reconcileDue(engine, watch);
    for (const report of reports) {
      const line = reconciledLine(report);
      if (line !== undefined) log(line);
    }
    return reports.flatMap((report) => [
      ...comparingFailed(report),
      ...(report.run === undefined ? [] : alertsOf(report.run)),
    ]);
  } catch (error) {
    if (watch.signal.aborted) return [];
    if (error instanceof VerbRefusal) {
      if (error.code !== 'busy') log(`reconciling was refused: ${error.message}; ${error.remedy}`);
      return [];
    }
    log(
      `reconciling ended early: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    );
    return [];
  }
}

/** Quiet when there was nothing to do. */
function lineOf({ verdict, targets, readings, milliseconds }: RunReport): string | undefined {
  const parts = targets.flatMap(({ target, done, failed, failure, plan }) => {
    const counts = [...Object.entries(done), ...Object.entries(failed)];
    const texts = counts.map(([name, count]) => `${count} ${name}`);
    if (failure !== undefined) texts.push(failure.message);
    for (const { message } of plan?.holds ?? []) texts.push(`held: ${message}`);
    return texts.length === 0 ? [] : [`${target}: ${texts.join(', ')}`];
  });
  for (const { system, failure, problems = [] } of readings) {
    for (const { message } of problems) parts.push(`${system}: not taken: ${message}`);
    if (failure !== undefined) parts.push(`${system}: ${failure.message}`);
  }
  return parts.length === 0 ? undefined : `${verdict} in ${milliseconds} ms; ${parts.join('; ')}`;
}

/** Sources that were not read to their end for a while, whatever the reason. */
async function silentSources(
  engine: Engine,
  { everySeconds, systems = {} }: Schedule,
): Promise<readonly Alert[]> {
  const patience = (system: SystemName) =>
    Math.max(SILENT_ROUNDS * (systems[system] ?? everySeconds) * 1000, SILENT_MILLISECONDS);
  const now = engine.now().getTime();
  const freshness = await engine.warehouse.freshness();
  const read = freshness.filter(({ system, kind }) =>
    engine.sources.some((source) => source.system === system && source.kind === kind),
  );
  return read.flatMap(({ system, kind, readAt }): readonly Alert[] => {
    if (now - readAt.getTime() <= patience(system)) return [];
    const message = `${kind} was last read to its end at ${readAt.toISOString()}`;
    return [{ event: 'silent', system, message, remedy: 'lockstep check' }];
  });
}

async function endingSecrets(engine: Engine, signal: AbortSignal): Promise<readonly Alert[]> {
  const soon = engine.now().getTime() + WARN_BEFORE_DAYS * MILLISECONDS_PER_DAY;
  const alerts: Alert[] = [];
  for (const system of engine.systems) {
    const findings = await engine
      .connector(system)
      .then((connector) => connector.check({ signal }))
      // A system that cannot be reached says so in its runs.
      .catch(() => []);
    for (const { subject, message, expiresAt, remedy } of findings) {
      if (expiresAt === undefined || expiresAt.getTime() > soon) continue;
      const text = `the ${subject} ${message}`;
      alerts.push({
        event: 'secret-expires',
        system,
        message: text,
        ...(remedy !== undefined && { remedy }),
      });
    }
  }
  return alerts;
}
