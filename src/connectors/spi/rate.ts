/**
 * A token bucket: so many units each second on average, with a burst of what had gone unused. The
 * clock is handed in, and so is the wait: the bucket says how long, the caller waits.
 */
export interface RateBucket {
  /**
   * Takes units, into debt if need be.
   *
   * @returns Seconds to wait before the request may be sent; 0 when there were enough.
   */
  take(units: number): number;
  /** The system said to hold back: nothing more before that many seconds have passed. */
  pause(seconds: number): void;
}

/** @param burst Most units at once; one second's worth by default. */
export function rateBucket(
  unitsPerSecond: number,
  now: () => Date,
  burst: number = unitsPerSecond,
): RateBucket {
  let available = burst;
  let at = now().getTime();
  let pausedUntil = 0;
  const refill = (): number => {
    const time = now().getTime();
    // A clock set back gives nothing, and takes nothing away.
    available = Math.min(burst, available + (Math.max(0, time - at) / 1000) * unitsPerSecond);
    at = time;
    return time;
  };
  return {
    take(units) {
      const time = refill();
      available -= units;
      const debt = available < 0 ? -available / unitsPerSecond : 0;
      return Math.max(debt, (pausedUntil - time) / 1000, 0);
    },
    pause(seconds) {
      pausedUntil = Math.max(pausedUntil, refill() + seconds * 1000);
    },
  };
}
