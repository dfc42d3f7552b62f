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
  /** Of all threads: what it costs, however busy the machine is with other things. */
  readonly cpuMilliseconds: number;
  /** Spent on storing outcomes, and operations with what was there before, waiting included. */
  readonly logMilliseconds: number;
  readonly done: number;
  readonly failed: number;
  readonly considered: number;
  readonly peakMegabytes: number;
  readonly readings: readonly { readonly of: string; readonly milliseconds: number }[];
}

type Order =
  | { readonly verb: 'run' | 'plan' }
  | { readonly verb: 'explain'; readonly person: string };

const { file } = settingsOf<{ file: string }>();
const loaded = await loadConfiguration(file, {
  env: process.env,
  connectors: connectorTypes(),
  profiles: path.resolve(import.meta.dirname, '../profiles'),
});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
await using engine = await openEngine(loaded.value);
let logMilliseconds = 0;
const { plans, ledger } = engine;
const verbs = verbsOf({
  ...engine,
  plans: { ...plans, append: timed(plans.append) },
  ledger: { ...ledger, recordOutcomes: timed(ledger.recordOutcomes) },
});
const watch = { signal: new AbortController().signal, progress: () => undefined };

await serveOrders({}, (order: Order) =>
  order.verb === 'explain' ? explained(order.person) : measured(order.verb),
);

async function measured(verb: 'run' | 'plan'): Promise<Measured> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  logMilliseconds = 0;
  const report =
    verb === 'run' ? await verbs.run({ trigger: 'command' }, watch) : await verbs.plan({}, watch);
  const milliseconds = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const [target] = report.targets;
  const failure = target?.failure ?? report.readings.find((reading) => reading.failure)?.failure;
  if (target === undefined || failure !== undefined) throw new Error(JSON.stringify(failure));
  const applied = 'done' in target ? target : undefined;
  return {
    milliseconds,
    planMilliseconds:
      applied?.planMilliseconds ?? ('milliseconds' in target ? target.milliseconds : 0),
    applyMilliseconds: applied?.applyMilliseconds ?? 0,
    cpuMilliseconds: (user + system) / 1000,
    logMilliseconds,
    done: sum(applied?.done),
    failed: sum(applied?.failed),
    considered: target.plan?.considered ?? 0,
    peakMegabytes: peakMegabytes(),
    readings: report.readings.map(({ system: name, kind, milliseconds: taken }) => ({
      of: `${name} ${kind}`,
      milliseconds: taken,
    })),
  };
}

async function explained(person: string): Promise<{ readonly milliseconds: number }> {
  const begun = performance.now();
  await verbs.explain({ person }, watch);
  return { milliseconds: performance.now() - begun };
}

function timed<Parameters extends readonly unknown[]>(
  work: (...parameters: Parameters) => Promise<void>,
): (...parameters: Parameters) => Promise<void> {
  return async (...parameters) => {
    const begun = performance.now();
    await work(...parameters);
    logMilliseconds += performance.now() - begun;
  };
}

function sum(counts: Readonly<Record<string, number>> = {}): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
