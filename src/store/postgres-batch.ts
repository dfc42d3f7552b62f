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
  /** Positions of the parameters by which a row is replaced: one statement cannot do that twice. */
  readonly unique: readonly number[];
}

/** Fewer rows are not worth another statement in the server's memory. */
export const FEW_ROWS = 4;

const INSERT = /^\s*insert\s+into\s+(\w+)\s*\(([\w\s,]+)\)\s*values\s*\(/i;
const REPLACES = /\bon\s+conflict\s*\(([\w\s,]+)\)\s*do\s+update\b/i;
/** A parameter of a value that is worked out says of what type it is. */
const TYPED = /\bcast\(\s*\?\s+as\s+(\w+)\s*\)/gi;

/** Nothing for a statement that is no plain insert. */
export function bulkOf(sql: string, types: ColumnTypes): Bulk | undefined {
  const [begin = '', table = '', list = ''] = INSERT.exec(sql) ?? [];
  const columns = names(list);
  const { values, rest } = valuesIn(sql.slice(begin.length));
  if (columns.length !== values.length || rest.includes('?')) return undefined;
  const arrays: string[] = [];
  const at = new Map<string, number>();
  const selected: string[] = [];
  for (const [index, value] of values.entries()) {
    const column = columns[index] ?? '';
    if (value === '?') at.set(column, arrays.length);
    const place = (type: string | undefined): string => {
      arrays.push(type === undefined ? '' : `?::${type}[]`);
      return `p${arrays.length}`;
    };
    const given =
      value === '?'
        ? place(types.get(`${table}.${column}`))
        : value.replace(TYPED, (_, type: string) => place(type));
    if (given.includes('?')) return undefined;
    selected.push(given);
  }
  if (arrays.length === 0 || arrays.includes('')) return undefined;
  const places = arrays.map((_, index) => `p${index + 1}`).join(', ');
  const unique = names(REPLACES.exec(rest)?.[1] ?? '').filter((name) => columns.includes(name));
  if (unique.some((name) => !at.has(name))) return undefined;
  return {
    sql: `insert into ${table} (${columns.join(', ')}) select ${selected.join(', ')} from unnest(${arrays.join(', ')}) as given (${places})${rest}`,
    unique: unique.flatMap((name) => at.get(name) ?? []),
  };
}

/** What stands between the parentheses, and what follows them. */
function valuesIn(text: string): { readonly values: readonly string[]; readonly rest: string } {
  const values: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '(') depth++;
    else if (sign === ')' && depth-- === 0)
      return { values: [...values, text.slice(from, at).trim()], rest: text.slice(at + 1) };
    else if (sign === ',' && depth === 0) {
      values.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return { values: [], rest: text };
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
