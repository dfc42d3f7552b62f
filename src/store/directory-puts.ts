/** Objects of a directory as they are put there: made, many at once, or written over. */

import { indexTerms } from '../connectors/directory/index-terms.ts';
import { namesBeside } from '../connectors/directory/names.ts';
import type { Write } from '../connectors/directory/storage.ts';
import type { SystemName } from '../identity/record.ts';
import type { Database, Queries, Row, SqlValue } from './database.ts';
import { keepUniques, nobodyElseHas } from './directory-unique.ts';

type Put = Write & { readonly type: 'put' };

/** A write, and how far its first number lies behind the last one taken. */
export interface Numbered<Kind extends Write = Write> {
  readonly write: Kind;
  readonly behind: number;
}

/** Whether all that can stand in its way are the indexes, and a version that is another one by now. */
export function isPlain(numbered: Numbered): numbered is Numbered<Put> {
  return numbered.write.type === 'put' && !numbered.write.uniques;
}

/** SQL of a number, by the system and by how far it lies behind the last one taken. */
export const NUMBER =
  '(select value from directory_sequence where system = cast(? as text)) - cast(? as bigint)';

const COLUMNS = `insert into directory_object (system, kind, id, sequence, created_at, modified_at,
    attributes, state, extensions, further, name, external, mail, waiting, unique_name)`;

const PLACES = '?, ?, ?, ?, ?, ?, ?, ?, ?';

const INSERT = `${COLUMNS} values (?, ?, ?, ${NUMBER}, ?, ?, ${PLACES}) on conflict do nothing`;

const UPDATE = `update directory_object set sequence = ${NUMBER}, modified_at = ?, attributes = ?,
    state = ?, extensions = ?, further = ?, name = ?, external = ?, mail = ?, waiting = ?, unique_name = ?
  where system = ? and kind = ? and id = ? and sequence = ?
    and not exists (select 1 from directory_object other where other.system = ?
      and other.kind = ? and other.unique_name = ? and other.id <> ?)`;

interface PutRow extends Row {
  readonly id: string;
  readonly behind: number;
}

/**
 * Puts all of them there by one statement for those that are made and one for the others, and does not wait
 * for a number: what somebody else's name or change stands in the way of stays out.
 *
 * @returns How far the numbers of those that are there now lie behind the last one taken.
 */
export async function putAll(
  queries: Queries,
  system: SystemName,
  puts: readonly Numbered<Put>[],
): Promise<ReadonlySet<number>> {
  if (puts.length === 0) return new Set();
  const [made, written] = [
    puts.filter(({ write }) => write.expects === 0),
    puts.filter(({ write }) => write.expects !== 0),
  ];
  const kinds = new Set(puts.map(({ write }) => write.object.kind));
  const [, , ...found] = await Promise.all([
    queries.batch(
      INSERT,
      made.map((one) => insertParameters(system, one)),
    ),
    queries.batch(
      UPDATE,
      written.map((one) => updateParameters(system, one)),
    ),
    ...[...kinds].map((kind) =>
      queries.all<PutRow>(
        `select id, (select value from directory_sequence where system = ?) - sequence as behind
         from directory_object where system = ? and kind = ? and ${IN_RANGE}`,
        [system, system, kind, ...range(system, puts)],
      ),
    ),
  ]);
  const ids = new Map(found.flat().map(({ id, behind }) => [behind, id]));
  return new Set(
    puts.flatMap(({ write, behind }) => (ids.get(behind) === write.object.id ? [behind] : [])),
  );
}

/** SQL that holds for an object whose number is one of those of some writes. */
export const IN_RANGE = `sequence >= ${NUMBER} and sequence <= ${NUMBER}`;

/** Parameters of `IN_RANGE`. */
export function range(system: SystemName, writes: readonly Numbered[]): readonly SqlValue[] {
  const all = writes.map(({ behind }) => behind);
  return [system, Math.max(...all), system, Math.min(...all)];
}

/** Sends the statements and does not wait for the number, which is taken before them. */
export async function put(
  queries: Queries,
  database: Database,
  system: SystemName,
  numbered: Numbered<Put>,
): Promise<number> {
  const { write, behind } = numbered;
  const alone = write.uniques && nobodyElseHas(database, system, write);
  const { sql, parameters } = alone ?? { sql: 'true', parameters: [] };
  const changed =
    write.expects === 0
      ? queries.run(
          `${COLUMNS} select ?, ?, ?, ${NUMBER}, ?, ?, ${PLACES} where ${sql} on conflict do nothing`,
          [...insertParameters(system, numbered), ...parameters],
        )
      : queries.run(`${UPDATE} and ${sql}`, [...updateParameters(system, numbered), ...parameters]);
  if (!alone) return changed;
  const number = { sql: NUMBER, parameters: [system, behind] };
  const [count] = await Promise.all([changed, keepUniques(queries, system, write, number)]);
  return count;
}

function insertParameters(
  system: SystemName,
  { write, behind }: Numbered<Put>,
): readonly SqlValue[] {
  const { kind, id, createdAt, modifiedAt } = write.object;
  return [system, kind, id, system, behind, createdAt, modifiedAt, ...contentOf(write)];
}

function updateParameters(
  system: SystemName,
  { write, behind }: Numbered<Put>,
): readonly SqlValue[] {
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
