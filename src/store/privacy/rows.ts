/** The rows of a place that are about a person, a page at a time. */

import type { StoredRow, Whom } from '../../sync/privacy-storage.ts';
import type { Database, Row, SqlValue } from '../database.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import type { Condition } from './find.ts';
import type { Place, ReadRow } from './place.ts';

const PAGE = 200;
/** Rows that are looked through at a time; whoever waits for the store gets a turn in between. */
const WINDOW = 2000;

/** As they are stored; a page is read before the next is asked for, so that it may be deleted. */
export async function* rowsOf(
  place: Place,
  whom: Whom,
  database: Database,
): AsyncGenerator<readonly Row[]> {
  const condition = place.finds(whom, database);
  if (condition === undefined) return;
  if (place.scanned) yield* scanned(place, condition, database);
  else yield* found(place, condition, database);
}

/** Columns of the primary key, without the tenant. */
export function keyOf({ table }: Pick<Place, 'table'>): readonly string[] {
  const known = MIGRATIONS.flatMap(({ tables = [] }) => tables).find(({ name }) => name === table);
  if (known === undefined) throw new RangeError(`there is no table ${table}`);
  return known.key;
}

async function* found(
  place: Place,
  { sql, parameters }: Condition,
  database: Database,
): AsyncGenerator<readonly Row[]> {
  const key = keyOf(place);
  let last: readonly SqlValue[] = [];
  for (;;) {
    const rows = await database.all<Row>(
      `select * from ${place.table} where ${sql} ${after(key, last)}
       order by ${key.join(', ')} limit ?`,
      [...parameters, ...last, PAGE],
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    last = valuesOf(end, key);
    yield rows;
  }
}

async function* scanned(
  place: Place,
  { sql, parameters }: Condition,
  database: Database,
): AsyncGenerator<readonly Row[]> {
  const key = keyOf(place);
  const names = key.join(', ');
  let last: readonly SqlValue[] = [];
  for (;;) {
    const from = last;
    const [end] = await database.all<Row>(
      `select ${names} from ${place.table} where 1 = 1 ${after(key, from)}
       order by ${names} limit 1 offset ?`,
      [...from, WINDOW - 1],
    );
    const to = end === undefined ? [] : valuesOf(end, key);
    const until = end === undefined ? '' : `and (${names}) <= (${marks(key)})`;
    const rows = await database.all<Row>(
      `select * from ${place.table} where ${sql} ${after(key, from)} ${until} order by ${names}`,
      [...parameters, ...from, ...to],
    );
    if (rows.length > 0) yield rows;
    if (end === undefined) return;
    last = to;
  }
}

function after(key: readonly string[], last: readonly SqlValue[]): string {
  return last.length === 0 ? '' : `and (${key.join(', ')}) > (${marks(key)})`;
}

export function marks(key: readonly string[]): string {
  return key.map(() => '?').join(', ');
}

export function valuesOf(row: Row, key: readonly string[]): readonly SqlValue[] {
  return key.map((column) => row[column] ?? null);
}

/** For people: without the tenant, JSON as what it says, instants in RFC 3339; what is not there is left out. */
export function readable(row: Row): ReadRow {
  const entries = Object.entries(row).flatMap(([column, value]): readonly [string, unknown][] => {
    if (value === null || column === 'tenant') return [];
    if (typeof value === 'number' && INSTANT.test(column)) {
      return [[column, new Date(value).toISOString()]];
    }
    return [[column, typeof value === 'string' && /^[{[]/.test(value) ? jsonOf(value) : value]];
  });
  return Object.fromEntries(entries) satisfies StoredRow;
}

const INSTANT = /^(at|since|until|not_before|\w+_at)$/;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
