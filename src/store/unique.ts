/** Names that only one may have: whose they are, or from when on they are free. */

import type { HeldName, StoredAccountText, UniqueStore } from '../warehouse/unique-storage.ts';
import type { Database } from './database.ts';
import { list } from './rows.ts';

type NameRow = { readonly value: string; readonly holder: string };

export function uniqueStore(database: Database): UniqueStore {
  const held = async (
    space: string,
    names: readonly string[],
    at: number,
  ): Promise<readonly HeldName[]> =>
    names.length === 0
      ? []
      : (
          await database.all<NameRow>(
            `select value, holder from unique_name
             where space = ? and value in ${database.inList} and (until is null or until > ?)`,
            [space, list(names), at],
          )
        ).map(({ value, holder }) => ({ name: value, holder }));
  return {
    accountsAfter: (system, kind, after, limit) =>
      database.all<StoredAccountText & { readonly [column: string]: string }>(
        `select id, attributes from record
         where system = ? and kind = ? and id > ? and present = 1 order by id limit ?`,
        [system, kind, after, limit],
      ),

    namesHeld: held,

    takeNames: async (space, names, at, until) => {
      // In one order, so that two who want the same never wait for each other.
      const sorted = names.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      await database.batch(
        `insert into unique_name (space, value, holder, at, until) values (?, ?, ?, ?, ?)
         on conflict (tenant, space, value) do update set
           holder = excluded.holder, at = excluded.at, until = excluded.until
         where unique_name.holder = excluded.holder or unique_name.until <= excluded.at`,
        sorted.map(({ name, holder }) => [space, name, holder, at, until ?? null]),
      );
      return held(
        space,
        names.map(({ name }) => name),
        at,
      );
    },

    freeNames: (space, names, at, until) =>
      database.batch(
        `insert into unique_name (space, value, holder, at, until) values (?, ?, ?, ?, ?)
         on conflict (tenant, space, value) do update set until = excluded.until,
           holder = case when unique_name.until <= excluded.at then excluded.holder
             else unique_name.holder end
         where unique_name.holder = excluded.holder or excluded.holder = ''
           or unique_name.until <= excluded.at`,
        names.map(({ name, holder }) => [space, name, holder, at, until]),
      ),

    anyNameFree: async (at) => {
      const one = 'select 1 as one from unique_name where until <= ? limit 1';
      return (await database.all(one, [at])).length > 0;
    },

    pruneNames: async (at, most) => {
      const oldest = 'select space, value from unique_name where until <= ? order by until limit ?';
      const free = `delete from unique_name where (space, value) in (${oldest}) and until <= ?`;
      return (await database.run(free, [at, most, at])) === most;
    },
  };
}
