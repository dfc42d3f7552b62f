/** The emulator's own time: real by default, moved forward or frozen by a test. */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  advance(milliseconds: number): void;
  /** Stands still until `run`; `advance` moves it all the same. */
  freeze(): void;
  run(): void;
}

export function movableClock(real: () => number = Date.now): Clock {
  let offset = 0;
  let frozenAt: number | undefined;
  const now = (): number => frozenAt ?? real() + offset;
  return {
    now,
    advance: (milliseconds) => {
      if (frozenAt === undefined) offset += milliseconds;
      else frozenAt += milliseconds;
    },
    freeze: () => {
      frozenAt = now();
    },
    run: () => {
      if (frozenAt === undefined) return;
      offset = frozenAt - real();
      frozenAt = undefined;
    },
  };
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
