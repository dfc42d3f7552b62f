/**
 * How many requests may be sent a second time. A target in trouble must not be asked more than one
 * that is well: retries are at most a fifth of what was sent, and a few where little was.
 */

export interface RetryBudget {
  sent(): void;
  /** Takes one retry out of the budget; false when there is none. */
  retry(): boolean;
}

const SHARE = 0.2;
const ALWAYS = 10;

export function retryBudget(): RetryBudget {
  let sent = 0;
  let retries = 0;
  return {
    sent: () => {
      sent++;
    },
    retry: () => {
      if (retries >= ALWAYS && retries >= sent * SHARE) return false;
      retries++;
      return true;
    },
  };
}
