/**
 * Which transactions follow each other. Every transaction that writes takes a number from one counter of
 * the server; where two of this process have neighbouring ones, nobody wrote in between, neither
 * here nor anywhere else. Others may take numbers without having to do with it: then it cannot be told.
 */

import type { Queries, Sequence } from './database.ts';

interface Place {
  /** Asked for after whatever keeps others from writing meanwhile. */
  sequence(): Promise<Sequence>;
  committed(): void;
}

/** Of one process and tenant: called as each transaction begins. */
export function transactionOrder(): (queries: Queries) => Place {
  let count = 0;
  let latest: { readonly number: number; readonly id: bigint } | undefined;
  return (queries) => {
    let own: typeof latest;
    let asked: Promise<Sequence> | undefined;
    const ask = async (): Promise<Sequence> => {
      const [row] = await queries.all<{ readonly id: string }>(
        'select pg_current_xact_id()::text as id',
      );
      const id = BigInt(row?.id ?? 0);
      own = { number: ++count, id };
      return latest !== undefined && latest.id + 1n === id
        ? { number: own.number, after: latest.number }
        : { number: own.number };
    };
    return {
      sequence: () => {
        asked ??= ask();
        return asked;
      },
      committed: () => {
        if (own) latest = own;
      },
    };
  };
}
