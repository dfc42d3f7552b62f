/** Who has left, since when that is known, and the longest time whose values are gone. */

import type { LeaverStore } from '../../sync/privacy-storage.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';

/** Under these rules, those of that time are not gone yet. */
const DUE = '(rules is null or rules <> ? or done_seconds < ?) and since <= ?';

export function leavers(database: Database): LeaverStore {
  const { inList } = database;
  return {
    noteLeavers: (now) =>
      database.transaction(async (queries) => {
        await queries.run(
          `delete from leaver where identity in (
             select l.identity from leaver l join identity i on i.id = l.identity
             where i.present = 1)`,
        );
        await queries.run(
          `insert into leaver (identity, since, done_seconds)
           select i.id, cast(? as bigint), -1 from identity i
           where i.present = 0 and i.kind = 'user'
             and not exists (select 1 from leaver l where l.identity = i.id)`,
          [now.getTime()],
        );
      }),
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
