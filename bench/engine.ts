/** The engine in its own process: one verb for each order, and the most memory it ever had. */

import path from 'node:path';
import { connectorTypes, openEngine } from '../src/compose.ts';
import { loadConfiguration } from '../src/config/load.ts';
import { verbsOf } from '../src/sync/bind.ts';
import { peakMegabytes, serveOrders, settingsOf } from './child.ts';
import { type LogCost, logCost } from './log.ts';

export interface Measured {
  readonly milliseconds: number;
  readonly planMilliseconds: number;
  readonly applyMilliseconds: number;
  /** Of all threads: what it costs, however busy the machine is with other things. */
  readonly cpuMilliseconds: number;
  readonly done: number;
  readonly failed: number;
  readonly considered: number;
  readonly peakMegabytes: number;
  readonly readings: readonly { readonly of: string; readonly milliseconds: number }[];
}

type Order =
  | { readonly verb: 'run' | 'plan' | 'log' }
  | { readonly verb: 'explain' | 'provision'; readonly person: string };

const { file } = settingsOf<{ file: string }>();
const loaded = await loadConfiguration(file, {
  env: process.env,
  connectors: connectorTypes(),
  profiles: path.resolve(import.meta.dirname, '../profiles'),
});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
await using engine = await openEngine(loaded.value);
const verbs = verbsOf(engine);
const watch = { signal: new AbortController().signal, progress: () => undefined };

await serveOrders({}, (order: Order): Promise<Measured | Explained | LogCost> => {
  switch (order.verb) {
    case 'explain':
      return explained(order.person);
    case 'provision':
      return provisioned(order.person);
    case 'log':
      return logCost(engine, path.dirname(file));
    case 'run':
    case 'plan':
      return measured(order.verb);
  }
});

async function measured(verb: 'run' | 'plan'): Promise<Measured> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
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

interface Explained {
  readonly milliseconds: number;
}

async function explained(person: string): Promise<Explained> {
  const begun = performance.now();
  await verbs.explain({ person }, watch);
  return { milliseconds: performance.now() - begun };
}

export interface Provisioned extends Explained {
  /** False: the run had written this person before. */
  readonly done: boolean;
}

/** Ahead of everything, whoever is writing there now. */
async function provisioned(person: string): Promise<Provisioned> {
  const begun = performance.now();
  const { targets } = await verbs.provision({ person }, watch);
  const milliseconds = performance.now() - begun;
  const done = targets.flatMap(({ outcomes }) => outcomes).some(({ type }) => type === 'done');
  const before = targets.every(({ omission }) => omission?.code === 'in-sync');
  if (!done && !before) throw new Error(JSON.stringify(targets));
  return { milliseconds, done };
}

function sum(counts: Readonly<Record<string, number>> = {}): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
