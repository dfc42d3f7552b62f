const SECONDS_PER_DAY = 86_400;
const FIRST_SECONDS = 60;

/**
 * Waits longer after every failed attempt, up to a day, and never less than the system asked for.
 *
 * @param attempts Failed attempts so far, from 1.
 * @param draw Uniform in [0, 1): spreads the retries of many over a quarter of the delay, so that
 *   they do not all come back at once.
 * @param retryAfterSeconds What the system asked for (RFC 9110 §10.2.3), if it did.
 * @returns Seconds to wait.
 */
export function retryDelaySeconds(attempts: number, draw: number, retryAfterSeconds = 0): number {
  const backoff = Math.min(FIRST_SECONDS * 2 ** (attempts - 1), SECONDS_PER_DAY);
  return Math.max(backoff, retryAfterSeconds) * (1 + draw / 4);
}

/** Within one run: a fraction of a second, doubling; or what the system asked for. */
export function pauseSeconds(tries: number, draw: number, retryAfterSeconds?: number): number {
  if (retryAfterSeconds !== undefined) return retryAfterSeconds + draw / 4;
  return 0.25 * 2 ** (tries - 1) * (1 + draw);
}
