/**
 * Many rows in one statement: `insert into t (a, b) values (?, ?) …` for each of a thousand rows is
 * a thousand statements; as arrays of columns it is one, and the server plans, checks and answers once.
 */

import type { Row, SqlValue } from './database.ts';

/** Data types of columns, by table and column: `identity.present`. */
export type ColumnTypes = ReadonlyMap<string, string>;

/** In the schema of the search path. */
export const COLUMN_TYPES = `select table_name, column_name, data_type from information_schema.columns
  where table_schema = current_schema()`;

export function columnTypes(rows: readonly Row[]): ColumnTypes {
  return new Map(
    rows.map((row) => [`${row.table_name}.${row.column_name}`, String(row.data_type)] as const),
  );
}

/** One statement of arrays, and which rows it can take. */
export interface Bulk {
  readonly sql: string;
  /** Positions of the columns by which a row is replaced: one statement cannot do that twice. */
  readonly unique: readonly number[];
}

/** Fewer rows are not worth another statement in the server's memory. */
export const FEW_ROWS = 4;

const INSERT =
  /^\s*insert\s+into\s+(\w+)\s*\(([\w\s,]+)\)\s*values\s*\(\s*\?(?:\s*,\s*\?)*\s*\)([^?]*)$/i;
const REPLACES = /\bon\s+conflict\s*\(([\w\s,]+)\)\s*do\s+update\b/i;

/** Nothing for a statement that is no plain insert. */
export function bulkOf(sql: string, types: ColumnTypes): Bulk | undefined {
  const [, table = '', list = '', rest = ''] = INSERT.exec(sql) ?? [];
  const columns = names(list);
  const arrays = columns.map((column) => {
    const type = types.get(`${table}.${column}`);
    return type === undefined ? undefined : `?::${type}[]`;
  });
  if (table === '' || arrays.includes(undefined)) return undefined;
  const [, key] = REPLACES.exec(rest) ?? [];
  return {
    sql: `insert into ${table} (${columns.join(', ')}) select * from unnest(${arrays.join(', ')})${rest}`,
    unique: names(key ?? '').flatMap((name) => {
      const at = columns.indexOf(name);
      return at < 0 ? [] : [at];
    }),
  };
}

/** The rows as arrays of columns; nothing where one row would replace another of them. */
export function arraysOf(
  rows: readonly (readonly SqlValue[])[],
  { unique }: Bulk,
): readonly (readonly SqlValue[])[] | undefined {
  if (unique.length > 0) {
    const keys = new Set(rows.map((row) => JSON.stringify(unique.map((at) => row[at]))));
    if (keys.size < rows.length) return undefined;
  }
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? null));
}

function names(list: string): readonly string[] {
  return list.split(',').flatMap((name) => name.trim() || []);
}
