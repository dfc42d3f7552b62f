/** Who has left, since when that is known, and the longest time whose values are gone. */

import type { LeaverStore } from '../../sync/privacy-storage.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';

/** Under these rules, those of that time are not gone yet. */
const DUE = '(rules is null or rules <> ? or done_seconds < ?) and since <= ?';

export function leavers(database: Database): LeaverStore {
  const { inList } = database;
  return {
    noteLeavers: async function* (now, most) {
      const returned = `select l.identity as id from leaver l join identity i on i.id = l.identity
        where i.present = 1 and l.identity > ? order by l.identity limit ?`;
      for await (const ids of found(database, returned, most)) {
        yield await database.run(
          `delete from leaver where identity in ${inList}
             and exists (select 1 from identity i where i.id = leaver.identity and i.present = 1)`,
          [list(ids)],
        );
      }
      const gone = `select i.id as id from identity i
        where i.present = 0 and i.kind = 'user' and i.id > ?
          and not exists (select 1 from leaver l where l.identity = i.id) order by i.id limit ?`;
      for await (const ids of found(database, gone, most)) {
        // Whoever came back since they were found has not left.
        yield await database.run(
          `insert into leaver (identity, since, done_seconds)
           select i.id, cast(? as bigint), -1 from identity i
           where i.id in ${inList} and i.present = 0 on conflict do nothing`,
          [now.getTime(), list(ids)],
        );
      }
    },
    leaversDue: async (rules, seconds, now, most) => {
      const rows = await database.all<{ readonly identity: string }>(
        `select identity from leaver where ${DUE} order by since, identity limit ?`,
        [rules, seconds, now.getTime() - seconds * 1000, most],
      );
      return rows.map(({ identity }) => identity);
    },
    settleLeavers: async (rules, seconds, identities) => {
      await database.run(
        `update leaver set rules = ?, done_seconds = ? where identity in ${inList}`,
        [rules, seconds, list(identities)],
      );
    },
    countLeavers: async (rules, seconds) => {
      const [row] = await database.all<{ readonly all: number; readonly done: number | null }>(
        `select count(*) as "all",
           sum(case when rules = ? and done_seconds >= ? then 1 else 0 end) as done from leaver`,
        [rules, seconds],
      );
      return { all: row?.all ?? 0, done: row?.done ?? 0 };
    },
  };
}

/** Looked for where nobody who writes has to wait, in the order of the ids. */
async function* found(
  database: Database,
  sql: string,
  most: number,
): AsyncGenerator<readonly string[]> {
  for (let after = ''; ; ) {
    const rows = await database.all<{ readonly id: string }>(sql, [after, most]);
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) yield ids;
    if (ids.length < most) return;
    after = ids.at(-1) ?? after;
  }
}
