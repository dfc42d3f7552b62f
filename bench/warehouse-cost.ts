/** What work costs: time, and processor time of this process and of the database's server. */

import { readFileSync } from 'node:fs';

export interface Cost {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

export const NO_COST: Cost = { milliseconds: 0, cpuMilliseconds: 0 };

export function together(one: Cost, other: Cost): Cost {
  return {
    milliseconds: one.milliseconds + other.milliseconds,
    cpuMilliseconds: one.cpuMilliseconds + other.cpuMilliseconds,
  };
}

/** @param server Process id of the database's server, where it is one of its own. */
export async function costOf<Value>(
  work: () => Promise<Value>,
  server: number | undefined,
): Promise<readonly [Cost, Value]> {
  const before = process.cpuUsage();
  const serverBefore = serverMilliseconds(server);
  const begun = performance.now();
  const value = await work();
  const milliseconds = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  const own = (user + system) / 1000;
  return [
    { milliseconds, cpuMilliseconds: own + serverMilliseconds(server) - serverBefore },
    value,
  ];
}

/** In `/proc`, where processor time is counted in hundredths of a second. */
const TICK_MILLISECONDS = 10;

/** Of the server's processes, and of those that have ended; 0 where the system does not tell. */
function serverMilliseconds(server: number | undefined): number {
  if (server === undefined || process.platform !== 'linux') return 0;
  return ticksOf(server) * TICK_MILLISECONDS;
}

function ticksOf(id: number): number {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    // Behind the name, which may hold anything: utime, stime, and of ended children cutime, cstime.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
    const children = readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').split(' ');
    return [
      ...fields,
      ...children.filter((child) => child !== '').map((child) => ticksOf(Number(child))),
    ].reduce((sum, ticks) => sum + ticks, 0);
  } catch {
    // It ended meanwhile.
    return 0;
  }
}
