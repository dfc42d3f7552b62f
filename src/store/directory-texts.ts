/**
 * Objects of a directory as the JSON they are kept in, put together by the database: what is read and listed
 * is one text, whatever it is made of.
 */

import { indexedEquality, nameAsked } from '../connectors/directory/index-terms.ts';
import type { Selection, StoredPage, StoredTexts } from '../connectors/directory/storage.ts';
import type { TextForm } from '../connectors/spi/index.ts';
import type { Filter } from '../identity/filter.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { decidedPage } from './directory-decided.ts';
import { conditionOf } from './directory-filter.ts';
import { PAGE } from './directory-rows.ts';
import { isTold, PLACES, toldOf } from './directory-told.ts';
import { list } from './rows.ts';

interface TextRow extends Row {
  readonly id: string;
  readonly sequence: number;
  readonly extensions: string | null;
  readonly further: string | null;
  readonly text: string | null;
}

interface PageRow extends Row {
  readonly items: number;
  /** How many of them have names that are known to be told. */
  readonly told: number;
  readonly last: string | null;
  readonly text: string | null;
  readonly total: number | null;
}

/** Whose beginning is cut off by what it is: `substr` would count all of its characters. */
const TEXT = `(? || extensions || ? || id || ? || created_at || ? || modified_at || ? || id || ? || sequence
  || ? || case attributes when '{}' then '}' else ',' || ltrim(attributes, '{') end)`;

const OBJECTS = `select id, sequence, extensions, further, ${TEXT} as text from directory_object
  where system = ? and kind = ?`;

type Place = Required<Pick<Selection, 'after' | 'offset' | 'count'>>;

export function directoryTexts(
  database: Database,
  system: SystemName,
  totalOf: (kind: ObjectKind) => Promise<number>,
): StoredTexts {
  // In the order of what it is made of: to sort it once more costs more than all the rest.
  const pageOf = (rest: string): string =>
    `select count(*) as items, count(*) filter (where ${PLACES}) as told, max(id) as last,
       string_agg(text, ',') as text,
       (select value from directory_count where system = ? and kind = ?) as total
     from (${OBJECTS}${rest}) as found`;
  const among = ` and id in ${database.inList} order by id`;
  const statements = new Map([PAGE, among].map((rest) => [rest, pageOf(rest)]));

  const rowsOf = (
    kind: ObjectKind,
    form: TextForm,
    rest: string,
    parameters: readonly SqlValue[],
  ): Promise<readonly TextRow[]> =>
    database.all<TextRow>(OBJECTS + rest, [...pieces(form), system, kind, ...parameters]);

  /** Whatever objects they are, in this order; one by one where that has to be known. */
  async function page(
    kind: ObjectKind,
    form: TextForm,
    rest: string,
    parameters: readonly SqlValue[],
    total?: number,
  ): Promise<StoredPage | undefined> {
    const [row] = await database.all<PageRow>(statements.get(rest) ?? pageOf(rest), [
      ...toldOf(form),
      ...[system, kind],
      ...pieces(form),
      ...[system, kind, ...parameters],
    ]);
    const all = total ?? row?.total ?? (await totalOf(kind));
    if (!row || row.items === 0) return { ...NOTHING, total: all };
    if (row.text === null || row.last === null) return undefined;
    if (row.told === row.items)
      return { text: row.text, items: row.items, last: row.last, total: all };
    const rows = await rowsOf(kind, form, rest, parameters);
    return rows.every((one) => isTold(one, form)) ? { ...joined(rows), total: all } : undefined;
  }

  async function named(
    kind: ObjectKind,
    name: string,
    { after, offset, count }: Place,
    form: TextForm,
  ): Promise<StoredPage | undefined> {
    if (name.includes('\0')) return { ...NOTHING, total: 0 };
    // Few: sorted here, since an order by id would tempt SQLite away from the index.
    const rows = await rowsOf(kind, form, ' and name = ?', [name]);
    if (!rows.every((row) => isTold(row, form))) return undefined;
    const sorted = rows.length < 2 ? rows : rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const later = after === '' ? sorted : sorted.filter(({ id }) => id > after);
    return { ...joined(later.slice(offset, offset + count)), total: rows.length };
  }

  async function filtered(
    kind: ObjectKind,
    filter: Filter,
    place: Place,
    form: TextForm,
  ): Promise<StoredPage | undefined> {
    const name = nameAsked(kind, filter);
    if (name !== undefined) return named(kind, name, place, form);
    const condition = indexedEquality(kind, filter)
      ? undefined
      : conditionOf(filter, database.dialect);
    const found = condition && (await decidedPage(database, system, kind, place, condition));
    if (!found || found.unsure > 0) return undefined;
    return page(kind, form, among, [list(found.ids)], found.total);
  }

  return {
    get: async (kind, id, form) => {
      const [row] = await rowsOf(kind, form, ' and id = ?', [id]);
      if (!row || row.text === null || !isTold(row, form)) return undefined;
      return { text: row.text, version: String(row.sequence) };
    },
    page: (kind, { filter, after = '', offset = 0, count }, form) =>
      filter
        ? filtered(kind, filter, { after, offset, count }, form)
        : page(kind, form, PAGE, [after, count, offset]),
  };
}

const NOTHING = { text: '', items: 0 };

function joined(rows: readonly TextRow[]): Omit<StoredPage, 'total'> {
  const last = rows.at(-1)?.id;
  const text = rows.map((row) => row.text).join();
  return { text, items: rows.length, ...(last !== undefined && { last }) };
}

function pieces(form: TextForm): readonly string[] {
  const { extensions, id, created, modified, address, version, attributes } = form;
  return [extensions, id, created, modified, address, version, attributes];
}
