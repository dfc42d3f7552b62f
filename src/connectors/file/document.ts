/** One file on this machine, in one of the formats: its rows, and the hash of its bytes. */

import { renamed } from './columns.ts';
import { csvRows } from './csv.ts';
import { jsonRows, ndjsonRows } from './json.ts';
import { type FileOptions, formatOf } from './options.ts';
import type { Row } from './row.ts';
import { fileHash, fileText } from './text.ts';
import type { Traces } from './watermark.ts';
import { xlsxRows } from './xlsx.ts';

export interface Document {
  /** An absolute path on this machine. */
  readonly file: string;
  /** What it is called to people; its ending tells the format. */
  readonly name: string;
  readonly traces: Traces;
}

export interface Content {
  readonly rows: AsyncIterable<Row>;
  /** Of all bytes, in hex; asked once the rows have been read to their end. */
  hash(): Promise<string>;
}

export function contentOf(
  { file, name }: Document,
  options: FileOptions,
  signal: AbortSignal,
): Content {
  const { rows, hash } = formatted(file, name, options, signal);
  return { rows: renamed(rows, options.columns), hash };
}

function formatted(file: string, name: string, options: FileOptions, signal: AbortSignal): Content {
  const format = formatOf(options, name);
  if (format === 'xlsx') return spreadsheet(file, options, signal);
  const { pieces, hash } = fileText(file, options.encoding, signal);
  return { rows: textRows(format, pieces, options), hash: async () => hash() };
}

/** Not read from its beginning to its end, so that its bytes are hashed before and after. */
function spreadsheet(file: string, { sheet }: FileOptions, signal: AbortSignal): Content {
  let before = '';
  return {
    rows: (async function* () {
      before = await fileHash(file, signal);
      yield* xlsxRows(file, sheet, signal);
    })(),
    hash: async () => {
      const after = await fileHash(file, signal);
      return before === after ? after : `${before} then ${after}`;
    },
  };
}

function textRows(
  format: 'csv' | 'json' | 'ndjson',
  pieces: AsyncIterable<string>,
  { delimiter }: FileOptions,
): AsyncIterable<Row> {
  switch (format) {
    case 'csv':
      return csvRows(pieces, delimiter);
    case 'ndjson':
      return ndjsonRows(pieces);
    case 'json':
      return jsonRows(pieces);
  }
}
