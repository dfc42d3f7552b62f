/**
 * The histories' store on PostgreSQL: the real one, with the gate before and behind what is asked. A
 * process that dies takes its open transaction with it, as the server does when a connection ends.
 */

import type { Queries } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import type { Gate, Store } from './sqlite.ts';

class Dead extends Error {}

const NEVER = new Promise<never>(() => {});

/** @param url A database of its own. */
export async function postgresStore(url: string): Promise<Store> {
  const database = await openPostgres(url, 'default');
  return {
    open: async (gate) => {
      const died = gate.ended.then((): never => {
        throw new Dead();
      });
      died.catch(() => undefined);
      const gated = <Value>(asked: () => Promise<Value>): Promise<Value> =>
        untilDeath(gate, async () => {
          await Promise.race([gate.before(), died]);
          const value = await asked();
          await Promise.race([gate.after(), died]);
          return value;
        });
      const queries: Queries = {
        all: (sql, parameters) => gated(() => database.all(sql, parameters)),
        run: (sql, parameters) => gated(() => database.run(sql, parameters)),
        batch: (sql, rows) => gated(() => database.batch(sql, rows)),
      };
      return {
        ...database,
        ...queries,
        transaction: (work) =>
          gated(() => database.transaction(() => Promise.race([work(queries), died]))),
        // Behind the gate nothing is asked at once.
        trailing: async (work) => {
          await work();
        },
        lastly: (work) => gated(() => database.lastly(work)),
        [Symbol.asyncDispose]: async () => {},
      };
    },
    text: async () => {
      const tables = await database.all<{ readonly name: string }>(
        'select table_name as name from information_schema.tables where table_schema = current_schema()',
      );
      const rows = await Promise.all(
        tables.map(({ name }) => database.all(`select * from "${name}"`)),
      );
      return JSON.stringify(rows);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** The server's answers take real time, in which none passes in the history. */
async function untilDeath<Value>(gate: Gate, work: () => Promise<Value>): Promise<Value> {
  try {
    return await gate.busy(work());
  } catch (error) {
    if (error instanceof Dead) return NEVER;
    throw error;
  }
}
