/** Identities, the keys they are found by, the references between them, and the review queue. */

import type { ObjectRef } from '../../identity/record.ts';
import type {
  Edge,
  IdentityKey,
  IdentityStore,
  KindEdge,
  StoredIdentity,
} from '../../warehouse/storage.ts';
import type { ReviewItem } from '../../warehouse/warehouse.ts';
import type { Database } from '../database.ts';
import { bySpace, flag, list, optional } from '../rows.ts';

type IdentityRow = {
  readonly id: string;
  readonly kind: string;
  readonly attributes: string;
  readonly origins: string;
  readonly present: number;
};

type EdgeRow = {
  readonly identity: string;
  readonly attribute: string;
  readonly referent: string;
  readonly referred: string | null;
};

export type ReviewRow = {
  readonly id: string;
  readonly kind: ReviewItem['kind'];
  readonly system: string;
  readonly subject: string;
  readonly message: string;
  readonly candidates: string;
  readonly since: number;
};

const EDGE = 'identity, attribute, referent, referred';

export function identityStore(database: Database): IdentityStore {
  const { inList } = database;
  const edges = async (
    column: 'referent' | 'referred',
    values: readonly string[],
  ): Promise<readonly KindEdge[]> =>
    (
      await database.all<EdgeRow & { readonly kind: string }>(
        `select e.identity, e.attribute, e.referent, e.referred, i.kind
         from edge e join identity i on i.id = e.identity where e.${column} in ${inList}`,
        [list(values)],
      )
    ).map((row) => ({ ...edgeOf(row), kind: row.kind }));
  return {
    identities: async (ids) =>
      (
        await database.all<IdentityRow>(
          `select id, kind, attributes, origins, present from identity where id in ${inList}`,
          [list(ids)],
        )
      ).map(identityOf),

    saveIdentities: (identities) =>
      database.batch(
        `insert into identity (id, kind, attributes, origins, present) values (?, ?, ?, ?, ?)
         on conflict (tenant, id) do update set attributes = excluded.attributes,
           origins = excluded.origins, present = excluded.present`,
        identities.map(({ id, kind, attributes, origins, present }) => [
          id,
          kind,
          attributes,
          origins,
          flag(present),
        ]),
      ),

    deleteIdentities: async (ids) => {
      if (ids.length === 0) return;
      const rows = ids.map((id) => [id]);
      await Promise.all([
        database.batch('delete from identity where id = ?', rows),
        database.batch('delete from edge where identity = ?', rows),
        database.batch('delete from due where identity = ?', rows),
        database.batch('delete from refusal where identity = ?', rows),
        database.batch('delete from in_flight where identity = ?', rows),
        database.batch('delete from refused_create where identity = ?', rows),
      ]);
    },

    identityIds: async (kind, after, limit) =>
      (
        await database.all<{ readonly id: string }>(
          kind === undefined
            ? 'select id from identity where id > ? order by id limit ?'
            : 'select id from identity where kind = ? and id > ? order by id limit ?',
          kind === undefined ? [after, limit] : [kind, after, limit],
        )
      ).map(({ id }) => id),

    anyIdentity: async () =>
      (await database.all('select 1 as one from identity limit 1')).length > 0,

    removeIdentityKeys: (keys) =>
      database.batch('delete from identity_key where key = ? and identity = ?', keys.map(keyRow)),

    addIdentityKeys: (keys) =>
      database.batch(
        'insert into identity_key (key, identity) values (?, ?) on conflict do nothing',
        keys.map(keyRow),
      ),

    identitiesWithKeys: (keys) =>
      database.all<IdentityKey & { readonly [column: string]: string }>(
        `select key, identity from identity_key where key in ${inList} order by key, identity`,
        [list(keys)],
      ),

    dropIdentityKeys: async (limit) =>
      (await database.run(
        `delete from identity_key where (key, identity) in
           (select key, identity from identity_key limit ?)`,
        [limit],
      )) === limit,

    identitiesOfRecords: async (refs) => {
      const lots = await Promise.all(
        bySpace(refs).map(({ system, kind, ids }) =>
          database.all<
            ObjectRef & { readonly identity: string; readonly [column: string]: string }
          >(
            `select system, kind, id, identity from record
             where system = ? and kind = ? and id in ${inList} and identity is not null`,
            [system, kind, list(ids)],
          ),
        ),
      );
      return lots.flat().map(({ system, kind, id, identity }) => ({
        ref: { system, kind, id },
        identity,
      }));
    },

    removeEdges: (rows) =>
      database.batch(
        'delete from edge where identity = ? and attribute = ? and referent = ?',
        rows.map(({ identity, attribute, referent }) => [identity, attribute, referent]),
      ),

    saveEdges: (rows) =>
      database.batch(
        `insert into edge (${EDGE}) values (?, ?, ?, ?)
         on conflict (tenant, identity, attribute, referent)
         do update set referred = excluded.referred`,
        rows.map(({ identity, attribute, referent, referred }) => [
          identity,
          attribute,
          referent,
          referred ?? null,
        ]),
      ),

    edgesOf: async (identities) =>
      (
        await database.all<EdgeRow>(`select ${EDGE} from edge where identity in ${inList}`, [
          list(identities),
        ])
      ).map(edgeOf),
    edgesTo: (referents) => edges('referent', referents),
    edgesLeadingTo: (identities) => edges('referred', identities),

    withReports: async (identities) => {
      const rows = await database.all<{ readonly id: string }>(
        `select value as id from ${database.each} where exists (
           select 1 from edge e join identity i on i.id = e.identity
           where e.referred = value and e.attribute = 'manager' and e.identity <> value
             and i.present = 1)`,
        [list(identities)],
      );
      return new Set(rows.map(({ id }) => id));
    },

    addReview: async (item) => {
      await database.run(
        `insert into review (id, kind, system, subject, message, candidates, since)
         values (?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant, id) do update set message = excluded.message,
           candidates = excluded.candidates`,
        [
          item.id,
          item.kind,
          item.system,
          item.subject,
          item.message,
          JSON.stringify(item.candidates),
          item.since.getTime(),
        ],
      );
    },

    removeReviews: (items) =>
      database.batch(
        'delete from review where system = ? and subject = ?',
        items.map(({ system, subject }) => [system, subject]),
      ),

    reviews: async () =>
      (
        await database.all<ReviewRow>(
          `select id, kind, system, subject, message, candidates, since from review
           order by since, id`,
        )
      ).map(reviewOf),
  };
}

function keyRow({ key, identity }: IdentityKey): readonly string[] {
  return [key, identity];
}

function identityOf({ id, kind, attributes, origins, present }: IdentityRow): StoredIdentity {
  return { id, kind, attributes, origins, present: present === 1 };
}

function edgeOf({ identity, attribute, referent, referred }: EdgeRow): Edge {
  return { identity, attribute, referent, ...optional('referred', referred) };
}

export function reviewOf({ candidates, since, ...rest }: ReviewRow): ReviewItem {
  // Written by `addReview`, and by nobody else.
  return { ...rest, candidates: JSON.parse(candidates), since: new Date(since) };
}
