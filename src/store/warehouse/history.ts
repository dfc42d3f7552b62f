/** What identities were before each change. */

import type { Cause } from '../../warehouse/history.ts';
import type { HistoryStore, StoredChange } from '../../warehouse/history-storage.ts';
import type { Database } from '../database.ts';
import { list, optional } from '../rows.ts';

type ChangeRow = {
  readonly number: number;
  readonly records: string | null;
  readonly before: string | null;
  readonly at: number;
  readonly cause: Cause['type'];
  readonly system: string | null;
  readonly kind: string | null;
  readonly run: string | null;
  readonly decision: string | null;
};

export function historyStore(database: Database): HistoryStore {
  /** Somebody who was made two again has a history from before. */
  const next = (identity: string): string =>
    `coalesce((select max(number) from identity_change where identity = ${identity}), 0) + 1`;
  return {
    saveHistory: async ({ id, at, cause }, made, changes) => {
      if (made.length + changes.length === 0) return;
      const { type, system, kind, run, decision } = cause;
      await Promise.all([
        database.run(
          `insert into change_step (id, at, cause, system, kind, run, decision)
           values (?, ?, ?, ?, ?, ?, ?)`,
          [id, at, type, system ?? null, kind ?? null, run ?? null, decision ?? null],
        ),
        made.length > 0 &&
          database.run(
            `insert into identity_change (identity, number, step)
             select value, ${next('value')}, cast(? as bigint) from ${database.each}`,
            [id, list(made)],
          ),
        database.batch(
          `insert into identity_change (identity, number, step, records, before)
           values (?, ${next('?')}, ?, ?, ?)`,
          changes.map(({ identity, records, before }) => [identity, identity, id, records, before]),
        ),
      ]);
    },

    historyOf: async (identity, below, limit) =>
      (
        await database.all<ChangeRow>(
          `select c.number, c.records, c.before, s.at, s.cause, s.system, s.kind, s.run, s.decision
           from identity_change c join change_step s on s.id = c.step
           where c.identity = ? and c.number < ? order by c.number desc limit ?`,
          [identity, below, limit],
        )
      ).map(changeOf),

    anyHistory: async (before) => {
      const one = 'select 1 as one from change_step where at < ? limit 1';
      return (await database.all(one, [before])).length > 0;
    },

    pruneHistory: async (before, most) => {
      const oldest = 'select id from change_step where at < ? order by at, id limit ?';
      await database.run(`delete from identity_change where step in (${oldest})`, [before, most]);
      const steps = `delete from change_step where id in (${oldest})`;
      return (await database.run(steps, [before, most])) === most;
    },
  };
}

function changeOf({ number, at, cause, records, before, ...about }: ChangeRow): StoredChange {
  return {
    number,
    at: new Date(at),
    cause: {
      type: cause,
      ...optional('system', about.system),
      ...optional('kind', about.kind),
      ...optional('run', about.run),
      ...optional('decision', about.decision),
    },
    ...optional('records', records),
    ...optional('before', before),
  };
}
