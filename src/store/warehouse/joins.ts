/** What joining needs: blocks of people who may be alike, whom people kept apart, what they decided. */

import type { ObjectRef } from '../../identity/record.ts';
import type { DecisionRow } from '../../warehouse/decision.ts';
import type { Apart, JoinStore } from '../../warehouse/join-storage.ts';
import type { IdentityKey } from '../../warehouse/storage.ts';
import type { Database } from '../database.ts';
import { bySpace, list, optional, refColumns } from '../rows.ts';
import { type ReviewRow, reviewOf } from './identities.ts';

type ApartRow = {
  readonly system: string;
  readonly kind: string;
  readonly id: string;
  readonly other_system: string;
  readonly other_kind: string;
  readonly other_id: string;
};

type Row = {
  readonly id: string;
  readonly type: DecisionRow['type'];
  readonly at: number;
  readonly identity: string;
  readonly other: string | null;
  readonly records: string;
  readonly detached: string;
  readonly review: string | null;
  readonly undone_at: number | null;
};

const DECISION = 'id, type, at, identity, other, records, detached, review, undone_at';

export function joinStore(database: Database): JoinStore {
  const { inList, each, dialect } = database;
  /** The first few rows of each key; however many there are, no more of them are read. */
  const firstOf = (table: string, columns: readonly string[]): string => {
    const names = columns.join(', ');
    const wanted = columns.map((column) => `k.${column}`).join(', ');
    const first = `select ${names} from ${table} where key = e.value order by ${names} limit ?`;
    switch (dialect) {
      case 'sqlite':
        return `select e.value as key, ${wanted} from ${each} e cross join ${table} k
                where k.key = e.value and (${wanted}) in (${first})`;
      case 'postgres':
        return `select e.value as key, ${wanted} from ${each} e cross join lateral (${first}) k`;
    }
  };
  return {
    identitiesInBlocks: (keys, limitEach) =>
      database.all<IdentityKey & { readonly [column: string]: string }>(
        firstOf('identity_key', ['identity']),
        [list(keys), limitEach],
      ),

    unjoinedInBlocks: async (keys, limitEach) => {
      const rows = await database.all<
        ObjectRef & { readonly key: string } & Record<string, string>
      >(firstOf('unjoined', ['system', 'kind', 'id']), [list(keys), limitEach + 1]);
      return [...Map.groupBy(rows, ({ key }) => key).values()].flatMap((found) =>
        found.length > limitEach ? [] : found.map(({ system, kind, id }) => ({ system, kind, id })),
      );
    },

    anyManaged: async (system, kind) =>
      (
        await database.all(
          `select 1 as one from record
           where system = ? and kind = ? and present = 1 and managed = 1 limit 1`,
          [system, kind],
        )
      ).length > 0,

    apart: async (refs) => {
      const lots = await Promise.all(
        bySpace(refs).map(({ system, kind, ids }) =>
          database.all<ApartRow>(
            `select system, kind, id, other_system, other_kind, other_id from apart
             where system = ? and kind = ? and id in ${inList}`,
            [system, kind, list(ids)],
          ),
        ),
      );
      return lots.flat().map(apartOf);
    },

    saveApart: (pairs, decision) =>
      database.batch(
        `insert into apart (system, kind, id, other_system, other_kind, other_id, decision)
         values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
        pairs.flatMap(({ ref, other }) => [
          [...refColumns(ref), ...refColumns(other), decision],
          [...refColumns(other), ...refColumns(ref), decision],
        ]),
      ),

    removeApart: async (decision) => {
      await database.run('delete from apart where decision = ?', [decision]);
    },

    review: async (id) => {
      const [row] = await database.all<ReviewRow>(
        `select id, kind, system, subject, message, candidates, since from review where id = ?`,
        [id],
      );
      return row && reviewOf(row);
    },

    saveDecision: async ({ id, type, at, identity, other, records, detached, review }) => {
      await database.run(
        `insert into decision (${DECISION}) values (?, ?, ?, ?, ?, ?, ?, ?, null)`,
        [
          id,
          type,
          at.getTime(),
          identity,
          other ?? null,
          JSON.stringify(records),
          JSON.stringify(detached),
          review === undefined ? null : JSON.stringify(review),
        ],
      );
    },

    decision: async (id) => {
      const [row] = await database.all<Row>(`select ${DECISION} from decision where id = ?`, [id]);
      return row && decisionOf(row);
    },

    decisions: async (limit) =>
      (
        await database.all<Row>(
          `select ${DECISION} from decision order by at desc, id desc limit ?`,
          [limit],
        )
      ).map(decisionOf),

    decisionsAbout: async (identity) =>
      (
        await database.all<Row>(
          `select ${DECISION} from decision where identity = ? and undone_at is null
             and type in ('joined', 'merged') order by at desc, id desc`,
          [identity],
        )
      ).map(decisionOf),

    setUndone: async (id, at) => {
      await database.run('update decision set undone_at = ? where id = ?', [at, id]);
    },
  };
}

function apartOf(row: ApartRow): Apart {
  return {
    ref: { system: row.system, kind: row.kind, id: row.id },
    other: { system: row.other_system, kind: row.other_kind, id: row.other_id },
  };
}

/** Its texts were written by `saveDecision`, and by nobody else. */
function decisionOf({ id, type, at, identity, other, ...row }: Row): DecisionRow {
  const review = row.review === null ? undefined : JSON.parse(row.review);
  return {
    id,
    type,
    at: new Date(at),
    identity,
    ...optional('other', other),
    records: JSON.parse(row.records),
    detached: JSON.parse(row.detached),
    ...(review && { review: { ...review, since: new Date(review.since) } }),
    ...(row.undone_at !== null && { undoneAt: new Date(row.undone_at) }),
  };
}
