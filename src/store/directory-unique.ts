/** Values that one object of a directory alone may have, besides its name. */

import type { Write } from '../connectors/directory/storage.ts';
import type { SystemName } from '../identity/record.ts';
import type { Database, Queries, SqlValue } from './database.ts';
import { list } from './rows.ts';

type Put = Write & { readonly type: 'put' };

/** SQL that holds while nobody else has one of the values, with its parameters. */
export function nobodyElseHas(
  database: Database,
  system: SystemName,
  { object: { kind, id }, uniques = [] }: Put,
): { readonly sql: string; readonly parameters: readonly SqlValue[] } {
  return {
    sql: `not exists (select 1 from directory_unique other where other.system = ?
      and other.kind = ? and other.value in ${database.inList} and other.id <> ?)`,
    parameters: [system, kind, list(uniques), id],
  };
}

/**
 * Keeps the values of an object that was just written, and lets go of those it had before.
 *
 * @param written SQL with the number the object has if it was written, with its parameters.
 */
export async function keepUniques(
  queries: Queries,
  system: SystemName,
  { object: { kind, id }, uniques = [] }: Put,
  written: { readonly sql: string; readonly parameters: readonly SqlValue[] },
): Promise<void> {
  const isWritten = `from directory_object where system = ? and kind = ? and id = ?
    and sequence = ${written.sql}`;
  const place = [system, kind, id, ...written.parameters];
  const gone = queries.run(
    `delete from directory_unique where system = ? and kind = ? and id = ?
     and exists (select 1 ${isWritten})`,
    [system, kind, id, ...place],
  );
  const kept = queries.batch(
    `insert into directory_unique (system, kind, value, id) select ?, ?, ?, ? ${isWritten}`,
    uniques.map((value) => [system, kind, value, id, ...place]),
  );
  await Promise.all([gone, kept]);
}

/** The first of the values that another object has. */
export async function takenUnique(
  queries: Queries,
  database: Database,
  system: SystemName,
  { object: { kind, id }, uniques = [] }: Put,
): Promise<string | undefined> {
  const [found] = await queries.all<{ readonly value: string }>(
    `select value from directory_unique
     where system = ? and kind = ? and value in ${database.inList} and id <> ? limit 1`,
    [system, kind, list(uniques), id],
  );
  return found?.value;
}
