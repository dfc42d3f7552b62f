/**
 * `npm run bench`: the main job at 10,000 and 100,000 people, stand-ins in their own processes, embedded
 * database, durable writes. Prints ratios against a limit measured in the same run, never a bare time.
 *
 * Other sizes: `npm run bench -- 2000 20000`.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { type Child, child } from './child.ts';
import type { Measured } from './engine.ts';
import type { GraphReady } from './graph.ts';
import type { RampReady } from './ramp.ts';

/** As many requests in flight as the engine has towards a target that states no limit. */
const CONCURRENCY = 16;

interface Figures {
  readonly people: number;
  readonly full: Measured;
  readonly limitPerSecond: number;
  readonly idle: readonly Measured[];
  readonly hundred: readonly Measured[];
  readonly planned: Measured;
  readonly planPeak: number;
}

const sizes = process.argv.slice(2).map(Number);
const [small = 10_000, large = 100_000] = sizes;
const first = await measured(small);
const second = small === large ? first : await measured(large);
report(first, second);

async function measured(people: number): Promise<Figures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
  try {
    await using graph = await child<GraphReady>('graph.ts', { people });
    await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'ramp') });
    const planned = await planning(folder, graph.ready);
    const config = await configuration(folder, 'engine', graph.ready, ramp.ready);
    await using engine = await child<unknown>('engine.ts', { file: config });
    note(people, 'full run');
    const full = await engine.ask<Measured>({ verb: 'run' });
    const idle = await repeatedly(5, () => engine.ask<Measured>({ verb: 'run' }));
    const hundred = await repeatedly(3, (round) => afterChanges(100, round, graph, engine));
    note(people, 'the limit');
    await using empty = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'empty') });
    await using loop = await child<unknown>('limit.ts', {
      from: ramp.ready.url,
      to: empty.ready.url,
      token: ramp.ready.token,
      concurrency: CONCURRENCY,
    });
    const bare = await loop.ask<{ milliseconds: number; created: number }>({});
    return {
      people,
      full,
      limitPerSecond: (bare.created / bare.milliseconds) * 1000,
      idle,
      hundred,
      planned,
      planPeak: planned.peakMegabytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Planning alone, in a database of its own, against an empty target. */
async function planning(folder: string, graph: GraphReady): Promise<Measured> {
  await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'unwritten') });
  const config = await configuration(folder, 'planning', graph, ramp.ready);
  await using engine = await child<unknown>('engine.ts', { file: config });
  note(0, 'planning alone');
  return engine.ask<Measured>({ verb: 'plan' });
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

async function configuration(
  folder: string,
  name: string,
  graph: GraphReady,
  ramp: RampReady,
): Promise<string> {
  const file = path.join(folder, `${name}.yaml`);
  const { tenant, clientId, clientSecret } = graph;
  const document = {
    store: `./${name}`,
    systems: {
      entra: {
        connector: 'entra',
        options: {
          tenant,
          clientId,
          secret: clientSecret,
          cloud: { authority: graph.authority, graph: graph.graph },
        },
        read: { user: {} },
      },
      ramp: {
        connector: 'scim',
        profile: 'ramp',
        options: { url: ramp.url, token: ramp.token },
        write: { user: { assigned: { entra: 'Ramp' } } },
      },
    },
  };
  await writeFile(file, stringify(document));
  return file;
}

function report(...figures: readonly [Figures, Figures]): void {
  const [smaller, larger] = figures;
  const rows = figures.flatMap(({ people, full, limitPerSecond, idle, hundred, planned }) => {
    const rate = (full.done / full.applyMilliseconds) * 1000;
    const whole = (full.done / full.milliseconds) * 1000;
    const nothing = median(idle.map(({ milliseconds }) => milliseconds));
    const some = median(hundred.map(({ milliseconds }) => milliseconds));
    const plannedPerSecond = (planned.considered / planned.planMilliseconds) * 1000;
    return [
      [
        `full run, ${count(people)} people`,
        `${count(full.done)} created, ${count(full.failed)} failed`,
      ],
      ['  writing, share of a bare loop of POSTs', percent(rate / limitPerSecond), '≥ 60 %'],
      ['  reading, planning and writing, share of it', percent(whole / limitPerSecond), '≥ 60 %'],
      ['  peak memory, share of 300 MB', percent(full.peakMegabytes / 300), '≤ 100 %'],
      ['  nothing changed, share of 1 s', percent(nothing / 1000), '≤ 100 %'],
      ['  100 changes, times a run without any', `${(some / nothing).toFixed(1)} ×`],
      [
        '  planning alone, times 10,000 people/s',
        `${(plannedPerSecond / 10_000).toFixed(1)} ×`,
        '≥ 1 ×',
      ],
    ];
  });
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
  for (const [what = '', value = '', limit = ''] of rows)
    console.log(`${what.padEnd(56)}${value.padStart(24)}   ${limit}`);
  if (process.env.BENCH_DETAILS !== undefined) console.log(JSON.stringify(figures, undefined, 1));
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
