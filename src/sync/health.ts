/** Whether a system is written to: quarantined while it refuses everything, and tried again by itself. */

import type { Tripped } from '../apply/breaker.ts';
import type { ConnectorError } from '../connectors/spi/index.ts';
import type { SystemFailure } from './engine.ts';
import type { SystemHealth } from './ledger.ts';

const FIRST_PROBE_SECONDS = 120;
const LAST_PROBE_SECONDS = 3600;

/** Why the system is not written to now, if it is not. */
export function quarantine(health: SystemHealth, now: Date): SystemFailure | undefined {
  const { state, probeAt, code, message } = health;
  if (state !== 'quarantined' || probeAt === undefined || probeAt <= now) return undefined;
  return {
    code: 'quarantined',
    message: `not written to until ${probeAt.toISOString()}: ${message ?? code ?? 'it failed'}`,
  };
}

/** Quarantine ends by itself with the first operation that succeeds; until then it is tried ever more rarely. */
export function healthAfter(
  tripped: Tripped | undefined,
  before: SystemHealth,
  done: number,
  configVersion: string,
  now: Date,
): SystemHealth {
  if (tripped === undefined) {
    return done > 0 || before.state === 'well' ? { state: 'well', attempts: 0 } : before;
  }
  const { code, message, retryAfterSeconds = 0, held } = tripped;
  if (held) return { state: 'well', attempts: 0, stopped: { message, configVersion } };
  const seconds = Math.min(FIRST_PROBE_SECONDS * 2 ** before.attempts, LAST_PROBE_SECONDS);
  return {
    state: 'quarantined',
    code,
    message,
    since: before.since ?? now,
    probeAt: new Date(now.getTime() + Math.max(seconds, retryAfterSeconds) * 1000),
    attempts: before.attempts + 1,
  };
}

/** So many plannings in a row that the system did not answer are as good as operations. */
const SILENT = 3;

/** After looking at a system failed before anything could be written there. */
export function healthAfterSilence(
  error: ConnectorError,
  before: SystemHealth,
  configVersion: string,
  now: Date,
): SystemHealth {
  const attempts = before.attempts + 1;
  if (before.state === 'well' && !error.general && attempts < SILENT) {
    return { ...before, attempts };
  }
  const since = before.state === 'well' ? { ...before, attempts: 0 } : before;
  const { code, message, retryAfterSeconds } = error;
  const tripped = { code, message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return { ...healthAfter(tripped, since, 0, configVersion, now), ...stoppedOf(before) };
}

function stoppedOf({ stopped }: SystemHealth): Pick<SystemHealth, 'stopped'> {
  return stopped === undefined ? {} : { stopped };
}
