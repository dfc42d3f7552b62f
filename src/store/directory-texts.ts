/** Objects of a directory as the JSON they are kept in, for whoever passes them on. */

import { indexedEquality, nameAsked } from '../connectors/directory/index-terms.ts';
import type { Selection, StoredTexts } from '../connectors/directory/storage.ts';
import type { RecordText, TextPage } from '../connectors/spi/index.ts';
import type { Filter } from '../identity/filter.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database } from './database.ts';
import { decidedPage } from './directory-decided.ts';
import { conditionOf } from './directory-filter.ts';
import { inOrderOfIds, type ObjectRow, objectRows, PAGE } from './directory-rows.ts';
import { list } from './rows.ts';

export function directoryTexts(
  database: Database,
  system: SystemName,
  totalOf: (kind: ObjectKind) => Promise<number>,
): StoredTexts {
  const rowsOf = objectRows(database, system);

  async function filteredTexts(
    kind: ObjectKind,
    filter: Filter,
    place: Required<Pick<Selection, 'after' | 'offset' | 'count'>>,
  ): Promise<Pick<TextPage, 'texts' | 'total'> | undefined> {
    const name = nameAsked(kind, filter);
    if (name !== undefined) {
      const { after, offset, count } = place;
      if (name.includes('\0')) return { texts: [], total: 0 };
      const rows = (await rowsOf(kind, ' and name = ?', [name])).toSorted(inOrderOfIds);
      const later = after === '' ? rows : rows.filter(({ id }) => id > after);
      return { texts: later.slice(offset, offset + count).map(textOf), total: rows.length };
    }
    const condition = indexedEquality(kind, filter)
      ? undefined
      : conditionOf(filter, database.dialect);
    const page = condition && (await decidedPage(database, system, kind, place, condition));
    if (!page || page.unsure > 0) return undefined;
    const found = await rowsOf(kind, ` and id in ${database.inList}`, [list(page.ids)]);
    return { texts: found.toSorted(inOrderOfIds).map(textOf), total: page.total };
  }

  return {
    get: async (kind, id) => {
      const [row] = await rowsOf(kind, ' and id = ?', [id]);
      return row && textOf(row);
    },
    page: async (kind, { filter, after = '', offset = 0, count }) => {
      if (filter) return filteredTexts(kind, filter, { after, offset, count });
      const [rows, total] = await Promise.all([
        rowsOf(kind, PAGE, [after, count, offset]),
        totalOf(kind),
      ]);
      return { texts: rows.map(textOf), total };
    },
  };
}

function textOf(row: ObjectRow): RecordText {
  return {
    id: row.id,
    version: String(row.sequence),
    created: row.created_at,
    modified: row.modified_at,
    json: row.attributes,
  };
}
