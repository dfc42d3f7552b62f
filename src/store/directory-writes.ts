/**
 * Writes to a directory. Those that come while a transaction is under way wait for the next one and
 * share it, so that many clients cost the disk one flush. Each is answered once it is durable.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { DirectoryStorage, Write, Written } from '../connectors/directory/storage.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Queries } from './database.ts';
import { company } from './directory-company.ts';
import { count, countMade } from './directory-count.ts';
import { leaveGroups } from './directory-groups.ts';
import { isLimited, roomIn } from './directory-limits.ts';
import { changeMembers, lotsOf } from './directory-members.ts';
import { isPlain, type Numbered, put, putAll } from './directory-puts.ts';
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
  const others = company();
  const counted = new Set<ObjectKind>();

  async function commitAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      await others.gather(() => waiting.length);
      const begun = performance.now();
      const together = waiting.slice(0, MOST_TOGETHER);
      waiting = waiting.slice(MOST_TOGETHER);
      try {
        const writes = together.map(({ write }) => write);
        const written = await commit(database, system, counted, writes);
        const writers = Math.min(together.length + waiting.length, MOST_TOGETHER);
        others.answered(writers, performance.now() - begun);
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

/** Takes numbers for all, then writes; what fails leaves its numbers unused. */
async function commit(
  database: Database,
  system: SystemName,
  counted: Set<ObjectKind>,
  writes: readonly Write[],
): Promise<readonly Written[]> {
  const needed = writes.map(numbersOf);
  const total = needed.reduce((sum, count) => sum + count, 0);
  let behind = total;
  const numbered = writes.map((write, index) => {
    // How far the first number of this write lies behind the last one taken.
    const first = behind - 1;
    behind -= needed[index] ?? 0;
    return { write, behind: first };
  });
  if (!writes.every((write) => leavesNothing(write, counted)))
    return database.transaction((queries) =>
      commitInSteps(queries, database, system, counted, numbered, total),
    );
  let versions: readonly number[] = [];
  await database.transaction(() =>
    database.trailing(async () => {
      versions = await sendAll(database, system, numbered, total);
    }),
  );
  return Promise.all(
    writes.map((write, index) => writtenAs(database, database, system, write, versions[index])),
  );
}

/** The row stays locked until the end: numbers become visible in their order. */
async function takeNumbers(queries: Queries, system: SystemName, total: number): Promise<number> {
  const [taken] = await queries.all<{ readonly value: number }>(
    `insert into directory_sequence (system, value) values (?, ?)
     on conflict (tenant, system) do update set value = directory_sequence.value + excluded.value
     returning value`,
    [system, total],
  );
  return taken?.value ?? 0;
}

/** Whether nothing is written but the object and who is in it, so that no answer decides about more. */
function leavesNothing(write: Write, counted: ReadonlySet<ObjectKind>): boolean {
  if (write.type === 'remove' || isLimited(write)) return false;
  if (write.type === 'members') return true;
  const { object, uniques, values, mail, expects } = write;
  if (uniques || mail || values.length > 0) return false;
  return expects !== 0 || counted.has(object.kind);
}

/**
 * Asks everything at once: the commit travels right behind, and one trip is all that it takes.
 *
 * @returns The version of each object; 0 for what could not be written.
 */
async function sendAll(
  database: Database,
  system: SystemName,
  numbered: readonly Numbered[],
  total: number,
): Promise<readonly number[]> {
  const taken = takeNumbers(database, system, total);
  const puts = numbered.filter(isPlain);
  const lots = lotsOf(numbered.filter(isOfMembers));
  const [last, put, versions] = await Promise.all([
    taken,
    putAll(database, system, puts),
    Promise.all(lots.map((lot) => changeMembers(database, system, lot))),
    countMade(database, system, puts),
  ]);
  const changed = new Map(
    lots.flatMap(({ changes }, at) => changes.map((change) => [change.behind, versions[at] ?? 0])),
  );
  return numbered.map(({ behind }) => changed.get(behind) ?? (put.has(behind) ? last - behind : 0));
}

function isOfMembers(numbered: Numbered): numbered is Numbered<Members> {
  return numbered.write.type === 'members';
}

/** In the order of the writes, where what becomes of one decides about what else is written. */
async function commitInSteps(
  queries: Queries,
  database: Database,
  system: SystemName,
  counted: Set<ObjectKind>,
  numbered: readonly Numbered[],
  total: number,
): Promise<readonly Written[]> {
  const writes = numbered.map(({ write }) => write);
  const taken = takeNumbers(queries, system, total);
  const room = writes.some(isLimited) ? await roomIn(queries, database, system, writes) : undefined;
  const plain = room ? [] : numbered.filter(isPlain);
  const results = numbered.map((one) => {
    if (!room && isPlain(one)) return undefined;
    const start = () => started(queries, database, system, one);
    // Where it is limited how much there may be, each waits for what became of the one before.
    if (room) return start;
    const begun = start();
    // Waited for later; where one before it has failed already, nobody does.
    begun.catch(() => undefined);
    return () => begun;
  });
  const [last, put] = await Promise.all([taken, putAll(queries, system, plain)]);
  const written: Written[] = [];
  for (const [index, { write, behind }] of numbered.entries()) {
    const result = results[index] ?? (async () => Number(put.has(behind)));
    const fits = !room || (await room.fits(write));
    const version = async (): Promise<number> => {
      const changed = await result();
      return write.type === 'members' || changed === 0 ? changed : last - behind;
    };
    const outcome: Written = fits
      ? await writtenAs(queries, database, system, write, await version())
      : { type: 'full' };
    room?.note(write, outcome);
    written.push(outcome);
  }
  await record(queries, database, system, writes, written);
  await count(queries, system, counted, writes, written);
  return written;
}

function numbersOf(write: Write): number {
  // A group is another one once its members are.
  return write.type === 'members' ? write.add.length + write.remove.length + 1 : 1;
}

/**
 * Sends the statement and does not wait: all of a transaction travel together.
 *
 * @returns More than nothing if it could be written; of members the version of the group.
 */
function started(
  queries: Queries,
  database: Database,
  system: SystemName,
  { write, behind }: Numbered,
): Promise<number> {
  switch (write.type) {
    case 'put':
      return put(queries, database, system, { write, behind });
    case 'remove':
      return queries.run(
        'delete from directory_object where system = ? and kind = ? and id = ? and sequence = ?',
        [system, write.kind, write.id, write.expects],
      );
    case 'members':
      return changeMembers(queries, system, {
        group: write.group,
        changes: [{ write, behind }],
      });
  }
}

/** @param version Nothing where it could not be written. */
async function writtenAs(
  queries: Queries,
  database: Database,
  system: SystemName,
  write: Write,
  version = 0,
): Promise<Written> {
  if (version > 0) return { type: 'done', version };
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
