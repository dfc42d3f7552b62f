/** Readings, how far each system was read, and what a full reading has shown so far. */

import type {
  Progress,
  ReadingStore,
  Rejection,
  StoredReading,
} from '../../warehouse/reading-storage.ts';
import type { Database } from '../database.ts';
import { flag, list, optional, refColumns } from '../rows.ts';

type ReadingRow = {
  readonly id: number;
  readonly system: string;
  readonly kind: string;
  readonly mode: StoredReading['mode'];
  readonly resumable: number;
  readonly reached_end: number;
  readonly ended_at: number | null;
  readonly seen: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
};

type ProgressRow = {
  readonly system: string;
  readonly kind: string;
  readonly watermark: string | null;
  readonly read_at: number | null;
  readonly withheld_reading: number | null;
  readonly withheld_absent: number | null;
  readonly withheld_before: number | null;
};

const READING =
  'id, system, kind, mode, resumable, reached_end, ended_at, seen, added, changed, removed';
const PROGRESS =
  'system, kind, watermark, read_at, withheld_reading, withheld_absent, withheld_before';

export function readingStore(database: Database): ReadingStore {
  return {
    openReading: async (system, kind) => {
      const [row] = await database.all<ReadingRow>(
        `select ${READING} from reading where system = ? and kind = ? and ended_at is null
         order by id desc limit 1`,
        [system, kind],
      );
      return row && readingOf(row);
    },

    insertReading: async ({ system, kind, mode }, at) => {
      const [row] = await database.all<{ readonly id: number }>(
        `insert into reading (id, system, kind, mode, started_at)
         select coalesce(max(id), 0) + 1, ?, ?, ?, cast(? as bigint) from reading returning id`,
        [system, kind, mode, at],
      );
      if (!row) throw new Error('the store did not answer with the number of the reading');
      return row.id;
    },

    reading: async (id) => {
      const [row] = await database.all<ReadingRow>(`select ${READING} from reading where id = ?`, [
        id,
      ]);
      return row && readingOf(row);
    },

    addToReading: async (id, { seen, added, changed, removed }) => {
      await database.run(
        `update reading set seen = seen + ?, added = added + ?, changed = changed + ?,
           removed = removed + ? where id = ?`,
        [seen, added, changed, removed, id],
      );
    },

    markReading: async (id, { resumable, reachedEnd }) => {
      await database.run(
        `update reading set
           resumable = case when ? = 1 then 1 else resumable end,
           reached_end = case when ? = 1 then 1 else reached_end end
         where id = ?`,
        [flag(resumable), flag(reachedEnd), id],
      );
    },

    closeReading: async (id, at) => {
      await database.run('update reading set ended_at = ? where id = ?', [at, id]);
    },

    progress: async (system, kind) => {
      const [row] = await database.all<ProgressRow>(
        `select ${PROGRESS} from progress where system = ? and kind = ?`,
        [system, kind],
      );
      return row && progressOf(row);
    },

    allProgress: async () =>
      (
        await database.all<ProgressRow>(`select ${PROGRESS} from progress order by system, kind`)
      ).map(progressOf),

    setWatermark: async (system, kind, watermark) => {
      await database.run(
        `insert into progress (system, kind, watermark) values (?, ?, ?)
         on conflict (tenant, system, kind) do update set watermark = excluded.watermark`,
        [system, kind, watermark ?? null],
      );
    },

    setReadAt: async (system, kind, at) => {
      await database.run(
        `insert into progress (system, kind, read_at) values (?, ?, ?)
         on conflict (tenant, system, kind) do update set read_at = excluded.read_at`,
        [system, kind, at],
      );
    },

    setWithheld: async (system, kind, withheld) => {
      await database.run(
        `insert into progress (system, kind, withheld_reading, withheld_absent, withheld_before)
         values (?, ?, ?, ?, ?)
         on conflict (tenant, system, kind) do update set
           withheld_reading = excluded.withheld_reading,
           withheld_absent = excluded.withheld_absent,
           withheld_before = excluded.withheld_before`,
        [
          system,
          kind,
          withheld?.reading ?? null,
          withheld?.absent ?? null,
          withheld?.before ?? null,
        ],
      );
    },

    addSightings: async (reading, ids) => {
      if (ids.length === 0) return;
      await database.run(
        `insert into sighting (reading, id) select cast(? as bigint), e.value
         from ${database.each} e where true on conflict do nothing`,
        [reading, list(ids)],
      );
    },

    sighted: async (reading, ids) =>
      new Set(
        (
          await database.all<{ readonly id: string }>(
            `select id from sighting where reading = ? and id in ${database.inList}`,
            [reading, list(ids)],
          )
        ).map(({ id }) => id),
      ),

    pruneReadings: async (system, kind, keep, limit) => {
      const closed = `select id from reading
        where system = ? and kind = ? and ended_at is not null and id <> ?`;
      const old = [system, kind, keep ?? 0];
      const dropped = await database.run(
        `delete from sighting where (reading, id) in
           (select reading, id from sighting where reading in (${closed}) limit ?)`,
        [...old, limit],
      );
      if (dropped === limit) return true;
      await Promise.all([
        database.run(`delete from rejection where reading in (${closed})`, old),
        database.run(`delete from reading where id in (${closed})`, old),
      ]);
      return false;
    },

    countPresent: async (system, kind) => {
      const [row] = await database.all<{ readonly n: number }>(
        'select count(*) as n from record where system = ? and kind = ? and present = 1',
        [system, kind],
      );
      return row?.n ?? 0;
    },

    unseen: async ({ id, system, kind }, after, limit) => {
      const rows = await database.all<{ readonly id: string; readonly seen: number }>(
        `select r.id, case when s.id is null and r.seen < ? then 0 else 1 end as seen
         from record r left join sighting s on s.reading = ? and s.id = r.id
         where r.system = ? and r.kind = ? and r.id > ? and r.present = 1
         order by r.id limit ?`,
        [id, id, system, kind, after, limit],
      );
      return {
        ids: rows.filter(({ seen }) => seen === 0).map((row) => row.id),
        ...optional('last', rows.length < limit ? undefined : rows.at(-1)?.id),
      };
    },

    stillUnseen: async ({ id, system, kind }, ids) =>
      (
        await database.all<{ readonly id: string }>(
          `select r.id from record r
           where r.system = ? and r.kind = ? and r.id in ${database.inList}
             and r.present = 1 and r.seen < ?
             and not exists (select 1 from sighting s where s.reading = ? and s.id = r.id)
           order by r.id`,
          [system, kind, list(ids), id, id],
        )
      ).map((row) => row.id),

    saveRejections: (reading, rejections) =>
      database.batch(
        `insert into rejection (system, kind, id, reading, code, message)
         values (?, ?, ?, ?, ?, ?)
         on conflict do nothing`,
        rejections.map(({ ref, code, message }) => [...refColumns(ref), reading, code, message]),
      ),

    rejections: async (reading, limit) => {
      const [[counted], rows] = await Promise.all([
        database.all<{ readonly n: number }>(
          'select count(*) as n from rejection where reading = ?',
          [reading],
        ),
        database.all<{
          readonly system: string;
          readonly kind: string;
          readonly id: string;
          readonly code: string;
          readonly message: string;
        }>(
          `select system, kind, id, code, message from rejection where reading = ?
           order by system, kind, id limit ?`,
          [reading, limit],
        ),
      ]);
      return {
        count: counted?.n ?? 0,
        rejections: rows.map(
          ({ system, kind, id, code, message }): Rejection => ({
            ref: { system, kind, id },
            code,
            message,
          }),
        ),
      };
    },
  };
}

function readingOf(row: ReadingRow): StoredReading {
  const { id, system, kind, mode, seen, added, changed, removed } = row;
  return {
    id,
    system,
    kind,
    mode,
    resumable: row.resumable === 1,
    reachedEnd: row.reached_end === 1,
    ended: row.ended_at !== null,
    tally: { seen, added, changed, removed },
  };
}

function progressOf(row: ProgressRow): Progress {
  const { withheld_reading: reading, withheld_absent: absent, withheld_before: before } = row;
  return {
    system: row.system,
    kind: row.kind,
    ...optional('watermark', row.watermark),
    ...optional('readAt', row.read_at),
    ...(reading !== null &&
      absent !== null &&
      before !== null && { withheld: { reading, absent, before } }),
  };
}
