/** Child processes of a benchmark: each says one line of JSON when it is ready, another for each order. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Child<Ready> extends AsyncDisposable {
  readonly ready: Ready;
  /** Sends one line of JSON and waits for the line that answers it. */
  ask<Answer>(order: unknown): Promise<Answer>;
}

/** The settings of this process: those that the launcher gives the product. */
export const AS_PRODUCT: readonly string[] = process.execArgv;

const PLAIN = ['--disable-warning=ExperimentalWarning'];

/** @param nodeSettings Those of the product for the engine and what it is compared with. */
export async function child<Ready>(
  script: string,
  settings: Readonly<Record<string, unknown>>,
  nodeSettings: readonly string[] = PLAIN,
): Promise<Child<Ready>> {
  const running = spawn(
    process.execPath,
    [...nodeSettings, path.join(import.meta.dirname, script), JSON.stringify(settings)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
  const next = async <Answer>(): Promise<Answer> => {
    const { value, done } = await lines.next();
    if (done === true) {
      if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
      const how = running.signalCode ?? running.exitCode;
      throw new Error(`${script} ended before it answered (${how})`);
    }
    return JSON.parse(value) as Answer;
  };
  return {
    ready: await next<Ready>(),
    ask: async (order) => {
      running.stdin.write(`${JSON.stringify(order)}\n`);
      return next();
    },
    [Symbol.asyncDispose]: () => ended(running),
  };
}

function ended(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    running.once('exit', () => resolve());
    running.stdin?.end();
    setTimeout(() => running.kill(), 5000).unref();
  });
}

/** In the child: the settings it was started with. */
export function settingsOf<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** In the child: says that it is ready, then answers orders until its input ends. */
export async function serveOrders(
  ready: unknown,
  answer: (order: never) => Promise<unknown>,
): Promise<void> {
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as never))}\n`);
}

/** The most memory this process ever had, in megabytes. */
export function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
