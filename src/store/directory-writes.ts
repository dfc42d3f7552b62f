/**
 * Writes to a directory. Those that come while a transaction is under way wait for the next one and
 * share it, so that many clients cost the disk one flush. Each is answered once it is durable.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { DirectoryStorage, Write, Written } from '../connectors/directory/storage.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Queries } from './database.ts';
import { count } from './directory-count.ts';
import { leaveGroups } from './directory-groups.ts';
import { isLimited, roomIn } from './directory-limits.ts';
import { isMaking, type Making, makeAll, NUMBER, put } from './directory-puts.ts';
import { takenUnique } from './directory-unique.ts';

type Members = Write & { readonly type: 'members' };

interface Waiting {
  readonly write: Write;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes of one transaction; more would hold up others for longer than is fair. */
const MOST_TOGETHER = 200;

export function directoryWrites(database: Database, system: SystemName): DirectoryStorage['write'] {
  // A writer's own transaction, if it is in one, must not be joined: others share this one.
  const outside = AsyncLocalStorage.snapshot();
  let waiting: Waiting[] = [];
  let busy = false;
  const counted = new Set<ObjectKind>();

  async function commitAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const together = waiting.slice(0, MOST_TOGETHER);
      waiting = waiting.slice(MOST_TOGETHER);
      try {
        const writes = together.map(({ write }) => write);
        const written = await database.transaction((queries) =>
          commit(queries, database, system, counted, writes),
        );
        together.forEach(({ resolve }, index) => {
          resolve(written[index] ?? { type: 'moved' });
        });
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    busy = false;
  }

  return (write) =>
    new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject });
      // After this turn, so that requests which arrived together begin together.
      if (!busy) {
        busy = true;
        outside(() => setImmediate(() => void commitAll()));
      }
    });
}

/** Takes numbers for all, then writes in order; what fails leaves its numbers unused. */
async function commit(
  queries: Queries,
  database: Database,
  system: SystemName,
  counted: Set<ObjectKind>,
  writes: readonly Write[],
): Promise<readonly Written[]> {
  const needed = writes.map(numbersOf);
  const total = needed.reduce((sum, count) => sum + count, 0);
  // The row stays locked until the end: numbers become visible in their order.
  const taken = queries.all<{ readonly value: number }>(
    `insert into directory_sequence (system, value) values (?, ?)
     on conflict (tenant, system) do update set value = directory_sequence.value + excluded.value
     returning value`,
    [system, total],
  );
  const room = writes.some(isLimited) ? await roomIn(queries, database, system, writes) : undefined;
  let behind = total;
  const makings: Making[] = [];
  const results = writes.map((write, index) => {
    // How far the first number of this write lies behind the last one taken.
    behind -= needed[index] ?? 0;
    const first = behind + (needed[index] ?? 0) - 1;
    if (!room && isMaking(write)) {
      makings.push({ write, behind: first });
      return undefined;
    }
    const start = () => started(queries, database, system, write, first);
    // Where it is limited how much there may be, each waits for what became of the one before.
    if (room) return start;
    const begun = start();
    // Waited for later; where one before it has failed already, nobody does.
    begun.catch(() => undefined);
    return () => begun;
  });
  const last = (await taken)[0]?.value ?? 0;
  const made = await makeAll(queries, system, makings, last);
  const written: Written[] = [];
  let next = last - total + 1;
  for (const [index, write] of writes.entries()) {
    const result = results[index] ?? (() => Number(made.has(next)));
    const fits = !room || (await room.fits(write));
    const outcome: Written = fits
      ? await finished(queries, database, system, write, await result(), next)
      : { type: 'full' };
    room?.note(write, outcome);
    written.push(outcome);
    next += needed[index] ?? 0;
  }
  await record(queries, database, system, writes, written);
  await count(queries, system, counted, writes, written);
  return written;
}

function numbersOf(write: Write): number {
  // A group is another one once its members are.
  return write.type === 'members' ? write.add.length + write.remove.length + 1 : 1;
}

/** Sends the statement and does not wait: all of a transaction travel together. */
function started(
  queries: Queries,
  database: Database,
  system: SystemName,
  write: Write,
  behind: number,
): Promise<number> {
  switch (write.type) {
    case 'put':
      return put(queries, database, system, write, behind);
    case 'remove':
      return queries.run(
        'delete from directory_object where system = ? and kind = ? and id = ? and sequence = ?',
        [system, write.kind, write.id, write.expects],
      );
    case 'members':
      return changeMembers(queries, system, write, behind);
  }
}

