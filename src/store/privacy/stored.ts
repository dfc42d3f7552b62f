/** Which attributes records hold, whatever was asked for. */

import type { ObjectKind, SystemName } from '../../identity/record.ts';
import type { StoredAttributes } from '../../sync/privacy-storage.ts';
import type { Database } from '../database.ts';

export async function storedAttributes(
  system: SystemName,
  kind: ObjectKind,
  most: number,
  database: Database,
): Promise<StoredAttributes> {
  const seen = `select id, attributes from record
    where system = ? and kind = ? and present + 0 = 1 order by id limit ?`;
  const keys =
    database.dialect === 'sqlite'
      ? 'select j.key as name, cast(j.value as text) = seen.id as own from seen, json_each(seen.attributes) j'
      : 'select j.key as name, j.value = seen.id as own from seen, jsonb_each_text(seen.attributes::jsonb) j';
  const [[counted], rows] = await Promise.all([
    database.all<{ readonly n: number }>(`with seen as (${seen}) select count(*) as n from seen`, [
      system,
      kind,
      most,
    ]),
    database.all<{ readonly name: string; readonly n: number; readonly own: number }>(
      `with seen as (${seen}), keys as (${keys})
       select name, count(*) as n, sum(case when own then 1 else 0 end) as own
       from keys group by name order by name`,
      [system, kind, most],
    ),
  ]);
  return {
    records: counted?.n ?? 0,
    attributes: rows.map(({ name, n, own }) => ({ attribute: name, records: n, asId: own })),
  };
}
