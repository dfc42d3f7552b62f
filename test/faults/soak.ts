/**
 * Thousands of seeded histories, see docs/faults.md:
 * `npm run soak -- --runs 10000`, and `npm run soak -- --seed 4711` for one that went wrong;
 * `npm run soak -- --kills 200` for real processes.
 */

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { chanceOf } from './chance.ts';
import { type History, historyOf } from './history.ts';
import { EVERYBODY_ONCE, killable, LAG_SECONDS, managers, runAndDie } from './killed.ts';
import { replay, type Verdict } from './replay.ts';
import { shrink } from './shrink.ts';

const KILLS_IN_ONE = 10;
const LONGEST_RUN_MILLISECONDS = 160;

interface Share {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

interface Told {
  readonly seed: number;
  readonly wrong: Verdict;
}

if (isMainThread) await main(process.argv.slice(2));
else for await (const told of liveThrough(workerData as Share)) parentPort?.postMessage(told);

async function main(args: readonly string[]): Promise<void> {
  const numberOf = (flag: string): number | undefined => {
    const at = args.indexOf(flag);
    return at < 0 ? undefined : Number(args[at + 1]);
  };
  const seed = numberOf('--seed');
  if (seed !== undefined) return one(seed, args.includes('--trace'));
  const kills = numberOf('--kills');
  if (kills !== undefined) return killMany(kills, numberOf('--from') ?? 1);
  const from = numberOf('--from') ?? 1;
  await many(from, numberOf('--runs') ?? 10_000, numberOf('--workers') ?? availableParallelism());
}

async function many(from: number, runs: number, workers: number): Promise<void> {
  const began = performance.now();
  let lived = 0;
  let wrong = 0;
  const told = (verdict: Told) => {
    lived++;
    if (lived % 1000 === 0) console.log(`${lived} histories, ${wrong} wrong`);
    if (verdict.wrong.length === 0) return;
    wrong++;
    console.log(`seed ${verdict.seed}\n  ${verdict.wrong.join('\n  ')}`);
  };
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const share: Share = { from: from + index, to: from + runs, step: workers };
      const worker = new Worker(import.meta.filename, { workerData: share });
      worker.on('message', told);
      return new Promise<void>((resolve, reject) => {
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      });
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const each = ((seconds * 1000 * workers) / runs).toFixed(0);
  console.log(
    `${lived} histories in ${seconds.toFixed(0)} s, ${each} ms each on ${workers} workers: ${wrong} wrong`,
  );
  if (wrong > 0) console.log('look at one with: npm run soak -- --seed N, and --trace');
  process.exitCode = wrong > 0 || lived < runs ? 1 : 0;
}

async function* liveThrough({ from, to, step }: Share): AsyncGenerator<Told> {
  for (let seed = from; seed < to; seed += step) {
    yield { seed, wrong: await replay(historyOf(seed)) };
  }
}

/** Real processes; of ten that die in one company the last leaves what the next one finds. */
async function killMany(kills: number, seed: number): Promise<void> {
  const chance = chanceOf(seed);
  let wrong = 0;
  for (let company = 0; company * KILLS_IN_ONE < kills; company++) {
    await using world = await killable();
    const moments = Array.from({ length: KILLS_IN_ONE }, () =>
      chance.below(LONGEST_RUN_MILLISECONDS),
    );
    for (const moment of moments) await runAndDie(world, 'never', 1, moment);
    for (let run = 0; run < 3; run++) await world.runLater(2 * LAG_SECONDS);
    const found = JSON.stringify(await managers(world));
    if (found === JSON.stringify(EVERYBODY_ONCE)) continue;
    wrong++;
    console.log(`killed after ${moments.join(', ')} ms: ${found}`);
  }
  console.log(`${kills} processes killed: ${wrong} companies wrong`);
  process.exitCode = wrong > 0 ? 1 : 0;
}

/** Replays it, and looks for the shortest part of it that goes wrong alike. */
async function one(seed: number, trace: boolean): Promise<void> {
  const history = historyOf(seed);
  const wrong = await replay(history);
  console.log(`seed ${seed}: ${wrong.length === 0 ? 'all went well' : ''}`);
  if (wrong.length === 0) return;
  process.exitCode = 1;
  console.log(`  ${wrong.join('\n  ')}`);
  const kind = kindOf(wrong);
  const small = await shrink(history, async (part) => kindOf(await replay(part)) === kind);
  const { lagSeconds, uniqueness, steps } = small satisfies History;
  console.log(`the shortest that goes wrong alike, ${JSON.stringify({ lagSeconds, uniqueness })}:`);
  if (!trace) for (const step of steps) console.log(`  ${JSON.stringify(step)}`);
  const again = await replay(small, trace ? { tell: (line) => console.log(`  ${line}`) } : {});
  console.log(`  ${again.join('\n  ')}`);
}

/** What went wrong, whoever it happened to. */
function kindOf([first = '']: Verdict): string {
  return first.replace(/\S*person\S*|[0-9a-f-]{36}|\d+/g, '').slice(0, 40);
}
