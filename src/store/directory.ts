/** The objects of a directory. Reads are single questions; writes are gathered in `directory-writes.ts`. */

import {
  type IndexedEquality,
  indexedEquality,
  SEVERAL,
} from '../connectors/directory/index-terms.ts';
import { type Order, sortedPage } from '../connectors/directory/order.ts';
import type {
  DirectoryStorage,
  Mail,
  Membership,
  Selected,
  Selection,
  StoredChange,
  StoredObject,
} from '../connectors/directory/storage.ts';
import type { Attributes, ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { decidedPage } from './directory-decided.ts';
import { type Condition, conditionOf } from './directory-filter.ts';
import { getTogether } from './directory-get.ts';
import { totalOf } from './directory-limits.ts';
import { noteDelivery, waitingMails } from './directory-mails.ts';
import { inOrderOfKeys, inOrderOfNames, type Lots, pageOfNames } from './directory-order.ts';
import { inOrderOfIds, objectOf, objectRows, PAGE } from './directory-rows.ts';
import { directoryTexts } from './directory-texts.ts';
import { directoryWrites } from './directory-writes.ts';
import { list } from './rows.ts';

/** Objects looked at in one trip where no index answers. */
const SCAN_SIZE = 500;

interface MemberRow extends Row {
  readonly group_id: string;
  readonly member_id: string;
  readonly member_kind: string;
  readonly sequence: number;
  readonly removed: number;
}

interface MembershipRow extends Row {
  readonly member_id: string;
  readonly group_id: string;
  readonly attributes: string;
}

export function directoryStorage(database: Database, system: SystemName): DirectoryStorage {
  const { dialect } = database;
  const rowsOf = objectRows(database, system);
  const objects = async (
    kind: ObjectKind,
    rest: string,
    parameters: readonly SqlValue[],
  ): Promise<readonly StoredObject[]> => (await rowsOf(kind, rest, parameters)).map(objectOf);

  async function search(kind: ObjectKind, selection: Selection): Promise<Selected> {
    const { filter, matches, after, order, offset = 0, count } = selection;
    const equality = filter && indexedEquality(kind, filter);
    if (equality) {
      // PostgreSQL keeps no such text, and takes none.
      if (equality.value.includes('\0')) return { objects: [], total: 0 };
      // Few: sorted here, since an order by id would tempt SQLite away from the index.
      const rows = await objects(kind, ...equalTo(equality));
      const found = rows.toSorted(inOrderOfIds);
      const wanted = matches ? found.filter(matches) : found;
      if (order) return sortedPage(wanted, order, { offset, count });
      const later = after === undefined ? wanted : wanted.filter(({ id }) => id > after);
      return { objects: later.slice(offset, offset + count), total: wanted.length };
    }
    if (order) return ordered(kind, selection, order);
    const condition = filter && conditionOf(filter, dialect);
    if (matches && condition && selection.exactly)
      return decided(kind, selection, matches, condition);
    if (matches) return scan(kind, selection, matches);
    const [page, total] = await Promise.all([
      objects(kind, PAGE, [after ?? '', count, offset]),
      totalOf(database, system, kind),
    ]);
    return { objects: page, total };
  }

  async function ordered(kind: ObjectKind, selection: Selection, order: Order): Promise<Selected> {
    const lots: Lots = (rest, parameters) => objects(kind, rest, parameters);
    const [nameless] = order.byName
      ? await lots(` and (name is null or name = '') limit 1`, [])
      : [undefined];
    if (!order.byName || nameless)
      return inOrderOfKeys(lots, selection, order, (ids) =>
        objects(kind, ` and id in ${database.inList}`, [list(ids)]),
      );
    if (selection.matches) return inOrderOfNames(lots, selection, order);
    const [page, total] = await Promise.all([
      pageOfNames(lots, selection, order),
      totalOf(database, system, kind),
    ]);
    return { objects: page, total };
  }

  async function decided(
    kind: ObjectKind,
    selection: Selection,
    matches: (object: StoredObject) => boolean,
    condition: Condition,
  ): Promise<Selected> {
    const { ids, total, unsure } = await decidedPage(database, system, kind, selection, condition);
    if (unsure > 0) return scan(kind, selection, matches, condition);
    const found = await objects(kind, ` and id in ${database.inList}`, [list(ids)]);
    return { objects: found.toSorted(inOrderOfIds), total };
  }

  /** @param condition Of no interest is whatever surely does not satisfy it. */
  async function scan(
    kind: ObjectKind,
    { after = '', offset = 0, count }: Selection,
    matches: (object: StoredObject) => boolean,
    { sql, parameters }: Condition = { sql: 'true', parameters: [] },
  ): Promise<Selected> {
    const page: StoredObject[] = [];
    let total = 0;
    let passed = 0;
    let last = '';
    for (;;) {
      const lot = await objects(kind, ` and id > ? and (${sql}) is not false order by id limit ?`, [
        last,
        ...parameters,
        SCAN_SIZE,
      ]);
      for (const object of lot) {
        if (!matches(object)) continue;
        total++;
        if (object.id > after && passed++ >= offset && page.length < count) page.push(object);
      }
      if (lot.length < SCAN_SIZE) return { objects: page, total };
      last = lot.at(-1)?.id ?? last;
    }
  }

  async function changes(
    kind: ObjectKind,
    since: number,
    count: number,
  ): Promise<readonly StoredChange[]> {
    const [present, removed, members] = await Promise.all([
      objects(kind, ' and sequence > ? order by sequence limit ?', [since, count]),
      database.all<{ readonly id: string; readonly sequence: number }>(
        `select id, sequence from directory_removed
         where system = ? and kind = ? and sequence > ? order by sequence limit ?`,
        [system, kind, since, count],
      ),
      kind === 'group'
        ? database.all<MemberRow>(
            `select group_id, member_id, member_kind, sequence, removed from directory_member
             where system = ? and sequence > ? order by sequence limit ?`,
            [system, since, count],
          )
        : [],
    ]);
    const all: StoredChange[] = [
      ...present.map((object) => ({ type: 'object' as const, sequence: object.version, object })),
      ...removed.map(({ id, sequence }) => ({ type: 'removed' as const, sequence, kind, id })),
      ...members.map((row) => memberChange(system, row)),
    ];
    return all.sort((one, other) => one.sequence - other.sequence).slice(0, count);
  }

  return {
    get: getTogether((kind, ids) =>
      ids.length === 1
        ? objects(kind, ' and id = ?', ids)
        : objects(kind, ` and id in ${database.inList}`, [list(ids)]),
    ),
    search,
    texts: directoryTexts(database, system, (kind) => totalOf(database, system, kind)),
    waitingFor: (kind, values) =>
      objects(kind, ` and waiting in ${database.inList}`, [
        list(values.map((value) => value.toLowerCase())),
      ]),
    changes,
    members: async (group) => {
      const rows = await database.all<MemberRow>(
        `select group_id, member_id, member_kind, sequence, removed from directory_member
         where system = ? and group_id = ? and removed = 0 order by member_id`,
        [system, group],
      );
      return rows.map((row) => ({ system, kind: row.member_kind, id: row.member_id }));
    },
    memberships: async (members) => {
      const rows = await database.all<MembershipRow>(
        `select m.member_id, m.group_id, o.attributes from directory_member m
         join directory_object o on o.system = m.system and o.kind = 'group' and o.id = m.group_id
         where m.system = ? and m.removed = 0 and m.member_id in ${database.inList}
         order by m.group_id`,
        [system, list(members)],
      );
      return rows.map(membershipOf);
    },
    write: directoryWrites(database, system),
    mails: async () => {
      const rows = await database.all<{ readonly content: string }>(
        'select content from directory_mail where system = ? order by sequence',
        [system],
      );
      return rows.map(({ content }) => JSON.parse(content) as Mail);
    },
    waitingMails: (now, since, count) => waitingMails(database, system, now, since, count),
    delivered: (sequence, delivery) => noteDelivery(database, system, sequence, delivery),
    listed: async (name) => {
      const rows = await database.all<{ readonly value: string }>(
        'select value from directory_listed where system = ? and list = ? order by value',
        [system, name],
      );
      return rows.map(({ value }) => value);
    },
  };
}

function equalTo({ column, value }: IndexedEquality): readonly [string, readonly SqlValue[]] {
  switch (column) {
    case 'id':
      return [' and id = ?', [value]];
    case 'mail':
      return [' and mail in (?, ?)', [value, SEVERAL]];
    case 'name':
    case 'external':
      return [` and ${column} = ?`, [value]];
  }
}

function membershipOf(row: MembershipRow): Membership {
  const { displayName } = JSON.parse(row.attributes) as Attributes;
  return {
    member: row.member_id,
    group: row.group_id,
    ...(typeof displayName === 'string' && { display: displayName }),
  };
}

function memberChange(system: SystemName, row: MemberRow): StoredChange {
  return {
    type: 'member',
    sequence: row.sequence,
    group: row.group_id,
    member: { system, kind: row.member_kind, id: row.member_id },
    removed: row.removed === 1,
  };
}
