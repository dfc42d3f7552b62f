/**
 * People who are asked for while a first run of very many others writes, from another process on the same
 * store: `node scripts/with-node.mjs bench/urgent.ts 100000`. Prints shares of the two seconds it may take.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AS_PRODUCT, child } from './child.ts';
import { configuration } from './configuration.ts';
import type { Measured, Provisioned } from './engine.ts';
import type { GraphReady } from './graph.ts';
import type { RampReady } from './ramp.ts';

const LIMIT_MILLISECONDS = 2000;
const [people = 100_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
try {
  await using graph = await child<GraphReady>('graph.ts', { people });
  await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'ramp') });
  const file = await configuration(folder, 'engine', graph.ready, ramp.ready);
  await using engine = await child<unknown>('engine.ts', { file }, AS_PRODUCT);
  let ended = false;
  const run = engine.ask<Measured>({ verb: 'run' }).finally(() => {
    ended = true;
  });
  while (!ended && (await posts()) < people / 20) await sleep(200);
  await using other = await child<unknown>('engine.ts', { file }, AS_PRODUCT);
  const shares: number[] = [];
  for (const person of graph.ready.last) {
    const { milliseconds, done } = await other.ask<Provisioned>({ verb: 'provision', person });
    if (ended) break;
    if (done) shares.push(milliseconds / LIMIT_MILLISECONDS);
    await sleep(300);
  }
  const { done } = await run;
  const sorted = shares.toSorted((a, b) => a - b);
  const percent = (share = Number.NaN) => `${Math.round(share * 100)} %`;
  console.log(`beside a run of ${done.toLocaleString('en-US')} creates, ${shares.length} people`);
  console.log(`  in the target, share of 2 s: median ${percent(sorted[sorted.length >> 1])}`);
  console.log(`  the slowest ${percent(sorted.at(-1))}   ≤ 100 %`);

  async function posts(): Promise<number> {
    return (await ramp.ask<Readonly<Record<string, number>>>({}))['POST /Users'] ?? 0;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