/** Of whoever is here; clients send members of groups by their id alone, and mean groups as well. */
const KIND = `coalesce((select kind from directory_object
  where system = ? and kind in ('user', 'group') and id = ? limit 1), ?)`;

async function changeMembers(
  queries: Queries,
  system: SystemName,
  { group, add, remove, at, expects }: Members,
  behind: number,
): Promise<number> {
  const [asked, version] = expects === undefined ? ['', []] : [' and sequence = ?', [expects]];
  const thisGroup = `from directory_object where system = ? and kind = 'group' and id = ?${asked}`;
  const place = [system, group, ...version];
  const exists = queries.all(`select 1 ${thisGroup}`, place);
  const added = queries.batch(
    `insert into directory_member (system, group_id, member_id, member_kind, sequence, removed)
     select ?, ?, ?, ${KIND}, ${NUMBER}, 0 ${thisGroup}
     on conflict (tenant, system, group_id, member_id) do update
       set removed = 0, sequence = excluded.sequence, member_kind = excluded.member_kind
       where directory_member.removed = 1`,
    add.map(({ kind, id }, index) => [
      ...[system, group, id],
      ...[system, id, kind],
      ...[system, behind - 1 - index],
      ...place,
    ]),
  );
  const removed = queries.batch(
    `update directory_member set removed = 1, sequence = ${NUMBER}
     where system = ? and group_id = ? and member_id = ? and removed = 0
       and exists (select 1 ${thisGroup})`,
    remove.map((id, index) => [
      ...[system, behind - 1 - add.length - index],
      ...[system, group, id],
      ...place,
    ]),
  );
  // By the numbers of this write, not by the members of the group, which may be many. Its own is the
  // first of them: whoever reads learns of the group before its members.
  const renewed = queries.run(
    `update directory_object set sequence = ${NUMBER}, modified_at = ?
     where system = ? and kind = 'group' and id = ? and exists (select 1 from directory_member
       where system = ? and sequence > ${NUMBER} and sequence <= ${NUMBER} and group_id || '' = ?)`,
    [
      ...[system, behind, at],
      ...[system, group],
      // With an end as well: of what is open on one side PostgreSQL expects so much that it reads all.
      ...[system, system, behind, system, behind - add.length - remove.length, group],
    ],
  );
  await Promise.all([added, removed, renewed]);
  return (await exists).length;
}

async function finished(
  queries: Queries,
  database: Database,
  system: SystemName,
  write: Write,
  changed: number,
  version: number,
): Promise<Written> {
  if (changed > 0) return { type: 'done', version };
  if (write.type !== 'put') return { type: 'moved' };
  const owners = await queries.all(
    `select 1 from directory_object
     where system = ? and kind = ? and unique_name = ? and id <> ?`,
    [system, write.object.kind, write.unique ?? null, write.object.id],
  );
  if (owners.length > 0) return { type: 'taken' };
  const value = write.uniques && (await takenUnique(queries, database, system, write));
  return value === undefined ? { type: 'moved' } : { type: 'taken', value };
}

/** What only a write that succeeded leaves behind. */
async function record(
  queries: Queries,
  database: Database,
  system: SystemName,
  writes: readonly Write[],
  written: readonly Written[],
): Promise<void> {
  const values: string[][] = [];
  const mails: (string | number)[][] = [];
  const removals: (string | number)[][] = [];
  for (const [index, write] of writes.entries()) {
    const outcome = written[index];
    if (outcome?.type !== 'done') continue;
    if (write.type === 'put') {
      for (const { list: name, value } of write.values) values.push([system, name, value]);
      if (write.mail)
        mails.push([system, outcome.version, JSON.stringify(write.mail), write.mail.sentAt]);
    }
    if (write.type === 'remove') removals.push([system, write.kind, write.id, outcome.version]);
  }
  await Promise.all([
    queries.batch(
      `insert into directory_listed (system, list, value) values (?, ?, ?)
       on conflict (tenant, system, list, value) do nothing`,
      values,
    ),
    queries.batch(
      'insert into directory_mail (system, sequence, content, due_at) values (?, ?, ?, ?)',
      mails,
    ),
    queries.batch(
      'delete from directory_unique where system = ? and kind = ? and id = ?',
      removals.map((removal) => removal.slice(0, 3)),
    ),
    queries.batch(
      'insert into directory_removed (system, kind, id, sequence) values (?, ?, ?, ?)',
      removals,
    ),
  ]);
  const gone = removals.map(([, , id]) => String(id));
  const at = writes.findLast(({ type }) => type === 'remove');
  if (gone.length > 0 && at?.type === 'remove')
    await leaveGroups(queries, database, system, gone, at.at);
}
