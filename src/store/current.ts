/**
 * Which transaction the code that is running belongs to. Rooms record in one commit what must not
 * fall apart (an outcome and its settlement) without knowing of each other.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Outlives, Queries, Sequence } from './database.ts';

/** Of one transaction. */
export interface Writing extends Queries {
  sequence(): Promise<Sequence | undefined>;
}

export interface Plain extends Pick<Database, 'dialect' | 'tenant' | 'inList' | 'each'>, Queries {
  /** A transaction of its own, with nothing around it. */
  begin<Value>(work: (writing: Writing) => Promise<Value>, outlives?: Outlives): Promise<Value>;
  close(): Promise<void>;
}

/** A database whose questions join the transaction they are asked in. */
export function joining(plain: Plain): Database {
  const current = new AsyncLocalStorage<{
    readonly queries: Writing;
    readonly last: (() => Promise<void>)[];
    readonly trailing: Promise<unknown>[];
    open: boolean;
    /** What is asked would come behind the commit, in no transaction. */
    late?: boolean;
  }>();
  const now = (): Queries => {
    const here = current.getStore();
    if (here?.late) throw new Error('what trails a transaction has to be asked at once');
    return here?.open ? here.queries : plain;
  };
  const database: Database = {
    dialect: plain.dialect,
    tenant: plain.tenant,
    inList: plain.inList,
    each: plain.each,
    all: (sql, parameters) => now().all(sql, parameters),
    run: (sql, parameters) => now().run(sql, parameters),
    batch: (sql, rows) => now().batch(sql, rows),
    transaction: async (work, outlives) => {
      const here = current.getStore();
      if (here?.open) return work(here.queries);
      // Work that was started inside and forgotten must not write into the next transaction.
      const last: (() => Promise<void>)[] = [];
      const trailing: Promise<unknown>[] = [];
      try {
        const value = await plain.begin(async (queries) => {
          const scope = { queries, last, trailing, open: true };
          try {
            return await current.run(scope, async () => {
              const value = await work(queries);
              for (const act of last) await act();
              return value;
            });
          } finally {
            scope.open = false;
          }
        }, outlives);
        await Promise.all(trailing);
        return value;
      } catch (error) {
        // The commit knows no more than that something failed.
        for (const asked of trailing) await asked;
        throw error;
      }
    },
    trailing: async (work) => {
      const here = current.getStore();
      if (!here?.open) {
        await work();
        return;
      }
      const scope = { ...here, late: false };
      const asked = current.run(scope, work);
      scope.late = true;
      asked.catch(() => undefined);
      here.trailing.push(asked);
    },
    committed: (work) => current.exit(work),
    sequence: async () => {
      const here = current.getStore();
      return here?.open ? here.queries.sequence() : undefined;
    },
    lastly: async (work) => {
      const here = current.getStore();
      if (here?.open) here.last.push(work);
      else await database.transaction(work);
    },
    [Symbol.asyncDispose]: () => plain.close(),
  };
  return database;
}
