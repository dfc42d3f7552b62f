/**
 * One run in a process of its own that ends itself, as by kill -9, when it passes a durable step.
 * Called with the configuration, the step, and which time it is passed.
 */

import path from 'node:path';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { runSync } from '../../src/sync/run.ts';

const [file = '', step = '', nth = '1'] = process.argv.slice(2);
const loaded = await loadConfiguration(file, {
  env: process.env,
  connectors: connectorTypes(),
  profiles: path.resolve(import.meta.dirname, '../../profiles'),
});
if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
let passed = 0;
const engine = await openEngine(loaded.value, {
  boundary: (name) => {
    if (name !== step) return;
    passed++;
    if (passed === Number(nth)) process.kill(process.pid, 'SIGKILL');
  },
});
const { signal } = new AbortController();
process.stdout.write('running\n');
await runSync(engine, { trigger: 'command' }, { signal, progress: () => {} });
await engine[Symbol.asyncDispose]();
