/**
 * Reads one kind of one system into the warehouse. An interruption is waited out and the reading
 * goes on where its last page ended; a failure that stays is a report, and the other systems go on.
 */

import { type ChangePage, type Connector, ConnectorError } from '../connectors/spi/index.ts';
import type { Problem } from '../identity/problem.ts';
import type { Reading, ReadingResult } from '../warehouse/warehouse.ts';
import type { Engine, ReadingReport, SourceJob, SystemFailure, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import { gathered, withFollowing } from './gathered.ts';

const TRIES = 5;
const LONGEST_PAUSE_SECONDS = 120;
const MOST_PROBLEMS = 20;

export async function readSource(
  job: SourceJob,
  engine: Engine,
  full: boolean,
  watch: Watch,
): Promise<ReadingReport> {
  const { system, kind } = job;
  const began = engine.now().getTime();
  let mode: Reading['mode'] = 'full';
  const problems: SystemFailure[] = [];
  const report = (part: Pick<ReadingReport, 'result' | 'failure'>): ReadingReport => {
    const milliseconds = engine.now().getTime() - began;
    const found = problems.length > 0 && { problems };
    const reading = { system, kind, mode, milliseconds, ...part, ...found };
    watch.progress({ type: 'read', reading });
    return reading;
  };
  let tries = 0;
  let startOver = full;
  for (;;) {
    try {
      const connector = await engine.connector(system);
      if (startOver) {
        await fenced(engine, watch, () => engine.warehouse.forgetWatermark(system, kind));
      }
      startOver = false;
      const since = await engine.warehouse.watermark(system, kind);
      const changes = since !== undefined && connector.readChanges !== undefined;
      const begun = await engine.warehouse.beginReading(
        system,
        kind,
        changes ? 'changes' : 'full',
        watch.fence,
      );
      const reading = watch.run === undefined ? begun : { ...begun, run: watch.run };
      mode = reading.mode;
      const pages = changes
        ? connector.readChanges?.(kind, since, {
            ...readOptions(job, watch),
            ...(reading.continued && { continues: true }),
          })
        : readFully(connector, job, watch);
      const { visibilityLagSeconds = 0 } = connector.traits ?? {};
      const fresh = new Date(began - visibilityLagSeconds * 1000);
      return report({
        result: await absorbAll(noting(pages ?? none(), problems), reading, fresh, engine, watch),
      });
    } catch (error) {
      if (!(error instanceof ConnectorError) || watch.signal.aborted) throw error;
      tries++;
      if (error.kind === 'watermark-expired' && tries < TRIES) {
        startOver = true;
        continue;
      }
      const pause = pauseSeconds(error, tries, engine.random());
      if (pause === undefined) return report({ failure: failureOf(error) });
      watch.progress({ type: 'waiting', system, seconds: pause, message: error.message });
      await engine.sleep(pause * 1000, watch.signal);
    }
  }
}

function readFully(connector: Connector, job: SourceJob, watch: Watch): AsyncIterable<ChangePage> {
  const pages = connector.read?.(job.kind, readOptions(job, watch));
  if (pages !== undefined) return pages;
  throw new ConnectorError('invalid', `read ${job.kind} of ${job.system}: it cannot be read`, {
    code: 'not-offered',
    remedy: `take read.${job.kind} out of ${job.system}, or use a connector that has it`,
  });
}

async function* none(): AsyncGenerator<ChangePage> {}

/** Keeps what could not be taken, for whoever reads the report. */
async function* noting(
  pages: AsyncIterable<ChangePage>,
  problems: SystemFailure[],
): AsyncGenerator<ChangePage> {
  for await (const page of pages) {
    const room = MOST_PROBLEMS - problems.length;
    for (const problem of page.problems?.slice(0, room) ?? []) problems.push(failureOf(problem));
    yield page;
  }
}

function readOptions(
  { attributes, applications }: SourceJob,
  { signal }: Watch,
): {
  readonly signal: AbortSignal;
  readonly attributes?: readonly string[];
  readonly applications?: readonly string[];
} {
  return {
    signal,
    ...(attributes.length > 0 && { attributes }),
    ...(applications.length > 0 && { applications }),
  };
}

/** @param fresh What we wrote since then ourselves may not be shown yet: that is no proof of its absence. */
async function absorbAll(
  pages: AsyncIterable<ChangePage>,
  reading: Reading,
  fresh: Date,
  engine: Engine,
  watch: Watch,
): Promise<ReadingResult> {
  const { warehouse, drift, targets, boundary } = engine;
  const { progress, fence } = watch;
  const { system, kind, mode } = reading;
  let read = 0;
  let complete = false;
  for await (const { page, following } of withFollowing(gathered(pages))) {
    await warehouse.absorb(reading, page, { fence, following });
    await boundary('page-absorbed');
    complete ||= page.complete === true;
    read += page.changes.length;
    const total = page.total === undefined ? {} : { total: page.total };
    progress({ type: 'reading', system, kind, mode, read, ...total });
  }
  const written = targets.some((target) => target.system === system && target.kind === kind);
  if (written && mode === 'full') {
    await fenced(engine, watch, () => drift.spare({ target: system, kind }, reading.id, fresh));
  }
  const result = await warehouse.endReading(reading, complete, fence);
  await boundary('reading-ended');
  return result;
}

/** Undefined: waiting would not help, or not within a run. */
function pauseSeconds(error: ConnectorError, tries: number, draw: number): number | undefined {
  if (error.kind !== 'throttled' && error.kind !== 'unreachable') return undefined;
  if (tries >= TRIES || error.general) return undefined;
  const seconds = error.retryAfterSeconds ?? 0.5 * 2 ** (tries - 1) * (1 + draw);
  return seconds > LONGEST_PAUSE_SECONDS ? undefined : seconds;
}

export function failureOf({
  code,
  message,
  remedy,
}: Pick<ConnectorError | Problem, 'code' | 'message' | 'remedy'>): SystemFailure {
  return { code, message, ...(remedy !== undefined && { remedy }) };
}
