/** Which process this is, and whether another one still lives: by number and by when it began. */

import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { Actor } from '../audit/entry.ts';
import type { ThisProcess } from './engine.ts';

export function thisProcess(): ThisProcess {
  const host = hostname();
  return {
    self: { host, pid: process.pid, processStart: startOf(process.pid) ?? '' },
    alive: (holder) => {
      if (holder.host !== host) return undefined;
      if (!answers(holder.pid)) return false;
      const start = startOf(holder.pid);
      return start === undefined || holder.processStart === '' || start === holder.processStart;
    },
  };
}

/** Signal 0 reaches every living process; one of another user answers EPERM. */
function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold blanks and brackets. Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Who started this process, as the operating system knows them: `ada@build-7`. */
export function thisPerson(): Actor {
  return `${userName()}@${hostname()}`;
}

/** In a container there may be a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
