/** The engine in its own process: one verb for each order, and the most memory it ever had. */

import path from 'node:path';
import { connectorTypes, openEngine } from '../src/compose.ts';
import { loadConfiguration } from '../src/config/load.ts';
import { verbsOf } from '../src/sync/bind.ts';
import { peakMegabytes, serveOrders, settingsOf } from './child.ts';

export interface Measured {
  readonly milliseconds: number;
  readonly planMilliseconds: number;
  readonly applyMilliseconds: number;
  readonly done: number;
  readonly failed: number;
  readonly considered: number;
  readonly peakMegabytes: number;
  readonly readings: readonly { readonly of: string; readonly milliseconds: number }[];
}

const { file, concurrency } = settingsOf<{ file: string; concurrency: string }>();
const loaded = await loadConfiguration(file, {
  env: process.env,
  connectors: connectorTypes(),
  profiles: path.resolve(import.meta.dirname, '../profiles'),
});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
await using engine = await openEngine(loaded.value);
const verbs = verbsOf(engine);
const watch = { signal: new AbortController().signal, progress: () => undefined };

await serveOrders(
  { concurrency },
  async ({ verb }: { verb: 'run' | 'plan' }): Promise<Measured> => {
    const begun = performance.now();
    const report =
      verb === 'run' ? await verbs.run({ trigger: 'command' }, watch) : await verbs.plan({}, watch);
    const milliseconds = performance.now() - begun;
    const [target] = report.targets;
    const failure = target?.failure ?? report.readings.find((reading) => reading.failure)?.failure;
    if (target === undefined || failure !== undefined) throw new Error(JSON.stringify(failure));
    const applied = 'done' in target ? target : undefined;
    return {
      milliseconds,
      planMilliseconds:
        applied?.planMilliseconds ?? ('milliseconds' in target ? target.milliseconds : 0),
      applyMilliseconds: applied?.applyMilliseconds ?? 0,
      done: sum(applied?.done),
      failed: sum(applied?.failed),
      considered: target.plan?.considered ?? 0,
      peakMegabytes: peakMegabytes(),
      readings: report.readings.map(({ system, kind, milliseconds: taken }) => ({
        of: `${system} ${kind}`,
        milliseconds: taken,
      })),
    };
  },
);

function sum(counts: Readonly<Record<string, number>> = {}): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
