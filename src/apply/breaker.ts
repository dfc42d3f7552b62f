/**
 * Stops writing to a system when the next operation would most likely fail as the last ones did:
 * its credentials are refused, it does not answer, or most of what it is asked goes wrong. Small
 * companies count too: a few dozen operations are enough to see it.
 */

import type { ConnectorError, FailureKind } from '../connectors/spi/index.ts';
import type { Limit } from '../plan/target.ts';

export interface Tripped {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  /** What the system asked for, if it did. */
  readonly retryAfterSeconds?: number;
  /** The system works, but too much goes wrong: what is left waits for a person. */
  readonly held?: true;
}

export interface Breaker {
  succeeded(): void;
  failed(error: ConnectorError): void;
  tripped(): Tripped | undefined;
}

/** Different people's operations in a row that the system did not answer. */
const SILENT = 3;
const SAMPLE = 30;
const SHARE = 0.75;

const SILENCE: ReadonlySet<FailureKind> = new Set(['unreachable', 'throttled']);
/** Failures of one object, that say nothing of the next. */
const ITS_OWN: ReadonlySet<FailureKind> = new Set(['conflict', 'missing', 'stale', 'ambiguous']);

/**
 * @param limit Failures beyond both its share of what was tried and its count stop a run.
 * @param probing The system was quarantined: one failure is enough to leave it alone again.
 */
export function breaker(probing: boolean, limit: Limit): Breaker {
  let silent = 0;
  let finished = 0;
  let failures = 0;
  let proven = !probing;
  let trip: Tripped | undefined;
  const stop = (error: ConnectorError, code: string, message: string, held?: true) => {
    trip ??= {
      code,
      message,
      ...(held !== undefined && { held }),
      ...(error.remedy !== undefined && { remedy: error.remedy }),
      ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
    };
  };
  return {
    succeeded: () => {
      silent = 0;
      finished++;
      proven = true;
    },
    failed: (error) => {
      finished++;
      if (!ITS_OWN.has(error.kind)) failures++;
      silent = SILENCE.has(error.kind) ? silent + 1 : 0;
      if (error.general) stop(error, error.code, error.message);
      else if (silent >= SILENT) stop(error, error.code, error.message);
      else if (!proven && !ITS_OWN.has(error.kind)) stop(error, error.code, error.message);
      else if (finished >= SAMPLE && failures >= finished * SHARE) {
        stop(
          error,
          'failure-rate',
          `${failures} of the first ${finished} operations failed, the last with: ${error.message}`,
        );
      } else if (
        finished >= SAMPLE &&
        failures > limit.count &&
        failures > finished * limit.share
      ) {
        const rate = `${failures} of the first ${finished} operations failed`;
        stop(error, 'failure-rate', `${rate}, the last with: ${error.message}`, true);
      }
    },
    tripped: () => trip,
  };
}
