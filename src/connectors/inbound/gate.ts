/** How often somebody may push: so many times within five seconds, so many within a day. */

import { ConnectorError } from '../spi/index.ts';
import type { InboundOptions } from './options.ts';
import type { InboundStorage } from './storage.ts';

const WINDOW_MILLISECONDS = 5_000;
const DAY_MILLISECONDS = 86_400_000;

export interface Gate {
  /** @throws ConnectorError `throttled`, with the seconds to wait. */
  enter(): Promise<void>;
}

/** The short limit is this process's, the long one that of the store. */
export function openGate(
  { callsPer5Seconds, callsPerDay }: InboundOptions,
  storage: Pick<InboundStorage, 'uploadsSince'>,
  now: () => Date,
): Gate {
  let recent: readonly number[] = [];
  return {
    enter: async () => {
      const time = now().getTime();
      recent = recent.filter((at) => at > time - WINDOW_MILLISECONDS);
      const [first] = recent;
      if (first !== undefined && recent.length >= callsPer5Seconds) {
        const wait = (first + WINDOW_MILLISECONDS - time) / 1000;
        throw throttled(`${callsPer5Seconds} within 5 seconds`, wait);
      }
      // It counts before the store is asked: many that come together are many.
      recent = [...recent, time];
      const today = await storage.uploadsSince(new Date(time - DAY_MILLISECONDS));
      if (today.count < callsPerDay) return;
      const until = (today.first?.getTime() ?? time) + DAY_MILLISECONDS;
      throw throttled(`${callsPerDay} within 24 hours`, (until - time) / 1000);
    },
  };
}

function throttled(limit: string, retryAfterSeconds: number): ConnectorError {
  return new ConnectorError('throttled', `more uploads than ${limit}`, {
    code: 'upload-throttled',
    remedy: 'Wait as long as Retry-After says; put more records into one upload.',
    retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)),
  });
}
