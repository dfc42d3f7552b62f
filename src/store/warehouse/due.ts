/** Who is due, who was refused and why, which creates nobody knows the end of, and what is to be expanded. */

import type { DueStore, Marker, NewDue, RefusalRow } from '../../warehouse/due-storage.ts';
import type { Due, InFlight, RefusedCreate } from '../../warehouse/subject.ts';
import type { Database, SqlValue } from '../database.ts';
import { flag, list } from '../rows.ts';

type DueRow = {
  readonly target: string;
  readonly identity: string;
  readonly generation: number;
  readonly cause: Due['cause'];
  readonly since: number;
  readonly not_before: number | null;
  readonly urgent: number;
  readonly code: string | null;
  readonly message: string | null;
  readonly attempts: number | null;
  readonly first_failed_at: number | null;
};

type InFlightRow = {
  readonly identity: string;
  readonly operation: string;
  readonly since: number;
  readonly match: string;
};

type RefusedCreateRow = {
  readonly identity: string;
  readonly since: number;
  readonly asked: string;
};

type MarkerRow = {
  readonly target: string;
  readonly name: string;
  readonly cause: Marker['cause'];
  readonly position: string;
};

const DUE = `target, identity, generation, cause, since, not_before, urgent, code, message,
  attempts, first_failed_at`;

const EPOCH = 'epoch';

