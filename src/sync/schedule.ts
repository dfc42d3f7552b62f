/** Runs again and again, one at a time, and tells people when something needs them. */

import type { SystemName } from '../identity/record.ts';
import { type Alert, alarm, type Look, looksOf } from './alerts.ts';
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
const DAILY_MILLISECONDS = 24 * 3_600_000;
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
    const looks = [
      ...(await oneRound(engine, schedule, turn)),
      ...(await compare(engine, schedule)),
    ];
    const old = await beside('what is old was not deleted', schedule, async () => {
      await forgetOld(engine, watch, everySeconds * 1000);
      return [];
    });
    if (began - endingsAt >= DAILY_MILLISECONDS) {
      endings = [
        ...(await endingSecrets(engine, signal)),
        ...(await beside('old entries of the audit trail were not deleted', schedule, async () => {
          await pruneAudit(engine);
          return [];
        })),
      ];
      endingsAt = began;
    }
    const standing = await beside('how everything stands was not looked at', schedule, async () => [
      ...(await silentSources(engine, schedule)),
      ...(await driftAlerts(engine)),
    ]);
    const always = { at: 'lockstep', alerts: [...old, ...standing, ...endings] };
    await raising.raise([...looks, always], signal);
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
  turn: () => Turn,
): Promise<readonly Look[]> {
  const { everySeconds } = schedule;
  const run = oneRun(engine, schedule, turn());
  const looks: (readonly Look[])[] = [];
  while (!(await endsWithin(run, everySeconds * 1000))) {
    const targets = await idleTargets(engine);
    looks.push(await oneRun(engine, schedule, turn(), targets));
  }
  return [...(await run), ...looks.flat()];
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

interface Turn {
  /** Whose turn it is; everybody's, undefined, where no system has an interval of its own. */
  readonly systems: readonly SystemName[] | undefined;
  /** Those came to nothing, and have their turn with the next round. */
  missed(systems: readonly SystemName[]): void;
}

function turns({ systems, now }: Engine, { systems: every = {} }: Schedule): () => Turn {
  const last = new Map<SystemName, number>();
  if (Object.keys(every).length === 0) return () => ({ systems: undefined, missed: () => {} });
  return () => {
    const at = now().getTime();
    const due = systems.filter((name) => {
      const before = last.get(name) ?? Number.NEGATIVE_INFINITY;
      return at - before >= (every[name] ?? 0) * 1000;
    });
    // While a run is under way, nobody has a second turn beside it.
    for (const name of due) last.set(name, at);
    return {
      systems: due,
      missed: (names) => {
        for (const name of names) if (last.get(name) === at) last.delete(name);
      },
    };
  };
}

/** @param targets All of them when absent. */
async function oneRun(
  engine: Engine,
  { watch, log }: Schedule,
  { systems, missed }: Turn,
  targets?: readonly SystemName[],
): Promise<readonly Look[]> {
  try {
    const report = await runSync(
      engine,
      { trigger: 'schedule', ...(systems && { systems }), ...(targets && { targets }) },
      watch,
    );
    missed(unserved(report, engine, targets));
    const line = lineOf(report);
    if (line !== undefined) log(line);
    return [...looksOf(report), { at: RUNS, alerts: [] }];
  } catch (error) {
    missed(systems ?? []);
    if (watch.signal.aborted) return [];
    // Another process is at work; it does what this round would have done.
    if (error instanceof VerbRefusal && error.code === 'busy') return [];
    log(`a run ended early: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    const message = 'a run ended early by a fault of Lockstep itself or of its store; see its log';
    return [{ at: RUNS, alerts: [{ event: 'failed', system: 'lockstep', message }] }];
  }
}

const RUNS = 'runs';

/** Systems that could not be read or written, or whose lane was taken. */
function unserved(
  { readings, targets }: RunReport,
  engine: Engine,
  asked: readonly SystemName[] | undefined,
): readonly SystemName[] {
  const written = writtenSystems(engine).map(({ system }) => system);
  return [
    ...readings.flatMap(({ system, failure }) => (failure === undefined ? [] : [system])),
    ...targets.flatMap(({ target, failure }) => (failure === undefined ? [] : [target])),
    ...written.filter((name) => asked?.includes(name) === false),
  ];
}

/** What is done beside runs: where it fails, that is told, and the next round comes all the same. */
async function beside(
  failed: string,
  { watch, log }: Schedule,
  work: () => Promise<readonly Alert[]>,
): Promise<readonly Alert[]> {
  try {
    return await work();
  } catch (error) {
    if (watch.signal.aborted) return [];
    log(`${failed}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    return [{ event: 'failed', system: 'lockstep', message: `${failed}; see the log of lockstep` }];
  }
}

/** Targets that are to be reconciled by now. */
async function compare(engine: Engine, { watch, log }: Schedule): Promise<readonly Look[]> {
  try {
    const reports = await reconcileDue(engine, watch);
    for (const report of reports) {
      const line = reconciledLine(report);
      if (line !== undefined) log(line);
    }
    return reports.flatMap((report) => [
      { at: `reconcile ${report.target}`, alerts: comparingFailed(report) },
      ...(report.run === undefined ? [] : looksOf(report.run)),
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
