/** Objects of a directory as they are put there: made, many at once, or written over. */

import { indexTerms } from '../connectors/directory/index-terms.ts';
import { namesBeside } from '../connectors/directory/names.ts';
import type { Write } from '../connectors/directory/storage.ts';
import type { SystemName } from '../identity/record.ts';
import type { Database, Queries, Row, SqlValue } from './database.ts';
import { keepUniques, nobodyElseHas } from './directory-unique.ts';

type Put = Write & { readonly type: 'put' };

/** An object that is to be made, and how far its number lies behind the last one taken. */
export interface Making {
  readonly write: Put;
  readonly behind: number;
}

/** Whether all that can stand in its way are the indexes. */
export function isMaking(write: Write): write is Put {
  return write.type === 'put' && write.expects === 0 && !write.uniques;
}

/** SQL of a number, by the system and by how far it lies behind the last one taken. */
export const NUMBER = '(select value from directory_sequence where system = ?) - ?';

const COLUMNS = `insert into directory_object (system, kind, id, sequence, created_at, modified_at,
    attributes, state, extensions, further, name, external, mail, waiting, unique_name)`;

const PLACES = '?, ?, ?, ?, ?, ?, ?, ?, ?';

const INSERT = `${COLUMNS} values (?, ?, ?, ?, ?, ?, ${PLACES}) on conflict do nothing`;

const UPDATE = `update directory_object set sequence = ${NUMBER}, modified_at = ?, attributes = ?,
    state = ?, extensions = ?, further = ?, name = ?, external = ?, mail = ?, waiting = ?, unique_name = ?
  where system = ? and kind = ? and id = ? and sequence = ?
    and not exists (select 1 from directory_object other where other.system = ?
      and other.kind = ? and other.unique_name = ? and other.id <> ?)`;

interface MadeRow extends Row {
  readonly id: string;
  readonly sequence: number;
}

/**
 * Makes all of them by one statement, but those whose name somebody else has.
 *
 * @returns The numbers of those that were made.
 */
export async function makeAll(
  queries: Queries,
  system: SystemName,
  makings: readonly Making[],
  last: number,
): Promise<ReadonlySet<number>> {
  if (makings.length === 0) return new Set();
  const rows = makings.map(({ write, behind }) => {
    const { kind, id, createdAt, modifiedAt } = write.object;
    return [system, kind, id, last - behind, createdAt, modifiedAt, ...contentOf(write)];
  });
  const furthest = Math.max(...makings.map(({ behind }) => behind));
  const nearest = Math.min(...makings.map(({ behind }) => behind));
  const kinds = new Set(makings.map(({ write }) => write.object.kind));
  const [, ...found] = await Promise.all([
    queries.batch(INSERT, rows),
    ...[...kinds].map((kind) =>
      queries.all<MadeRow>(
        `select id, sequence from directory_object
         where system = ? and kind = ? and sequence >= ? and sequence <= ?`,
        [system, kind, last - furthest, last - nearest],
      ),
    ),
  ]);
  const ids = new Map(found.flat().map(({ id, sequence }) => [sequence, id]));
  return new Set(
    makings.flatMap(({ write, behind }) =>
      ids.get(last - behind) === write.object.id ? [last - behind] : [],
    ),
  );
}

/** Sends the statements and does not wait for the number, which is taken before them. */
export async function put(
  queries: Queries,
  database: Database,
  system: SystemName,
  write: Put,
  behind: number,
): Promise<number> {
  const alone = write.uniques && nobodyElseHas(database, system, write);
  const { sql, parameters } = alone ?? { sql: 'true', parameters: [] };
  const changed =
    write.expects === 0
      ? queries.run(
          `${COLUMNS} select ?, ?, ?, ${NUMBER}, ?, ?, ${PLACES} where ${sql} on conflict do nothing`,
          [...insertParameters(system, write, behind), ...parameters],
        )
      : queries.run(`${UPDATE} and ${sql}`, [
          ...updateParameters(system, write, behind),
          ...parameters,
        ]);
  if (!alone) return changed;
  const number = { sql: NUMBER, parameters: [system, behind] };
  const [count] = await Promise.all([changed, keepUniques(queries, system, write, number)]);
  return count;
}

function insertParameters(system: SystemName, write: Put, behind: number): readonly SqlValue[] {
  const { kind, id, createdAt, modifiedAt } = write.object;
  return [system, kind, id, system, behind, createdAt, modifiedAt, ...contentOf(write)];
}

function updateParameters(system: SystemName, write: Put, behind: number): readonly SqlValue[] {
  const { kind, id, modifiedAt } = write.object;
  const unique = write.unique ?? null;
  return [
    ...[system, behind, modifiedAt, ...contentOf(write)],
    ...[system, kind, id, write.expects],
    ...[system, kind, unique, id],
  ];
}

function contentOf({ object, unique }: Put): readonly SqlValue[] {
  const { name, external, mail, waiting } = indexTerms(object);
  const { extensions, further } = namesBeside(object.kind, object.attributes);
  return [
    JSON.stringify(object.attributes),
    JSON.stringify(object.state),
    extensions,
    further,
    name ?? null,
    external ?? null,
    mail ?? null,
    waiting ?? null,
    unique ?? null,
  ];
}
