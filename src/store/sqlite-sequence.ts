/** Which transactions of a connection follow each other with nothing written in between. */

import type { Sequence } from './database.ts';

export interface Sequences {
  /** Called when a transaction has begun and holds the lock. */
  begun(): Sequence;
  committed(): void;
  /** Called for what is written outside of transactions. */
  written(): void;
}

/** @param version Of the file, https://sqlite.org/pragma.html#pragma_data_version: another one after each commit of another connection. */
export function sequences(version: () => unknown): Sequences {
  let number = 0;
  let latest: number | undefined;
  let seen: unknown;
  return {
    begun: () => {
      const now = version();
      const after = now === seen ? latest : undefined;
      seen = now;
      latest = undefined;
      number++;
      return { number, ...(after !== undefined && { after }) };
    },
    committed: () => {
      latest = number;
    },
    written: () => {
      latest = undefined;
    },
  };
}
