/**
 * `npm run bench`: the main job at 10,000 and 100,000 people, stand-ins in their own processes, embedded
 * database, durable writes. Prints ratios against a limit measured in the same run, never a bare time.
 *
 * Other sizes: `npm run bench -- 2000 20000`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_CONCURRENCY } from '../src/sync/target.ts';
import { AS_PRODUCT, type Child, child } from './child.ts';
import { configuration } from './configuration.ts';
import type { Measured } from './engine.ts';
import type { GraphReady } from './graph.ts';
import type { Bare } from './limit.ts';
import type { LogCost } from './log.ts';
import type { RampReady } from './ramp.ts';
import { type Reconciled, reconciling } from './reconcile.ts';

/** Accounts that are compared: enough for the pace, which does not change with their number. */
const RECONCILED = 20_000;

interface Figures {
  readonly people: number;
  readonly full: Measured;
  /** Right after the full run, and at the end: a machine is not equally fast all the time. */
  readonly limits: readonly Bare[];
  readonly explained: readonly { readonly milliseconds: number }[];
  readonly log: LogCost;
  readonly idle: readonly Measured[];
  readonly hundred: readonly Measured[];
  readonly planned: Measured;
}

const sizes = process.argv.slice(2).map(Number);
const [small = 10_000, large = 100_000] = sizes;
const first = await measured(small);
const second = small === large ? first : await measured(large);
note(RECONCILED, 'accounts reconciled');
const compared = await reconciling(RECONCILED);
report(compared, first, second);

async function measured(people: number): Promise<Figures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
  try {
    await using graph = await child<GraphReady>('graph.ts', { people });
    await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'ramp') });
    const planned = await planning(folder, graph.ready);
    const config = await configuration(folder, 'engine', graph.ready, ramp.ready);
    await using engine = await child<unknown>('engine.ts', { file: config }, AS_PRODUCT);
    note(people, 'full run');
    const full = await engine.ask<Measured>({ verb: 'run' });
    const limits = [await bareLoop(folder, 'limit-1', ramp.ready)];
    const log = await engine.ask<LogCost>({ verb: 'log' });
    const idle = await repeatedly(5, () => engine.ask<Measured>({ verb: 'run' }));
    const hundred = await repeatedly(3, (round) => afterChanges(100, round, graph, engine));
    const explained = await repeatedly(20, (index) =>
      engine.ask<{ milliseconds: number }>({ verb: 'explain', person: graph.ready.names[index] }),
    );
    limits.push(await bareLoop(folder, 'limit-2', ramp.ready));
    return { people, full, limits, log, idle, hundred, explained, planned };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the full run wrote, once more, by a loop that does nothing else. */
async function bareLoop(folder: string, name: string, written: RampReady): Promise<Bare> {
  note(0, 'the limit');
  await using empty = await child<RampReady>('ramp.ts', { folder: path.join(folder, name) });
  await using loop = await child<unknown>(
    'limit.ts',
    {
      from: written.url,
      to: empty.ready.url,
      token: written.token,
      concurrency: DEFAULT_CONCURRENCY,
    },
    AS_PRODUCT,
  );
  // Awaited here: the processes end when this function does.
  return await loop.ask<Bare>({});
}

/** Planning alone, in a database of its own, against an empty target. */
async function planning(folder: string, graph: GraphReady): Promise<Measured> {
  await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'unwritten') });
  const config = await configuration(folder, 'planning', graph, ramp.ready);
  await using engine = await child<unknown>('engine.ts', { file: config }, AS_PRODUCT);
  note(0, 'planning alone');
  return await engine.ask<Measured>({ verb: 'plan' });
}

async function afterChanges(
  people: number,
  round: number,
  graph: Child<GraphReady>,
  engine: Child<unknown>,
): Promise<Measured> {
  await graph.ask({ people, round });
  return engine.ask<Measured>({ verb: 'run' });
}

