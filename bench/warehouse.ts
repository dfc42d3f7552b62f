/**
 * `npm run bench:warehouse`: two sources absorbed, joined and merged, on both databases, by employee
 * number and by what is alike. Prints shares of a limit measured in the same run, a bare bulk upsert of
 * the rows that were written, and shares of budgets; never a bare time.
 *
 * Other numbers of records: `npm run bench:warehouse -- 10000 1000000`; a part of it with `sqlite`,
 * `postgresql`, `exact` or `similar` behind them.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newestPrograms, startPostgres } from '../test/services/postgres-server.ts';
import { AS_PRODUCT, child } from './child.ts';
import { NO_COST, together } from './warehouse-cost.ts';
import type { Absorbed, EngineSettings } from './warehouse-engine.ts';
import type { Limit, LimitSettings } from './warehouse-limit.ts';
import { type Joined, SYSTEMS, writePeople } from './warehouse-people.ts';

const MEGABYTES = 400;
const CHANGE_MILLISECONDS = 5;
const CHANGES = 100;

interface Figures {
  readonly records: number;
  readonly absorbed: Absorbed;
  readonly limit: Limit;
  /** Milliseconds of single changes. */
  readonly surnames: readonly number[];
  readonly departments: readonly number[];
}

interface Place {
  readonly name: string;
  /** Of a new database. */
  store(): Promise<string>;
  readonly server?: number;
}

const sizes = process.argv
  .slice(2)
  .filter((text) => /^[0-9]+$/.test(text))
  .map(Number);
const words = process.argv.slice(2).filter((text) => !/^[0-9]+$/.test(text));
const [small = 10_000, large = 100_000] = sizes;
const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
await using server = await privateServer();
let stores = 0;
const places: readonly Place[] = [
  { name: 'sqlite', store: async () => path.join(folder, `store-${++stores}`) },
  ...(server ? [server] : []),
];
try {
  for (const joined of ['exact', 'similar'] as const) {
    for (const place of places) {
      if (!words.every((word) => [place.name, joined].includes(word))) continue;
      const first = await measured(place, small, joined);
      const second = small === large ? first : await measured(place, large, joined);
      report(place, joined, first, second);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function privateServer(): Promise<(Place & AsyncDisposable) | undefined> {
  const programs = newestPrograms();
  if (programs === undefined) return undefined;
  const running = await startPostgres(programs, ['shared_buffers=256MB', 'max_wal_size=2GB']);
  return {
    name: 'postgresql',
    store: () => running.database(),
    ...(running.processId !== undefined && { server: running.processId }),
    [Symbol.asyncDispose]: () => running.stop(),
  };
}

async function measured(place: Place, records: number, joined: Joined): Promise<Figures> {
  note(`${place.name}, ${joined}, ${count(records)} records`);
  const here = await mkdtemp(path.join(folder, 'people-'));
  const written = await writePeople(here, Math.ceil(records / 2), joined);
  const store = await place.store();
  const settings = { folder: here, joined, ...(place.server && { server: place.server }) };
  const engine: EngineSettings = { ...settings, store };
  const again: LimitSettings = { ...settings, from: store, to: await place.store() };
  const { absorbed, limit } = await inTurns(engine, again);
  const surnames = await ordered<readonly number[]>(
    'warehouse-engine.ts',
    engine,
    change('surname'),
  );
  const departments =
    joined === 'exact'
      ? await ordered<readonly number[]>(
          'warehouse-engine.ts',
          { ...engine, grouped: true },
          change('department'),
        )
      : [];
  return { records: written, absorbed, limit, surnames, departments };
}

/** Each source absorbed, then what was written for it written barely. */
async function inTurns(
  engine: EngineSettings,
  again: LimitSettings,
): Promise<Pick<Figures, 'absorbed' | 'limit'>> {
  await using absorbing = await child('warehouse-engine.ts', { ...engine }, AS_PRODUCT);
  await using bare = await child('warehouse-limit.ts', { ...again }, AS_PRODUCT);
  let absorbed: Absorbed = { ...NO_COST, peakMegabytes: 0, joined: 0 };
  let limit: Limit = { ...NO_COST, rows: 0 };
  for (const system of SYSTEMS) {
    const taken = await absorbing.ask<Absorbed>({ do: 'absorb', system });
    absorbed = { ...taken, ...together(absorbed, taken) };
    const written = await bare.ask<Limit>({ system });
    limit = { ...together(limit, written), rows: limit.rows + written.rows };
  }
  return { absorbed, limit };
}

function change(attribute: 'surname' | 'department'): unknown {
  return { do: 'change', attribute, times: CHANGES };
}

async function ordered<Answer>(
  script: string,
  settings: EngineSettings,
  order: unknown,
): Promise<Answer> {
  await using running = await child<unknown>(script, { ...settings }, AS_PRODUCT);
  return await running.ask<Answer>(order);
}

function report(place: Place, joined: Joined, ...figures: readonly [Figures, Figures]): void {
  const [smaller, larger] = figures;
  const share = joined === 'exact' ? 30 : 10;
  const rows = figures.flatMap(({ records, absorbed, limit, surnames, departments }) => [
    [
      `${place.name}, ${joined}, ${count(records)} records`,
      `${count(absorbed.joined)} joined, ${count(limit.rows)} rows`,
    ],
    [
      '  absorbed, joined and merged, share of the limit',
      percent(limit.milliseconds / absorbed.milliseconds),
      `≥ ${share} %`,
    ],
    ['  the same in processor time', percent(limit.cpuMilliseconds / absorbed.cpuMilliseconds)],
    [
      `  peak memory, share of ${MEGABYTES} MB`,
      percent(absorbed.peakMegabytes / MEGABYTES),
      '≤ 100 %',
    ],
    [
      `  one change of a merged person, share of ${CHANGE_MILLISECONDS} ms`,
      percent(median(surnames) / CHANGE_MILLISECONDS),
      '≤ 100 %',
    ],
    ...(departments.length > 0
      ? [
          [
            '  one change of department, share of it',
            percent(median(departments) / CHANGE_MILLISECONDS),
            '≤ 100 %',
          ],
        ]
      : []),
  ]);
  const each = ({ absorbed, records }: Figures): number => absorbed.milliseconds / records;
  const cpu = ({ absorbed, records }: Figures): number => absorbed.cpuMilliseconds / records;
  rows.push(
    [
      '  a record in the larger, times one in the smaller',
      times(each(larger) / each(smaller)),
      '≈ 1 ×',
    ],
    ['  the same in processor time', times(cpu(larger) / cpu(smaller))],
    ['  the same of the limit', times(bare(larger) / bare(smaller))],
  );
  if (joined === 'exact') {
    rows.push([
      '  one change of department, larger to smaller',
      times(median(larger.departments) / median(smaller.departments)),
      '≈ 1 ×',
    ]);
  }
  for (const [what = '', value = '', limit = ''] of rows)
    console.log(`${what.padEnd(56)}${value.padStart(32)}   ${limit}`);
  if (process.env.BENCH_DETAILS !== undefined) {
    const told = figures.map(({ surnames, departments, ...others }) => ({
      ...others,
      surname: median(surnames),
      department: median(departments),
    }));
    console.log(JSON.stringify(told, undefined, 1));
  }
}

function bare({ limit, records }: Figures): number {
  return limit.milliseconds / records;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function times(factor: number): string {
  return `${factor.toFixed(2)} ×`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function note(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${what} …\n`);
}
