/** Whether there is room in a directory for what is written, where the write says how much there may be. */

import type { Write, Written } from '../connectors/directory/storage.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Queries } from './database.ts';
import { stepOf } from './directory-count.ts';
import { list } from './rows.ts';

export interface Room {
  fits(write: Write): Promise<boolean>;
  /** What came of a write, in the order of the writes. */
  note(write: Write, written: Written): void;
}

export function isLimited(write: Write): boolean {
  return write.type !== 'remove' && write.most !== undefined;
}

/**
 * As it is before any of the writes, and then as each of them leaves it. The transaction holds the lock of the
 * directory by now, so that nobody else makes anything meanwhile.
 */
export async function roomIn(
  queries: Queries,
  { inList }: Pick<Database, 'inList'>,
  system: SystemName,
  writes: readonly Write[],
): Promise<Room> {
  const limited = writes.flatMap((write) =>
    write.type === 'put' && isLimited(write) ? [write.object.kind] : [],
  );
  const held = new Map<ObjectKind, number>();
  for (const kind of new Set(limited)) held.set(kind, await totalOf(queries, system, kind));
  return {
    fits: async (write) => {
      if (write.type === 'remove' || write.most === undefined) return true;
      if (write.type === 'put')
        return write.expects !== 0 || (held.get(write.object.kind) ?? 0) < write.most;
      return (await membersAfter(queries, inList, system, write)) <= write.most;
    },
    note: (write, { type }) => {
      const step = type === 'done' ? stepOf(write) : undefined;
      const before = step && held.get(step.kind);
      if (step && before !== undefined) held.set(step.kind, before + step.by);
    },
  };
}

export async function totalOf(
  queries: Queries,
  system: SystemName,
  kind: ObjectKind,
): Promise<number> {
  const [counted] = await queries.all<{ readonly total: number }>(
    `select coalesce(
       (select value from directory_count where system = ? and kind = ?),
       (select count(*) from directory_object where system = ? and kind = ?)) as total`,
    [system, kind, system, kind],
  );
  return Number(counted?.total ?? 0);
}

/** Of a write that adds nobody, there may be as many as there are. */
async function membersAfter(
  queries: Queries,
  inList: string,
  system: SystemName,
  { group, add, remove }: Write & { readonly type: 'members' },
): Promise<number> {
  if (add.length === 0) return 0;
  const [row] = await queries.all<{ readonly stay: number; readonly known: number }>(
    `select count(*) as stay, coalesce(sum(case when member_id in ${inList} then 1 else 0 end), 0) as known
     from directory_member where system = ? and group_id = ? and removed = 0
       and not (member_id in ${inList})`,
    [list(add.map(({ id }) => id)), system, group, list(remove)],
  );
  const joins = new Set(add.map(({ id }) => id)).size - Number(row?.known ?? 0);
  return joins === 0 ? 0 : Number(row?.stay ?? 0) + joins;
}
