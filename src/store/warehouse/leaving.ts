import type { LeavingStore } from '../../warehouse/leaving-storage.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';

export function leavingStore(database: Database): LeavingStore {
  const { inList } = database;
  return {
    outSince: async (target, identities) =>
      new Map(
        (
          await database.all<{ readonly identity: string; readonly since: number }>(
            `select identity, since from leaving where target = ? and identity in ${inList}`,
            [target, list(identities)],
          )
        ).map(({ identity, since }) => [identity, new Date(since)]),
      ),

    noteOut: (target, rows) =>
      database.batch(
        'insert into leaving (target, identity, since) values (?, ?, ?) on conflict do nothing',
        rows.map(({ identity, since }) => [target, identity, since]),
      ),

    forgetOut: async (target, identities) => {
      if (identities.length === 0) return;
      await database.run(`delete from leaving where target = ? and identity in ${inList}`, [
        target,
        list(identities),
      ]);
    },
  };
}
