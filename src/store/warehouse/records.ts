/** The connector space: records, the keys they are found by, and the state of accounts. */

import type { ObjectRef } from '../../identity/record.ts';
import type {
  AccountRecord,
  AccountState,
  RecordStore,
  StoredAccount,
  StoredRecord,
} from '../../warehouse/storage.ts';
import type { Database } from '../database.ts';
import { bySpace, flag, list, optional, refColumns } from '../rows.ts';

type RecordRow = {
  readonly system: string;
  readonly kind: string;
  readonly id: string;
  readonly attributes: string;
  readonly version: string | null;
  readonly present: number;
  readonly recoverable: number;
  readonly identity: string | null;
  readonly ages: string | null;
};

type StateRow = {
  readonly asked: string | null;
  readonly answered: string | null;
  readonly disabled_at: number | null;
  readonly deleted: number;
};

type AccountRow = StateRow & {
  readonly system: string;
  readonly kind: string;
  readonly id: string;
  readonly identity: string;
};

const STATE = 'asked, answered, disabled_at, deleted';
const COLUMNS = 'system, kind, id, attributes, version, present, recoverable, identity, ages';

export function recordStore(database: Database): RecordStore {
  const { inList } = database;
  return {
    records: async (refs) => {
      const lots = await Promise.all(
        bySpace(refs).map(({ system, kind, ids }) =>
          database.all<RecordRow>(
            `select ${COLUMNS} from record where system = ? and kind = ? and id in ${inList}`,
            [system, kind, list(ids)],
          ),
        ),
      );
      return lots.flatMap((rows) => rows.map(recordOf));
    },

    recordsOf: async (identities) =>
      (
        await database.all<RecordRow & StateRow>(
          `select ${COLUMNS}, ${STATE} from record where identity in ${inList}`,
          [list(identities)],
        )
      ).map(accountRecordOf),

    recordsIn: async (system, identities) =>
      (
        await database.all<RecordRow & StateRow>(
          `select ${COLUMNS}, ${STATE} from record where system = ? and identity in ${inList}`,
          [system, list(identities)],
        )
      ).map(accountRecordOf),

    saveRecords: (records) =>
      database.batch(
        `insert into record (${COLUMNS}, seen) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant, system, kind, id) do update set
           attributes = excluded.attributes, version = excluded.version,
           present = excluded.present, recoverable = excluded.recoverable,
           identity = excluded.identity, ages = coalesce(excluded.ages, record.ages),
           seen = case when excluded.seen > record.seen then excluded.seen else record.seen end,
           deleted = case when excluded.present = 1 then 0 else record.deleted end`,
        records.map((record) => [
          ...refColumns(record.ref),
          record.attributes,
          record.version ?? null,
          flag(record.present),
          flag(record.recoverable),
          record.identity ?? null,
          record.ages ?? null,
          record.shownBy,
        ]),
      ),

    deleteRecords: (refs) =>
      database.batch(
        'delete from record where system = ? and kind = ? and id = ?',
        refs.map(refColumns),
      ),

    unlink: (refs) =>
      database.batch(
        `update record set identity = null, asked = null, answered = null, disabled_at = null
         where system = ? and kind = ? and id = ?`,
        refs.map(refColumns),
      ),

    unjoinedRecords: async (system, kind, after, limit) =>
      (
        await database.all<RecordRow>(
          `select ${COLUMNS} from record
           where system = ? and kind = ? and id > ? and present = 1 and identity is null
           order by id limit ?`,
          [system, kind, after, limit],
        )
      ).map(recordOf),

    removeRecordKeys: (keys) =>
      database.batch(
        'delete from record_key where system = ? and kind = ? and id = ? and key = ?',
        keys.map(({ ref, key }) => [...refColumns(ref), key]),
      ),

    addRecordKeys: (keys) =>
      database.batch(
        `insert into record_key (system, kind, id, key) values (?, ?, ?, ?)
         on conflict do nothing`,
        keys.map(({ ref, key }) => [...refColumns(ref), key]),
      ),

    recordsWithKeys: async (system, kind, keys, limitEach) =>
      (
        await database.all<RecordRow & { readonly key: string }>(
          `select k.key, ${COLUMNS.replace(/(\w+)/g, 'r.$1')}
           from (
             select key, system, kind, id,
                    row_number() over (partition by key order by id) as place
             from record_key where system = ? and kind = ? and key in ${inList}
           ) k join record r on r.system = k.system and r.kind = k.kind and r.id = k.id
           where k.place <= ? order by k.key, k.id`,
          [system, kind, list(keys), limitEach],
        )
      ).map((row) => ({ key: row.key, record: recordOf(row) })),

    forgetUnjoined: (refs) =>
      database.batch(
        'delete from unjoined where system = ? and kind = ? and id = ?',
        refs.map(refColumns),
      ),

    addUnjoined: (keys) =>
      database.batch(
        `insert into unjoined (system, kind, id, key) values (?, ?, ?, ?) on conflict do nothing`,
        keys.map(({ ref, key }) => [...refColumns(ref), key]),
      ),

    unjoinedWith: (keys) =>
      database.all<ObjectRef & { readonly [column: string]: string }>(
        `select distinct system, kind, id from unjoined where key in ${inList}
         order by system, kind, id`,
        [list(keys)],
      ),

    accounts: async (system, identities) =>
      (
        await database.all<AccountRow>(
          `select system, kind, id, identity, ${STATE}
           from record where system = ? and identity in ${inList}`,
          [system, list(identities)],
        )
      ).map(accountOf),

    saveAccounts: (accounts) =>
      database.batch(
        `update record set asked = ?, answered = ?, disabled_at = ?, deleted = ?
         where system = ? and kind = ? and id = ?`,
        accounts.map(({ ref, asked, answered, disabledAt, deleted }) => [
          asked,
          answered,
          disabledAt ?? null,
          flag(deleted),
          ...refColumns(ref),
        ]),
      ),

    managed: async (system) => {
      const [row] = await database.all<{ readonly n: number }>(
        'select count(*) as n from record where system = ? and managed = 1',
        [system],
      );
      return row?.n ?? 0;
    },
  };
}

function recordOf(row: RecordRow): StoredRecord {
  return {
    ref: { system: row.system, kind: row.kind, id: row.id },
    attributes: row.attributes,
    present: row.present === 1,
    recoverable: row.recoverable === 1,
    ...optional('version', row.version),
    ...optional('identity', row.identity),
    ...optional('ages', row.ages),
  };
}

function accountOf(row: AccountRow): StoredAccount {
  return {
    identity: row.identity,
    ref: { system: row.system, kind: row.kind, id: row.id },
    ...stateOf(row),
  };
}

function accountRecordOf(row: RecordRow & StateRow): AccountRecord {
  return { ...recordOf(row), state: stateOf(row) };
}

function stateOf(row: StateRow): AccountState {
  return {
    asked: row.asked ?? '{}',
    answered: row.answered ?? '{}',
    deleted: row.deleted === 1,
    ...optional('disabledAt', row.disabled_at),
  };
}
