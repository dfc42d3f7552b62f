/** A sheet of a spreadsheet (ECMA-376): its first row names the columns, each further one is a record. */

import type { AttributeValue, Scalar } from '../../identity/record.ts';
import {
  HEADER_AGAIN,
  isHeader,
  MAX_COLUMNS,
  MAX_ROW_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  oversized,
  type Row,
  tooManyColumns,
  Unreadable,
} from './row.ts';
import { openArchive } from './xlsx-archive.ts';
import { cellValue } from './xlsx-value.ts';
import { readWorkbook, type Workbook } from './xlsx-workbook.ts';
import { type Listener, xmlEvents } from './xlsx-xml.ts';

export async function* xlsxRows(
  file: string,
  sheet: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Row> {
  await using archive = await openArchive(file, signal);
  const workbook = await readWorkbook(archive, sheet);
  const pieces = archive.part(workbook.sheet);
  if (pieces === undefined) throw new Unreadable(1, `the spreadsheet lacks ${workbook.sheet}`);
  const gathered: SheetRow[] = [];
  let columns: readonly string[] | undefined;
  for await (const _ of xmlEvents(pieces, workbook.sheet, sheetListener(workbook, gathered))) {
    for (const row of gathered.splice(0)) {
      if (row.cells.size === 0 && row.broken.length === 0) continue;
      if (columns !== undefined) {
        yield* toRows(columns, row);
        continue;
      }
      columns = headerOf(row);
      if (row.broken.length > 0 || columns.length > MAX_COLUMNS) {
        yield* row.broken;
        if (columns.length > MAX_COLUMNS) yield broken(row.line, tooManyColumns(columns.length));
        return;
      }
      yield { type: 'header', line: row.line, columns };
    }
  }
  if (columns === undefined) yield { type: 'nothing', line: 1 };
}

interface SheetRow {
  readonly line: number;
  /** By column, from 0. */
  readonly cells: ReadonlyMap<number, Scalar>;
  readonly broken: readonly Row[];
}

/** What is known of a cell while it is read. */
interface Cell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  formula: boolean;
  text: string;
}

const LAST_ROW = 1_048_576;

function sheetListener(workbook: Workbook, gathered: SheetRow[]): Listener {
  let line = 0;
  let last = -1;
  let cells = new Map<number, Scalar>();
  let problems: Row[] = [];
  let characters = 0;
  let cell: Cell | undefined;
  let heard = false;
  let phonetic = false;

  const endCell = ({ column, type, style, formula, text }: Cell): void => {
    const at = `cell ${columnName(column)}${line}`;
    if (formula) {
      problems.push(broken(line, `${at} holds a formula; put its value there`));
      return;
    }
    if (text === '') return;
    const shared = type === 's' ? workbook.texts[Number(text)] : text;
    if (shared === undefined) {
      problems.push(broken(line, `${at} names a text that is not there`));
      return;
    }
    characters += shared.length;
    if (characters > MAX_ROW_CHARACTERS) throw tooLong(line);
    const plain = { type: 'plain' } as const;
    const content = { type, text: shared, style: workbook.styles[style] ?? plain };
    const found = cellValue(content, workbook.from1904);
    if (!found.ok) problems.push(broken(line, `${at} ${found.message}`));
    else if (found.value !== '') cells.set(column, found.value);
  };

  return {
    open: ({ name, attribute }) => {
      heard = false;
      switch (name) {
        case 'row': {
          const number = Number(attribute('r') ?? line + 1);
          if (!(number > line && number <= LAST_ROW))
            throw new Unreadable(line, `row ${attribute('r')} stands after row ${line}`);
          line = number;
          last = -1;
          cells = new Map();
          problems = [];
          characters = 0;
          break;
        }
        case 'c': {
          const reference = attribute('r');
          const column = reference === undefined ? last + 1 : columnOf(reference);
          if (!(column > last)) throw new Unreadable(line, `cell ${reference} is out of order`);
          last = column;
          const style = Number(attribute('s') ?? 0);
          cell = { column, type: attribute('t') ?? 'n', style, formula: false, text: '' };
          break;
        }
        case 'f':
          if (cell) cell.formula = true;
          break;
        case 'rPh':
          phonetic = true;
          break;
        case 'v':
        case 't':
          heard = cell !== undefined && !phonetic;
          break;
      }
    },
    close: (name) => {
      heard = false;
      if (name === 'rPh') phonetic = false;
      if (name === 'c' && cell) {
        endCell(cell);
        cell = undefined;
      }
      if (name === 'row') gathered.push({ line, cells, broken: problems });
    },
    text: (piece) => {
      if (!heard || !cell) return;
      cell.text += piece;
      if (characters + cell.text.length > MAX_ROW_CHARACTERS) throw tooLong(line);
    },
  };
}

function headerOf({ cells }: SheetRow): readonly string[] {
  const width = Math.max(-1, ...cells.keys()) + 1;
  return Array.from({ length: width }, (_, column) => String(cells.get(column) ?? '').trim());
}

/** Cells without a value are not kept, so that a row that is wider is none. */
function isHeaderAgain(columns: readonly string[], { cells }: SheetRow): boolean {
  const named = columns.filter((name) => name !== '').length;
  const texts = columns.map((_, column) => String(cells.get(column) ?? ''));
  return cells.size === named && isHeader(columns, texts);
}

function* toRows(columns: readonly string[], row: SheetRow): Generator<Row> {
  const { line, cells, broken: found } = row;
  yield* found;
  if (isHeaderAgain(columns, row)) {
    yield broken(line, HEADER_AGAIN);
    return;
  }
  const values = new Map<string, AttributeValue>();
  for (const [column, value] of cells) {
    const name = columns[column] ?? '';
    if (name === '') {
      yield broken(line, `cell ${columnName(column)}${line} stands in a column without a name`);
      return;
    }
    if (String(value).length > MAX_VALUE_CHARACTERS) {
      yield broken(line, oversized(name));
      return;
    }
    values.set(name, value);
  }
  if (found.length === 0) yield { type: 'row', line, values };
}

function broken(line: number, message: string): Row {
  return { type: 'broken', line, message };
}

function tooLong(line: number): Unreadable {
  return new Unreadable(line, `longer than ${MAX_ROW_CHARACTERS} characters`);
}

const LAST_COLUMN = 16_383;

/** `AB7` is in column 27, from 0. @returns NaN for what is no cell. */
function columnOf(reference: string): number {
  const letters = /^([A-Z]{1,3})\d+$/.exec(reference)?.[1];
  if (letters === undefined) return Number.NaN;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return column > LAST_COLUMN ? Number.NaN : column;
}

function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}