export function dueStore(database: Database): DueStore {
  const { inList } = database;
  /** Rows that differ in whom they are about only, as most do, are one statement. */
  const insert = async (rows: readonly NewDue[], otherwise: string): Promise<void> => {
    const lots = Map.groupBy(rows, ({ target, generation, cause, since, urgent }) =>
      JSON.stringify([target, generation, cause, since, urgent]),
    );
    await Promise.all(
      [...lots.values()].flatMap((lot) => {
        const [first] = lot;
        if (!first) return [];
        const identities = new Set(lot.map(({ identity }) => identity));
        return database.run(
          // "where" tells SQLite that "on conflict" is no part of a join.
          `insert into due (target, identity, generation, cause, since, urgent)
           select ?, e.value, cast(? as bigint), ?, cast(? as bigint), cast(? as bigint)
           from ${database.each} e where true
           on conflict (tenant, target, identity) do update set
             generation = excluded.generation, cause = excluded.cause, not_before = null
             ${otherwise}`,
          [
            first.target,
            first.generation,
            first.cause,
            first.since,
            flag(first.urgent),
            list(identities),
          ],
        );
      }),
    );
  };
  return {
    nextEpoch: async () => {
      const [row] = await database.all<{ readonly value: string }>(
        `insert into fingerprint (name, value) values ('${EPOCH}', '1')
         on conflict (tenant, name)
         do update set value = cast(cast(fingerprint.value as bigint) + 1 as text)
         returning value`,
      );
      return Number(row?.value ?? 1);
    },

    // What failed before stays beside the row: attempts are counted on, though it is due at once.
    addDue: (rows) =>
      insert(rows, ', urgent = case when excluded.urgent = 1 then 1 else due.urgent end'),

    addDueIfIdle: (rows) => insert(rows, ' where due.not_before is not null'),

    releaseDue: async (target, now) => {
      await database.run('update due set not_before = null where target = ? and not_before <= ?', [
        target,
        now,
      ]);
    },

    dueCount: async (target, now) => {
      const [row] = await database.all<{ readonly n: number }>(
        `select count(*) as n from due
         where target = ? and (not_before is null or not_before <= ?)`,
        [target, now],
      );
      return row?.n ?? 0;
    },

    urgentDue: async (target, limit) =>
      (
        await database.all<DueRow>(
          // Without an index over targets SQLite takes the one of urgent rows, which are few.
          `select ${DUE} from due where target || '' = ? and urgent = 1 and not_before is null
           order by identity limit ?`,
          [target, limit],
        )
      ).map(dueOf),

    ordinaryDue: async (target, after, limit) =>
      (
        await database.all<DueRow>(
          `select ${DUE} from due
           where target = ? and identity > ? and urgent = 0 and not_before is null
           order by identity limit ?`,
          [target, after, limit],
        )
      ).map(dueOf),

    dueOf: async (target, identities) =>
      (
        await database.all<DueRow>(
          `select ${DUE} from due where target = ? and identity in ${inList}`,
          [target, list(identities)],
        )
      ).map(dueOf),

    dueAfter: async (target, after, limit) =>
      (
        await database.all<DueRow>(
          `select ${DUE} from due where target = ? and identity > ? order by identity limit ?`,
          [target, after, limit],
        )
      ).map(dueOf),

    settle: (target, rows) =>
      database.batch(
        'delete from due where target = ? and identity = ? and generation = ?',
        rows.map(({ identity, generation }) => [target, identity, generation]),
      ),

    settleToDate: (target, rows) =>
      database.batch(
        `update due set cause = 'date', not_before = ?, urgent = 0, code = null, message = null,
           attempts = null, first_failed_at = null
         where target = ? and identity = ? and generation = ?`,
        rows.map(({ identity, generation, at }) => [at, target, identity, generation]),
      ),

    // A row that became due again meanwhile keeps its turn; the failure is remembered all the same.
    settleToEscrow: (target, rows) =>
      database.batch(
        `update due set code = ?, message = ?, attempts = ?, first_failed_at = ?,
           cause = case when generation = ? then 'retry' else cause end,
           not_before = case when generation = ? then cast(? as bigint) else not_before end,
           urgent = case when generation = ? then 0 else urgent end
         where target = ? and identity = ?`,
        rows.map(({ identity, generation, escrow, notBefore }) => [
          escrow.code,
          escrow.message,
          escrow.attempts,
          escrow.firstFailedAt.getTime(),
          generation,
          generation,
          notBefore ?? null,
          generation,
          target,
          identity,
        ]),
      ),

    clearRefusals: (target, identities) =>
      database.batch(
        'delete from refusal where target = ? and identity = ?',
        identities.map((identity) => [target, identity]),
      ),

    saveRefusals: (target, rows) =>
      database.batch(
        `insert into refusal (target, identity, code, message, at) values (?, ?, ?, ?, ?)
         on conflict (tenant, target, identity) do update set code = excluded.code,
           message = excluded.message, at = excluded.at`,
        rows.map(({ identity, code, message, at }) => [target, identity, code, message, at]),
      ),

    refusals: (target, after, limit) =>
      database.all<RefusalRow & { readonly [column: string]: SqlValue }>(
        `select identity, code, message, at from refusal
         where target = ? and identity > ? order by identity limit ?`,
        [target, after, limit],
      ),

    inFlight: async (target, identities) =>
      new Map(
        (
          await database.all<InFlightRow>(
            `select identity, operation, since, match from in_flight
             where target = ? and identity in ${inList}`,
            [target, list(identities)],
          )
        ).map((row) => [row.identity, inFlightOf(row)]),
      ),

    saveInFlight: (target, rows) =>
      database.batch(
        `insert into in_flight (target, identity, operation, since, match) values (?, ?, ?, ?, ?)
         on conflict (tenant, target, identity) do update set operation = excluded.operation,
           since = excluded.since, match = excluded.match`,
        rows.map(({ identity, operation, since, match }) => [
          target,
          identity,
          operation,
          since.getTime(),
          JSON.stringify(match),
        ]),
      ),

    clearInFlight: (target, identities) =>
      database.batch(
        'delete from in_flight where target = ? and identity = ?',
        identities.map((identity) => [target, identity]),
      ),

    refusedCreates: async (target, identities) =>
      new Map(
        (
          await database.all<RefusedCreateRow>(
            `select identity, since, asked from refused_create
             where target = ? and identity in ${inList}`,
            [target, list(identities)],
          )
        ).map((row) => [row.identity, refusedCreateOf(row)]),
      ),

    saveRefusedCreates: (target, rows) =>
      database.batch(
        `insert into refused_create (target, identity, since, asked) values (?, ?, ?, ?)
         on conflict (tenant, target, identity) do update set since = excluded.since,
           asked = excluded.asked`,
        rows.map(({ identity, since, asked }) => [
          target,
          identity,
          since.getTime(),
          JSON.stringify(asked),
        ]),
      ),

    clearRefusedCreates: (target, identities) =>
      database.batch(
        'delete from refused_create where target = ? and identity = ?',
        identities.map((identity) => [target, identity]),
      ),

    fingerprints: async () =>
      new Map(
        (
          await database.all<{ readonly name: string; readonly value: string }>(
            `select name, value from fingerprint where name <> '${EPOCH}'`,
          )
        ).map(({ name, value }) => [name, value]),
      ),

    setFingerprint: async (name, value) => {
      if (value === undefined) await database.run('delete from fingerprint where name = ?', [name]);
      else {
        await database.run(
          `insert into fingerprint (name, value) values (?, ?)
           on conflict (tenant, name) do update set value = excluded.value`,
          [name, value],
        );
      }
    },

    markers: async (target, limit = 1000) =>
      (
        await database.all<MarkerRow>(
          `select target, name, cause, position from marker where target = ? order by name
           limit ?`,
          [target, limit],
        )
      ).map(({ target: of, name, cause, position }) => ({
        target: of,
        name,
        cause,
        cursor: position,
      })),

    saveMarker: async ({ target, name, cause, cursor }) => {
      await database.run(
        `insert into marker (target, name, cause, position) values (?, ?, ?, ?)
         on conflict (tenant, target, name) do update set cause = excluded.cause,
           position = excluded.position`,
        [target, name, cause, cursor],
      );
    },

    removeMarker: async ({ target, name }) => {
      await database.run('delete from marker where target = ? and name = ?', [target, name]);
    },
  };
}

function dueOf(row: DueRow): Due {
  const { code, message, attempts, first_failed_at: firstFailedAt } = row;
  return {
    identity: row.identity,
    target: row.target,
    generation: row.generation,
    cause: row.cause,
    since: new Date(row.since),
    ...(row.not_before !== null && { notBefore: new Date(row.not_before) }),
    ...(row.urgent === 1 && { urgent: true }),
    ...(code !== null &&
      message !== null &&
      attempts !== null &&
      firstFailedAt !== null && {
        escrow: { code, message, attempts, firstFailedAt: new Date(firstFailedAt) },
      }),
  };
}

function inFlightOf({ operation, since, match }: InFlightRow): InFlight {
  // Written by `saveInFlight`, and by nobody else.
  return { operation, since: new Date(since), match: JSON.parse(match) };
}

function refusedCreateOf({ since, asked }: RefusedCreateRow): RefusedCreate {
  // Written by `saveRefusedCreates`, and by nobody else.
  return { since: new Date(since), asked: JSON.parse(asked) };
}