async function repeatedly<Value>(
  times: number,
  work: (round: number) => Promise<Value>,
): Promise<readonly Value[]> {
  const results: Value[] = [];
  for (let round = 0; round < times; round++) results.push(await work(round));
  return results;
}

function report(compared: Reconciled, ...figures: readonly [Figures, Figures]): void {
  const [smaller, larger] = figures;
  const rows = figures.flatMap(
    ({ people, full, limits, log, idle, hundred, explained, planned }) => {
      const bare = mean(limits.map(({ created, milliseconds }) => (created / milliseconds) * 1000));
      const bareCpu = mean(limits.map(({ created, cpuMilliseconds }) => cpuMilliseconds / created));
      const spread = Math.abs(
        (limits[0]?.milliseconds ?? 0) / (limits[1]?.milliseconds ?? Number.NaN) - 1,
      );
      const rate = (full.done / full.applyMilliseconds) * 1000;
      const whole = (full.done / full.milliseconds) * 1000;
      const nothing = median(idle.map(({ milliseconds }) => milliseconds));
      const some = median(hundred.map(({ milliseconds }) => milliseconds));
      const why = median(explained.map(({ milliseconds }) => milliseconds));
      const plannedPerSecond = (planned.considered / planned.planMilliseconds) * 1000;
      return [
        [
          `full run, ${count(people)} people`,
          `${count(full.done)} created, ${count(full.failed)} failed`,
        ],
        ['  writing, share of a bare loop of POSTs', percent(rate / bare), '≥ 60 %'],
        ['  reading, planning and writing, share of it', percent(whole / bare), '≥ 60 %'],
        [
          "  the loop's processor time, share of the engine's",
          percent((bareCpu * full.done) / full.cpuMilliseconds),
        ],
        ['  the two loops differ by', percent(spread)],
        [
          '  plan, outcomes and log, share of the processor time',
          percent((log.whole * full.done) / 1000 / full.cpuMilliseconds),
        ],
        [
          '  of that, what the log keeps beside them',
          percent((log.evidence * full.done) / 1000 / full.cpuMilliseconds),
          '≤ 5 %',
        ],
        ['  peak memory, share of 300 MB', percent(full.peakMegabytes / 300), '≤ 100 %'],
        ['  nothing changed, share of 1 s', percent(nothing / 1000), '≤ 100 %'],
        ['  100 changes, times a run without any', `${(some / nothing).toFixed(1)} ×`],
        ['  why somebody is as she is, share of 50 ms', percent(why / 50), '≤ 100 %'],
        [
          '  planning alone, times 10,000 people/s',
          `${(plannedPerSecond / 10_000).toFixed(2)} ×`,
          '≥ 1 ×',
        ],
      ];
    },
  );
  const growth = larger.full.peakMegabytes / smaller.full.peakMegabytes;
  const slower =
    median(larger.idle.map(({ milliseconds }) => milliseconds)) /
    median(smaller.idle.map(({ milliseconds }) => milliseconds));
  rows.push([
    `memory at ${count(larger.people)}, times that at ${count(smaller.people)}`,
    `${growth.toFixed(2)} ×`,
    '≤ 1.2 ×',
  ]);
  rows.push([
    `nothing changed at ${count(larger.people)}, times that at ${count(smaller.people)}`,
    `${slower.toFixed(2)} ×`,
  ]);
  rows.push(
    [`reconciling, ${count(compared.accounts)} accounts`, ''],
    ['  as written, share of 2 min for 250,000', percent(compared.asWritten), '≤ 100 %'],
    ["  all of them nobody's, share of it", percent(compared.nobodys), '≤ 100 %'],
  );
  for (const [what = '', value = '', limit = ''] of rows)
    console.log(`${what.padEnd(56)}${value.padStart(24)}   ${limit}`);
  if (process.env.BENCH_DETAILS !== undefined) console.log(JSON.stringify(figures, undefined, 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function note(people: number, what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${people > 0 ? count(people) : ''} ${what} …\n`);
}
