/** A page of what satisfies a condition of SQL, looked at once in the database, with how many there are. */

import type { Selection } from '../connectors/directory/storage.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Row } from './database.ts';
import type { Condition } from './directory-filter.ts';

export interface DecidedPage {
  readonly ids: readonly string[];
  readonly total: number;
  /** Objects of which only a look at them tells; while there are any, neither page nor total counts. */
  readonly unsure: number;
}

interface DecidedRow extends Row {
  readonly id: string | null;
  readonly total: number;
  readonly unsure: number;
}

export async function decidedPage(
  database: Database,
  system: SystemName,
  kind: ObjectKind,
  { after = '', offset = 0, count }: Selection,
  { sql, parameters }: Condition,
): Promise<DecidedPage> {
  const rows = await database.all<DecidedRow>(
    `with found as materialized (
       select id, sure from (
         select id, (${sql}) as sure from directory_object where system = ? and kind = ?) as looked
       where sure is not false)
     select total, unsure, id from (
       select count(*) as total, count(*) - count(sure) as unsure from found) as counted
     left join (select id from found where id > ? order by id limit ? offset ?) as page on 1 = 1`,
    [...parameters, system, kind, after, count, offset],
  );
  return {
    ids: rows.flatMap(({ id }) => id ?? []),
    total: rows[0]?.total ?? 0,
    unsure: rows[0]?.unsure ?? 0,
  };
}
