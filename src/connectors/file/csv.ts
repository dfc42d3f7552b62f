/** Comma-separated values (RFC 4180): a header, then one record a row. Values stay text. */

import { Readable } from 'node:stream';
import { type Info, type Options, parse } from 'csv-parse';
import {
  HEADER_AGAIN,
  isHeader,
  MAX_COLUMNS,
  MAX_ROW_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  oversized,
  type Row,
  tooManyColumns,
} from './row.ts';

interface Parsed {
  readonly record: readonly string[];
  readonly info: Info;
}

export async function* csvRows(
  pieces: AsyncIterable<string>,
  delimiter: string | undefined,
): AsyncGenerator<Row> {
  const [first, all] = await peek(pieces);
  const broken: Row[] = [];
  let lastLine = 0;
  let lost = false;
  const options: Options = {
    delimiter: delimiter ?? usualDelimiter(first),
    info: true,
    // The header is checked, and so is the number of cells, in words of our own.
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
    skip_records_with_error: true,
    on_record: (record, { lines }) => {
      lastLine = lines;
      return record;
    },
    on_skip: (error) => {
      const code = error?.code ?? 'unknown';
      // After a quote in the wrong place, or a row without an end, the parser finds no rows any more.
      if (lost) return;
      lost = code === 'CSV_INVALID_CLOSING_QUOTE' || code === 'CSV_MAX_RECORD_SIZE';
      // It counts to where a row ends; one that is left open ends with the file.
      const open = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
      const counted = typeof error?.lines === 'number' ? error.lines : lastLine + 1;
      const line = open ? lastLine + 1 : counted;
      lastLine = line;
      broken.push({ type: 'broken', line, message: WHAT_IS_WRONG[code] ?? code });
    },
  };
  let columns: readonly string[] | undefined;
  for await (const { record, info } of rowsOf(all, options)) {
    const line = firstLine(record, info);
    // What follows a header that cannot be read is none.
    if (columns === undefined && broken.some((row) => row.line < line)) break;
    yield* broken.splice(0);
    if (columns === undefined) {
      columns = record.map((name) => name.trim());
      if (columns.length > MAX_COLUMNS) {
        yield { type: 'broken', line, message: tooManyColumns(columns.length) };
        return;
      }
      yield { type: 'header', line, columns };
    } else if (record.some((cell) => cell !== '')) yield toRow(columns, record, line);
  }
  if (columns === undefined && broken.length === 0) yield { type: 'nothing', line: 1 };
  yield* broken;
}

/** The parser counts to the end of a row. */
function firstLine(record: readonly string[], { lines }: Info): number {
  const inside = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
  return lines - inside;
}

const WHAT_IS_WRONG: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that begins here or further on is never closed',
  CSV_INVALID_CLOSING_QUOTE:
    'a quoted value goes on after its closing quote; quotes inside are doubled',
  INVALID_OPENING_QUOTE: 'a quote stands inside of an unquoted value; quote the whole value',
  CSV_MAX_RECORD_SIZE: `longer than ${MAX_ROW_CHARACTERS} characters; is a quote left open?`,
};

async function* rowsOf(text: AsyncIterable<string>, options: Options): AsyncGenerator<Parsed> {
  const source = Readable.from(text);
  const parser = parse(options);
  // `pipe` passes no errors on: a file that cannot be read would look like its end.
  source.once('error', (error) => parser.destroy(error));
  try {
    yield* source.pipe(parser) as AsyncIterable<Parsed>;
  } finally {
    source.destroy();
  }
}

function toRow(columns: readonly string[], cells: readonly string[], line: number): Row {
  if (cells.length > columns.length || cells.length < columns.length)
    return {
      type: 'broken',
      line,
      message: `${cells.length} cells where the header has ${columns.length}`,
    };
  if (isHeader(columns, cells)) return { type: 'broken', line, message: HEADER_AGAIN };
  const values = new Map<string, string>();
  for (const [index, cell] of cells.entries()) {
    if (cell === '') continue;
    const name = columns[index] ?? '';
    if (name === '')
      return { type: 'broken', line, message: `a value in column ${index + 1}, which has no name` };
    if (cell.length > MAX_VALUE_CHARACTERS)
      return { type: 'broken', line, message: oversized(name) };
    values.set(name, cell);
  }
  return { type: 'row', line, values };
}

const USUAL = [',', ';', '\t'] as const;

/** The most frequent of the usual ones in the first line. */
function usualDelimiter(text: string): string {
  const header = text.split(/[\r\n]/, 1)[0] ?? '';
  const count = (delimiter: string): number => header.split(delimiter).length;
  return USUAL.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** The first piece that is not empty, and all of them. */
async function peek(
  pieces: AsyncIterable<string>,
): Promise<readonly [string, AsyncIterable<string>]> {
  const iterator = pieces[Symbol.asyncIterator]();
  let first = '';
  while (first === '') {
    const next = await iterator.next();
    if (next.done === true) break;
    first = next.value;
  }
  const rest: AsyncIterable<string> = { [Symbol.asyncIterator]: () => iterator };
  return [
    first,
    (async function* () {
      yield first;
      yield* rest;
    })(),
  ];
}
