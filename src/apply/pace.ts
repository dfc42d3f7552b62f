/**
 * How fast a target is written: so many requests at a time, so many each second, and nothing while
 * it asked to be left alone. The number in parallel halves when the target throttles and grows by
 * one after each round without.
 */

export interface Pace {
  /** Waits for a turn; rejects when the signal aborts, and then there is none to give back. */
  turn(signal: AbortSignal): Promise<void>;
  /** Gives the turn back. */
  done(): void;
  /** The target asked for a pause: fewer at a time from now on, and none before it is over. */
  throttled(seconds: number): void;
  /** At most this many at a time, as of now. */
  readonly concurrency: () => number;
}

export interface PaceOptions {
  readonly maxConcurrency: number;
  readonly requestsPerSecond?: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export function pace({ maxConcurrency, requestsPerSecond, now, sleep }: PaceOptions): Pace {
  let limit = maxConcurrency;
  let active = 0;
  let sinceGrowth = 0;
  let pausedUntil = 0;
  let nextStart = 0;
  const waiting: (() => void)[] = [];
  const admit = () => {
    while (active < Math.floor(limit)) {
      const next = waiting.shift();
      if (next === undefined) return;
      active++;
      next();
    }
  };
  return {
    turn: async (signal) => {
      signal.throwIfAborted();
      if (active < Math.floor(limit) && waiting.length === 0) active++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        for (let wait = untilStart(); wait > 0; wait = untilStart()) await sleep(wait, signal);
        signal.throwIfAborted();
      } catch (error) {
        active--;
        admit();
        throw error;
      }
      if (requestsPerSecond !== undefined) {
        nextStart = Math.max(nextStart, now()) + 1000 / requestsPerSecond;
      }
    },
    done: () => {
      active--;
      sinceGrowth++;
      if (sinceGrowth >= limit && limit < maxConcurrency) {
        limit = Math.min(limit + 1, maxConcurrency);
        sinceGrowth = 0;
      }
      admit();
    },
    throttled: (seconds) => {
      // Those who were under way together are told together; that counts once.
      if (now() >= pausedUntil) limit = Math.max(1, limit / 2);
      sinceGrowth = 0;
      pausedUntil = Math.max(pausedUntil, now() + seconds * 1000);
    },
    concurrency: () => Math.floor(limit),
  };

  function untilStart(): number {
    return Math.max(pausedUntil, nextStart) - now();
  }
}
