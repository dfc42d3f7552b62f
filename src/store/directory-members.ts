/**
 * Who is in the groups of a directory. Changes to one group that come together are written as one: clients that
 * add and remove one by one are many, and the group is another one by all of them only once.
 */

import type { Write } from '../connectors/directory/storage.ts';
import type { SystemName } from '../identity/record.ts';
import type { Queries, Row } from './database.ts';
import { NUMBER, type Numbered } from './directory-puts.ts';

type Members = Write & { readonly type: 'members' };

/** Changes to one group, none of which touches a member that another of them touches. */
export interface Lot {
  readonly group: string;
  readonly changes: readonly Numbered<Members>[];
}

/** In the order in which they have to be written. */
export function lotsOf(changes: readonly Numbered<Members>[]): readonly Lot[] {
  const lots: { readonly group: string; readonly changes: Numbered<Members>[] }[] = [];
  const open = new Map<string, { lot: (typeof lots)[number]; touched: Set<string> }>();
  for (const change of changes) {
    const { group, add, remove, expects } = change.write;
    const ids = [...add.map(({ id }) => id), ...remove];
    const held = open.get(group);
    const fits = held && expects === undefined && !ids.some((id) => held.touched.has(id));
    const { lot, touched } = fits
      ? held
      : { lot: { group, changes: [] }, touched: new Set<string>() };
    if (!fits) lots.push(lot);
    lot.changes.push(change);
    for (const id of ids) touched.add(id);
    // Behind a version that was asked for nothing is joined to it.
    if (expects === undefined) open.set(group, { lot, touched });
    else open.delete(group);
  }
  return lots;
}

/** Of whoever is here; clients send members of groups by their id alone, and mean groups as well. */
const KIND = `coalesce((select kind from directory_object
  where system = ? and kind in ('user', 'group') and id = ? limit 1), ?)`;

interface HeldRow extends Row {
  readonly sequence: number;
}

/**
 * Sends the statements and does not wait: all of a transaction travel together.
 *
 * @returns The version that the group has then; 0 where it is not there, or is another one than was asked for.
 */
export async function changeMembers(
  queries: Queries,
  system: SystemName,
  { group, changes }: Lot,
): Promise<number> {
  const expects = changes[0]?.write.expects;
  const [asked, version] = expects === undefined ? ['', []] : [' and sequence = ?', [expects]];
  const thisGroup = `from directory_object where system = ? and kind = 'group' and id = ?${asked}`;
  const place = [system, group, ...version];
  const exists = expects === undefined ? [] : queries.all(`select 1 ${thisGroup}`, place);
  const added = queries.batch(
    `insert into directory_member (system, group_id, member_id, member_kind, sequence, removed)
     select ?, ?, ?, ${KIND}, ${NUMBER}, 0 ${thisGroup}
     on conflict (tenant, system, group_id, member_id) do update
       set removed = 0, sequence = excluded.sequence, member_kind = excluded.member_kind
       where directory_member.removed = 1`,
    changes.flatMap(({ write: { add }, behind }) =>
      add.map(({ kind, id }, index) => [
        ...[system, group, id],
        ...[system, id, kind],
        ...[system, behind - 1 - index],
        ...place,
      ]),
    ),
  );
  const removed = queries.batch(
    `update directory_member set removed = 1, sequence = ${NUMBER}
     where system = ? and group_id = ? and member_id = ? and removed = 0
       and exists (select 1 ${thisGroup})`,
    changes.flatMap(({ write: { add, remove }, behind }) =>
      remove.map((id, index) => [
        ...[system, behind - 1 - add.length - index],
        ...[system, group, id],
        ...place,
      ]),
    ),
  );
  const first = changes[0]?.behind ?? 0;
  const last = changes.at(-1);
  const end = last ? last.behind - last.write.add.length - last.write.remove.length : first;
  // By the numbers of these changes, not by the members of the group, which may be many. Its own is the
  // first of them: whoever reads learns of the group before its members.
  const renewed = queries.run(
    `update directory_object set sequence = ${NUMBER}, modified_at = ?
     where system = ? and kind = 'group' and id = ? and exists (select 1 from directory_member
       where system = ? and sequence > ${NUMBER} and sequence <= ${NUMBER} and group_id || '' = ?)`,
    [
      ...[system, first, last?.write.at ?? ''],
      ...[system, group],
      // With an end as well: of what is open on one side PostgreSQL expects so much that it reads all.
      ...[system, system, first, system, end, group],
    ],
  );
  const held = queries.all<HeldRow>(
    `select sequence from directory_object where system = ? and kind = 'group' and id = ?`,
    [system, group],
  );
  const [before, after] = await Promise.all([exists, held, added, removed, renewed]);
  if (expects !== undefined && before.length === 0) return 0;
  return after[0]?.sequence ?? 0;
}
