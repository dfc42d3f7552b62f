/**
 * A file is read twice: once to see that every row of it can be taken, then page by page. So either
 * all of it is absorbed or nothing: half of a list of people would make the other half look gone.
 */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Problem, suggestion } from '../../identity/problem.ts';
import type { Attributes, AttributeValue, Change } from '../../identity/record.ts';
import {
  type ChangePage,
  type ConnectorContext,
  ConnectorError,
  type Watermark,
} from '../spi/index.ts';
import { csvRows } from './csv.ts';
import { fileError, invalidFile, isError } from './failures.ts';
import { jsonRows, ndjsonRows } from './json.ts';
import { type FileOptions, formatOf } from './options.ts';
import type { Row } from './row.ts';
import { type FileText, fileText } from './text.ts';
import {
  type FileState,
  fingerprintOf,
  isUntouched,
  parseState,
  toWatermark,
} from './watermark.ts';

const PAGE_SIZE = 500;
/** More would be read by nobody. */
const MAX_PROBLEMS = 100;

/** One file of one system. */
export interface Source {
  readonly options: FileOptions;
  readonly context: ConnectorContext;
  readonly signal: AbortSignal;
}

/** Everything a look through the file finds. */
export interface Survey {
  readonly state: FileState;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly problems: readonly Problem[];
}

export async function* readFile(source: Source): AsyncGenerator<ChangePage> {
  const survey = await surveyFile(source);
  if (survey.problems.length > 0) throw invalidFile(source, survey.problems);
  yield* list(source, survey);
}

/** Lists the whole file when it has changed, and nothing when it has not. */
export async function* readChangedFile(
  source: Source,
  since: Watermark,
): AsyncGenerator<ChangePage> {
  const known = parseState(since);
  const fingerprint = fingerprintOf(source.options);
  if (known?.fingerprint === fingerprint) {
    if (isUntouched(known, await fileStat(source))) {
      yield { changes: [], watermark: since };
      return;
    }
  }
  const survey = await surveyFile(source);
  if (survey.problems.length > 0) throw invalidFile(source, survey.problems);
  if (known?.fingerprint === fingerprint && known.hash === survey.state.hash)
    yield { changes: [], watermark: toWatermark(survey.state) };
  else yield* list(source, survey);
}

/** Looks through the whole file without taking anything from it. */
export async function surveyFile(source: Source): Promise<Survey> {
  const { id } = source.options;
  const stats = await fileStat(source);
  const text = textOf(source);
  const problems: Problem[] = [];
  const lines = new Map<string, number>();
  let columns: readonly string[] = [];
  let rows = 0;
  for await (const row of rowsOf(source, text)) {
    const problem = problemOf(row, id, lines);
    if (problem !== undefined) problems.push(problemAt(source, row.line, problem));
    if (problems.length === MAX_PROBLEMS) break;
    if (row.type === 'header') {
      columns = row.columns;
      // Every row would lack its id.
      if (problem !== undefined) break;
    } else if (row.type === 'row') {
      rows++;
      // Files that name no columns: those of their first rows, for people to see.
      if (rows <= 100 && formatOf(source.options) !== 'csv')
        columns = [...new Set([...columns, ...row.values.keys()])];
    }
  }
  const state = {
    hash: text.hash(),
    size: stats.size.toString(),
    modified: stats.mtimeNs.toString(),
    settled: source.context.now().getTime() - Number(stats.mtimeMs) > 2000,
    fingerprint: fingerprintOf(source.options),
  };
  problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  return { state, rows, columns, problems };
}

function problemOf(row: Row, id: string, lines: Map<string, number>): string | undefined {
  switch (row.type) {
    case 'broken':
      return row.message;
    case 'header':
      return headerProblem(row.columns, id);
    case 'row': {
      const value = idOf(row.values.get(id));
      if (value === undefined) return `no ${id}`;
      const before = lines.get(value);
      if (before !== undefined) return `${id} "${value}" stands on line ${before} already`;
      lines.set(value, row.line);
      return undefined;
    }
  }
}

function headerProblem(columns: readonly string[], id: string): string | undefined {
  const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (twice !== undefined) return `two columns are named "${twice}"`;
  if (columns.includes(id)) return undefined;
  const nearest = suggestion(id, columns);
  return `there is no column "${id}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

function problemAt({ options }: Source, line: number, message: string): Problem {
  return {
    code: 'file-invalid',
    message,
    severity: 'error',
    place: { file: options.path, line, column: 1 },
  };
}

async function* list(source: Source, { state }: Survey): AsyncGenerator<ChangePage> {
  const { id, kind } = source.options;
  const text = textOf(source);
  let changes: Change[] = [];
  for await (const row of rowsOf(source, text)) {
    if (row.type === 'header') continue;
    const key = row.type === 'row' ? idOf(row.values.get(id)) : undefined;
    if (row.type === 'broken' || key === undefined) throw changed(source);
    const ref = { system: source.context.system, kind, id: key };
    changes.push({ type: 'present', record: { ref, attributes: attributesOf(row.values) } });
    if (changes.length === PAGE_SIZE) {
      yield { changes };
      changes = [];
    }
  }
  // Pages of another file than was looked through: nobody is absent by them.
  if (text.hash() !== state.hash) throw changed(source);
  yield { changes, watermark: toWatermark(state), complete: true };
}

function changed({ context, options }: Source): ConnectorError {
  return new ConnectorError(
    'unreachable',
    `read ${context.system}: ${options.path} changed while it was read`,
    {
      code: 'file-changed',
      remedy: 'Write it under another name, then rename it: that replaces it at once.',
    },
  );
}

function textOf({ options, context, signal }: Source): FileText {
  return fileText(path.resolve(context.baseDirectory, options.path), options.encoding, signal);
}

async function* rowsOf(source: Source, { pieces }: FileText): AsyncGenerator<Row> {
  try {
    switch (formatOf(source.options)) {
      case 'csv':
        yield* csvRows(pieces, source.options.delimiter);
        break;
      case 'ndjson':
        yield* ndjsonRows(pieces);
        break;
      case 'json':
        yield* jsonRows(pieces);
        break;
    }
  } catch (error) {
    source.signal.throwIfAborted();
    throw isError(error) ? fileError(source, error) : error;
  }
}

async function fileStat(source: Source): ReturnType<typeof bigStat> {
  source.signal.throwIfAborted();
  try {
    return await bigStat(path.resolve(source.context.baseDirectory, source.options.path));
  } catch (error) {
    throw isError(error) ? fileError(source, error) : error;
  }
}

async function bigStat(
  file: string,
): Promise<{ readonly size: bigint; readonly mtimeNs: bigint; readonly mtimeMs: bigint }> {
  return stat(file, { bigint: true });
}

function idOf(value: AttributeValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** A column may bear any name, `__proto__` too: as a key of its own, and nothing else. */
function attributesOf(values: ReadonlyMap<string, AttributeValue>): Attributes {
  return Object.fromEntries(values);
}
