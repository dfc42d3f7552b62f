/**
 * How fast a target is written: so many requests at a time, so many each second, and nothing while
 * it asked to be left alone. The number in parallel halves when the target throttles and grows by
 * one after each round without.
 */

export interface Pace {
  /** Waits for a turn; rejects when the signal aborts, and then there is none to give back. */
  turn(signal: AbortSignal): Promise<void>;
  /**
   * One beside all turns, ahead of whoever waits; only a pause is waited for, and nothing is given
   * back.
   */
  startAhead(signal: AbortSignal): Promise<void>;
  /** Gives the turn back. */
  done(): void;
  /** Within a turn, when a request may be sent again: after so long, and not faster than any other. */
  again(seconds: number, signal: AbortSignal): Promise<void>;
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
  const started = () => {
    if (requestsPerSecond === undefined) return;
    nextStart = Math.max(nextStart, now()) + 1000 / requestsPerSecond;
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
      started();
    },
    startAhead: async (signal) => {
      signal.throwIfAborted();
      while (pausedUntil > now()) await sleep(pausedUntil - now(), signal);
      started();
    },
    again: async (seconds, signal) => {
      await sleep(seconds * 1000, signal);
      for (let wait = untilStart(); wait > 0; wait = untilStart()) await sleep(wait, signal);
      started();
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
