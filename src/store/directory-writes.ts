/**
 * Writes to a directory. Those that come while a transaction is under way wait for the next one and
 * share it, so that many clients cost the disk one flush. Each is answered once it is durable.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { indexTerms } from '../connectors/directory/index-terms.ts';
import type { DirectoryStorage, Write, Written } from '../connectors/directory/storage.ts';
import type { SystemName } from '../identity/record.ts';
import type { Database, Queries } from './database.ts';
import { list } from './rows.ts';

type Put = Write & { readonly type: 'put' };
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

  async function commitAll(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const together = waiting.slice(0, MOST_TOGETHER);
      waiting = waiting.slice(MOST_TOGETHER);
      try {
        const writes = together.map(({ write }) => write);
        const written = await database.transaction((queries) =>
          commit(queries, database, system, writes),
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
  let behind = total;
  const results = writes.map((write, index) => {
    // How far the first number of this write lies behind the last one taken.
    behind -= needed[index] ?? 0;
    return started(queries, system, write, behind + (needed[index] ?? 0) - 1);
  });
  const last = (await taken)[0]?.value ?? 0;
  const written: Written[] = [];
  let next = last - total + 1;
  for (const [index, write] of writes.entries()) {
    const changed = await results[index];
    written.push(await finished(queries, system, write, changed ?? 0, next));
    next += needed[index] ?? 0;
  }
  await record(queries, database, system, writes, written);
  return written;
}

function numbersOf(write: Write): number {
  return write.type === 'members' ? write.add.length + write.remove.length : 1;
}

/** Sends the statement and does not wait: all of a transaction travel together. */
function started(
  queries: Queries,
  system: SystemName,
  write: Write,
  behind: number,
): Promise<number> {
  switch (write.type) {
    case 'put':
      return write.expects === 0
        ? queries.run(INSERT, insertParameters(system, write, behind))
        : queries.run(UPDATE, updateParameters(system, write, behind));
    case 'remove':
      return queries.run(
        'delete from directory_object where system = ? and kind = ? and id = ? and sequence = ?',
        [system, write.kind, write.id, write.expects],
      );
    case 'members':
      return changeMembers(queries, system, write, behind);
  }
}

const NUMBER = '(select value from directory_sequence where system = ?) - ?';

const INSERT = `insert into directory_object (system, kind, id, sequence, created_at, modified_at,
    attributes, state, name, external, mail, waiting, unique_name)
  values (?, ?, ?, ${NUMBER}, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict do nothing`;

const UPDATE = `update directory_object set sequence = ${NUMBER}, modified_at = ?, attributes = ?,
    state = ?, name = ?, external = ?, mail = ?, waiting = ?, unique_name = ?
  where system = ? and kind = ? and id = ? and sequence = ?
    and not exists (select 1 from directory_object other where other.system = ?
      and other.kind = ? and other.unique_name = ? and other.id <> ?)`;

function insertParameters(system: SystemName, write: Put, behind: number) {
  const { kind, id, createdAt, modifiedAt } = write.object;
  return [system, kind, id, system, behind, createdAt, modifiedAt, ...contentOf(write)];
}

function updateParameters(system: SystemName, write: Put, behind: number) {
  const { kind, id, modifiedAt } = write.object;
  const unique = write.unique ?? null;
  return [
    ...[system, behind, modifiedAt, ...contentOf(write)],
    ...[system, kind, id, write.expects],
    ...[system, kind, unique, id],
  ];
}

function contentOf({ object, unique }: Put) {
  const { name, external, mail, waiting } = indexTerms(object);
  return [
    JSON.stringify(object.attributes),
    JSON.stringify(object.state),
    name ?? null,
    external ?? null,
    mail ?? null,
    waiting ?? null,
    unique ?? null,
  ];
}

async function changeMembers(
  queries: Queries,
  system: SystemName,
  { group, add, remove }: Members,
  behind: number,
): Promise<number> {
  const exists = queries.all(
    `select 1 from directory_object where system = ? and kind = 'group' and id = ?`,
    [system, group],
  );
  const added = queries.batch(
    `insert into directory_member (system, group_id, member_id, member_kind, sequence, removed)
     select ?, ?, ?, ?, ${NUMBER}, 0
     from directory_object where system = ? and kind = 'group' and id = ?
     on conflict (tenant, system, group_id, member_id) do update
       set removed = 0, sequence = excluded.sequence where directory_member.removed = 1`,
    add.map(({ kind, id }, index) => [
      ...[system, group, id, kind],
      ...[system, behind - index],
      ...[system, group],
    ]),
  );
  const removed = queries.batch(
    `update directory_member set removed = 1, sequence = ${NUMBER}
     where system = ? and group_id = ? and member_id = ? and removed = 0`,
    remove.map((id, index) => [...[system, behind - add.length - index], ...[system, group, id]]),
  );
  await Promise.all([added, removed]);
  return (await exists).length;
}

async function finished(
  queries: Queries,
  system: SystemName,
  write: Write,
  changed: number,
  version: number,
): Promise<Written> {
  if (changed > 0) return { type: 'done', version };
  if (write.type !== 'put' || write.unique === undefined) return { type: 'moved' };
  const owners = await queries.all(
    `select 1 from directory_object
     where system = ? and kind = ? and unique_name = ? and id <> ?`,
    [system, write.object.kind, write.unique, write.object.id],
  );
  return { type: owners.length > 0 ? 'taken' : 'moved' };
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
      if (write.mail) mails.push([system, outcome.version, JSON.stringify(write.mail)]);
    }
    if (write.type === 'remove') removals.push([system, write.kind, write.id, outcome.version]);
  }
  await Promise.all([
    queries.batch(
      `insert into directory_listed (system, list, value) values (?, ?, ?)
       on conflict (tenant, system, list, value) do nothing`,
      values,
    ),
    queries.batch('insert into directory_mail (system, sequence, content) values (?, ?, ?)', mails),
    queries.batch(
      'insert into directory_removed (system, kind, id, sequence) values (?, ?, ?, ?)',
      removals,
    ),
  ]);
  const gone = list(removals.map(([, , id]) => String(id)));
  if (removals.length > 0)
    await queries.run(
      `delete from directory_member where system = ?
       and (group_id in ${database.inList} or member_id in ${database.inList})`,
      [system, gone, gone],
    );
}
