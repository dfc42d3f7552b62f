/**
 * Waiting for writers that are about to come. Whoever was answered together mostly asks again together, while a
 * transaction costs the disk a flush and the threads a trip, however many share it.
 */

import { setImmediate as turn } from 'node:timers/promises';

/** Of the time that the transaction before took: no more can be lost by waiting in vain. */
const PATIENCE = 0.25;
const MOST_PATIENCE_MILLISECONDS = 2;

export interface Company {
  /** Waits until as many are here as were here last, or for so long that it is not worth it. */
  gather(here: () => number): Promise<void>;
  /** @param writers Those that were answered, and those that came meanwhile. */
  answered(writers: number, milliseconds: number): void;
}

export function company(): Company {
  let expected = 0;
  let patience = 0;
  return {
    gather: async (here) => {
      if (here() >= expected) return;
      const until = performance.now() + patience;
      while (here() < expected && performance.now() < until) await turn();
    },
    answered: (writers, milliseconds) => {
      expected = writers;
      patience = Math.min(milliseconds * PATIENCE, MOST_PATIENCE_MILLISECONDS);
    },
  };
}
