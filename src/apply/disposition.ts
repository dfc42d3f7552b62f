import type { FailureKind } from '../connectors/spi/index.ts';

/**
 * What a failure means for the identity it happened to. Only the whole run may go on or stop; that
 * is decided by `breaker.ts` from many of them.
 *
 * - `again`: sent once more in this run after a while, then due again later.
 * - `later`: due again later, waiting longer each time.
 * - `reread`: the target is not as we thought; read the account, then planned again.
 * - `probe`: nobody knows whether it was done; looked for before anything else is sent.
 * - `mend`: waits until the data or the rules change, or a person asks for it.
 */
export type Disposition = 'again' | 'later' | 'reread' | 'probe' | 'mend';

export const DISPOSITION: Readonly<Record<FailureKind, Disposition>> = {
  unreachable: 'again',
  throttled: 'again',
  denied: 'later',
  invalid: 'mend',
  conflict: 'reread',
  ambiguous: 'mend',
  missing: 'reread',
  stale: 'reread',
  'watermark-expired': 'later',
  'unknown-outcome': 'probe',
};
