/** The stand-ins in processes of their own, as the real systems would be; they end with this one. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Refusal } from '../session.ts';

export interface StandIn extends AsyncDisposable {
  /** The line it printed when it was ready. */
  readonly facts: unknown;
}

/**
 * Starts `lockstep emulate SYSTEM --json` and waits for its line.
 *
 * The child's IPC channel closes when this process ends, however it ends; the child takes that for
 * its own end (see `main.ts`), so none is left behind by a crash either.
 */
export async function startStandIn(
  main: string,
  parameters: readonly string[],
  signal: AbortSignal,
): Promise<StandIn> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'emulate', ...parameters, '--json'],
    // Its own group: Ctrl-C on the terminal reaches this process, which ends the child in its turn.
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], detached: true },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  try {
    return { facts: JSON.parse(await firstLine(child, signal)), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine(child: ChildProcess, signal: AbortSignal): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no output');
  const lines = createInterface({ input: child.stdout });
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  try {
    const [line] = await once(lines, 'line', {
      signal: AbortSignal.any([signal, ended.signal, AbortSignal.timeout(60_000)]),
    });
    return String(line);
  } catch {
    throw new Refusal('stand-in-failed', `${child.spawnargs.slice(-3).join(' ')} did not start`, {
      remedy: 'its own messages are above',
    });
  }
}
