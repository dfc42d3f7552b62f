/**
 * A hundred changes among very many people, of whom a small part is in scope of the target, so that
 * the preparation takes minutes and not hours: `node scripts/with-node.mjs bench/changes.ts 1000000`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AS_PRODUCT, child } from './child.ts';
import { configuration } from './configuration.ts';
import type { Measured } from './engine.ts';
import type { GraphReady } from './graph.ts';
import type { RampReady } from './ramp.ts';

const CHANGES = 100;
const [people = 1_000_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
try {
  await using graph = await child<GraphReady>('graph.ts', { people });
  await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'ramp') });
  // One in a thousand: the names of the seed are numbered.
  const scope = 'employeeId sw "E000"';
  const file = await configuration(folder, 'engine', graph.ready, ramp.ready, scope);
  await using engine = await child<unknown>('engine.ts', { file }, AS_PRODUCT);
  const first = await engine.ask<Measured>({ verb: 'run' });
  const runs: Measured[] = [];
  for (let round = 0; round < 3; round++) {
    await graph.ask({ people: CHANGES, round });
    runs.push(await engine.ask<Measured>({ verb: 'run' }));
  }
  const median = runs.toSorted((a, b) => a.milliseconds - b.milliseconds)[1] ?? first;
  console.log(
    JSON.stringify({
      people,
      firstRun: { created: first.done, seconds: Math.round(first.milliseconds / 1000) },
      changed: median.done,
      ofOneSecond: Number((median.milliseconds / 1000).toFixed(2)),
      ofOneSecondOfCpu: Number((median.cpuMilliseconds / 1000).toFixed(2)),
      of300Megabytes: Number((median.peakMegabytes / 300).toFixed(2)),
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
