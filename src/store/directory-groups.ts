/** Groups of a directory are other ones once their members are: each has a number of its own then. */

import type { SystemName } from '../identity/record.ts';
import type { Database, Queries } from './database.ts';
import { list } from './rows.ts';

/** Ends the memberships of objects that were deleted, and numbers the groups they were in anew. */
export async function leaveGroups(
  queries: Queries,
  database: Database,
  system: SystemName,
  gone: readonly string[],
  at: string,
): Promise<void> {
  const ids = list(gone);
  const left = await queries.all<{ readonly group_id: string }>(
    `select distinct group_id from directory_member
     where system = ? and removed = 0 and member_id in ${database.inList}`,
    [system, ids],
  );
  await queries.run(
    `delete from directory_member where system = ?
     and (group_id in ${database.inList} or member_id in ${database.inList})`,
    [system, ids, ids],
  );
  if (left.length === 0) return;
  const [taken] = await queries.all<{ readonly value: number }>(
    'update directory_sequence set value = value + ? where system = ? returning value',
    [left.length, system],
  );
  const first = (taken?.value ?? 0) - left.length + 1;
  await queries.batch(
    `update directory_object set sequence = ?, modified_at = ?
     where system = ? and kind = 'group' and id = ?`,
    left.map(({ group_id }, index) => [first + index, at, system, group_id]),
  );
}
