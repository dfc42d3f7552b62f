/** Columns under the names they have here: what `columns` says, whatever the format. */

import { suggestion } from '../../identity/problem.ts';
import type { AttributeValue } from '../../identity/record.ts';
import type { Row } from './row.ts';

export async function* renamed(
  rows: AsyncIterable<Row>,
  names: Readonly<Record<string, string>> = {},
): AsyncGenerator<Row> {
  const known = new Map(Object.entries(names));
  if (known.size === 0) {
    yield* rows;
    return;
  }
  for await (const row of rows) {
    switch (row.type) {
      case 'header':
        yield* lacking(row, known);
        yield { ...row, columns: row.columns.map((name) => known.get(name) ?? name) };
        break;
      case 'row':
        yield withNames(row, known);
        break;
      default:
        yield row;
    }
  }
}

/** A column that is mapped and not there was renamed in the file: everybody would lose its values. */
function* lacking(
  { line, columns }: Extract<Row, { readonly type: 'header' }>,
  known: ReadonlyMap<string, string>,
): Generator<Row> {
  for (const name of known.keys()) {
    if (columns.includes(name)) continue;
    const meant = suggestion(name, columns);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    yield { type: 'broken', line, message: `there is no column "${name}"${hint}` };
  }
}

function withNames(
  row: Extract<Row, { readonly type: 'row' }>,
  known: ReadonlyMap<string, string>,
): Row {
  const values = new Map<string, AttributeValue>();
  for (const [name, value] of row.values) {
    const here = known.get(name) ?? name;
    if (values.has(here))
      return { type: 'broken', line: row.line, message: `two members are named "${here}"` };
    values.set(here, value);
  }
  return { ...row, values };
}
