/**
 * A look through a whole file before anything of it is taken. So either all of it is absorbed or
 * nothing: half of a list of people would make the other half look gone.
 */

import { type Problem, suggestion } from '../../identity/problem.ts';
import type { AttributeValue } from '../../identity/record.ts';
import { contentOf, type Document } from './document.ts';
import { readingError } from './failures.ts';
import { operationOf } from './operation.ts';
import { type FileOptions, formatOf } from './options.ts';
import type { Row } from './row.ts';
import type { Source } from './source.ts';
import { type FileState, fingerprintOf } from './watermark.ts';

/** More would be read by nobody. */
const MAX_PROBLEMS = 100;

/** Everything a look through the file finds. */
export interface Survey {
  readonly state: FileState;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly problems: readonly Problem[];
}

export async function surveyOf(source: Source, document: Document): Promise<Survey> {
  const { options, signal } = source;
  const content = contentOf(document, options, signal);
  const problems: Problem[] = [];
  const lines = new Map<string, number>();
  let columns: readonly string[] = [];
  let rows = 0;
  for await (const row of readable(source, document, content.rows)) {
    const problem = problemOf(row, options, lines);
    if (problem !== undefined) problems.push(problemAt(document, row.line, problem));
    if (problems.length === MAX_PROBLEMS) break;
    if (row.type === 'header') {
      columns = row.columns;
      // Every row would lack its id.
      if (problem !== undefined) break;
    } else if (row.type === 'row') {
      rows++;
      // Files that name no columns: those of their first rows, for people to see.
      if (rows <= 100 && isNested(options, document.name))
        columns = [...new Set([...columns, ...row.values.keys()])];
    }
  }
  const state = {
    // Of a file that is not taken nobody asks for it.
    hash: problems.length > 0 ? '' : await content.hash(),
    fingerprint: fingerprintOf(options),
    traces: document.traces,
  };
  problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  return { state, rows, columns, problems };
}

function isNested(options: FileOptions, name: string): boolean {
  const format = formatOf(options, name);
  return format === 'json' || format === 'ndjson';
}

/** Rows, with what goes wrong on the way told in our words. */
export async function* readable(
  source: Source,
  document: Document,
  rows: AsyncIterable<Row>,
): AsyncGenerator<Row> {
  try {
    yield* rows;
  } catch (error) {
    source.signal.throwIfAborted();
    throw readingError(source, document, error);
  }
}

function problemOf(row: Row, options: FileOptions, lines: Map<string, number>): string | undefined {
  switch (row.type) {
    case 'broken':
      return row.message;
    case 'nothing':
      // A file of changes may well have none.
      return options.mode === 'delta' ? undefined : EMPTY;
    case 'header':
      return headerProblem(row.columns, options);
    case 'row': {
      const { id } = options;
      const value = idOf(row.values.get(id));
      if (value === undefined) return `no ${id}`;
      const before = lines.get(value);
      if (before !== undefined) return `${id} "${value}" stands on line ${before} already`;
      lines.set(value, row.line);
      if (operationOf(row.values, options) !== undefined) return undefined;
      const word = String(row.values.get(options.operation ?? '')).slice(0, 64);
      return `"${word}" in ${options.operation} means nothing; say it in \`operations\``;
    }
  }
}

const EMPTY = 'the file is empty; a list without people has a header, or the brackets of a list';

function headerProblem(
  columns: readonly string[],
  { id, operation }: FileOptions,
): string | undefined {
  const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (twice !== undefined) return `two columns are named "${twice}"`;
  const needed = operation === undefined ? [id] : [id, operation];
  const missing = needed.find((name) => !columns.includes(name));
  if (missing === undefined) return undefined;
  const nearest = suggestion(missing, columns);
  return `there is no column "${missing}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

function problemAt({ name }: Document, line: number, message: string): Problem {
  const place = { file: name, line, column: 1 };
  return { code: 'file-invalid', message, severity: 'error', place };
}

export function idOf(value: AttributeValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}
