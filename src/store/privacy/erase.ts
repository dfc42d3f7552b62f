/** Takes a person out of every table, a few rows in each transaction. */

import type { Whom } from '../../sync/privacy-storage.ts';
import type { Database, Queries, Row } from '../database.ts';
import { PLACES } from './inventory.ts';
import type { Place, Remainder } from './place.ts';
import { keyOf, marks, rowsOf, valuesOf } from './rows.ts';

type Told = (entries: readonly number[]) => Promise<void>;

export async function erase(whom: Whom, database: Database, told: Told): Promise<void> {
  await overwriting(database, true);
  try {
    await erasePlaces(whom, database, told);
  } finally {
    await overwriting(database, false);
  }
}

/** SQLite then writes zeros over what it deletes (sqlite.org, "secure_delete"), which costs writes. */
async function overwriting({ dialect, all }: Database, on: boolean): Promise<void> {
  if (dialect === 'sqlite') await all(`pragma secure_delete = ${on ? 'on' : 'off'}`);
}

async function erasePlaces(whom: Whom, database: Database, told: Told): Promise<void> {
  const identity = PLACES.filter(({ table }) => table === 'identity');
  // By the identity the person is found, should this be interrupted.
  for (const place of [...PLACES.filter((each) => !identity.includes(each)), ...identity]) {
    if (place.erased.how === 'kept') continue;
    for await (const rows of rowsOf(place, whom, database)) {
      await database.transaction((queries) => eraseRows(place, rows, whom, queries, told));
    }
  }
}

async function eraseRows(
  place: Place,
  rows: readonly Row[],
  whom: Whom,
  queries: Queries,
  told: Told,
): Promise<void> {
  const { erased } = place;
  switch (erased.how) {
    case 'kept':
      return;
    case 'rows':
      await drop(place, rows, queries);
      // Counted again by the next who writes there.
      if (place.table === 'directory_object') await queries.run('delete from directory_count');
      return;
    case 'audit':
      await drop(place, rows, queries);
      return told(rows.map(({ number }) => Number(number)).toSorted((a, b) => a - b));
    case 'part': {
      const left = rows.map((row) => [row, erased.without(row, whom)] as const);
      const gone = left.filter(([, remainder]) => remainder === 'row').map(([row]) => row);
      await drop(place, gone, queries);
      for (const [row, remainder] of left) await rewrite(place, row, remainder, queries);
      await place.besides?.(
        left.filter(([, remainder]) => remainder !== 'row').map(([row]) => row),
        whom,
        queries,
      );
    }
  }
}

async function drop(place: Place, rows: readonly Row[], queries: Queries): Promise<void> {
  const key = keyOf(place);
  await queries.batch(
    `delete from ${place.table} where (${key.join(', ')}) = (${marks(key)})`,
    rows.map((row) => valuesOf(row, key)),
  );
}

async function rewrite(
  place: Place,
  row: Row,
  remainder: Remainder,
  queries: Queries,
): Promise<void> {
  if (remainder === 'row') return;
  const key = keyOf(place);
  const columns = Object.keys(remainder);
  await queries.run(
    `update ${place.table} set ${columns.map((column) => `${column} = ?`).join(', ')}
     where (${key.join(', ')}) = (${marks(key)})`,
    [...Object.values(remainder), ...valuesOf(row, key)],
  );
}
