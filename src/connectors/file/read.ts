/**
 * A file is read twice: once to see that every row of it can be taken, then page by page. What it
 * says is everything there is, or with mode delta what changed.
 */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Attributes, AttributeValue, Change } from '../../identity/record.ts';
import { type ChangePage, ConnectorError, type Watermark } from '../spi/index.ts';
import { contentOf, type Document } from './document.ts';
import { invalidFile, readingError } from './failures.ts';
import { fetched } from './fetched.ts';
import { operationOf } from './operation.ts';
import { nameOf } from './options.ts';
import type { Source } from './source.ts';
import { idOf, readable, type Survey, surveyOf } from './survey.ts';
import {
  type FileState,
  fingerprintOf,
  isUntouched,
  parseState,
  type Traces,
  toWatermark,
} from './watermark.ts';

const PAGE_SIZE = 500;

export async function* readFile(source: Source): AsyncGenerator<ChangePage> {
  await using found = await foundDocument(source);
  if (found.type === 'unchanged') return;
  const survey = await soundSurvey(source, found.document);
  const end = { watermark: toWatermark(survey.state), ...isComplete(source) };
  yield* pagesOf(source, found.document, survey, end);
}

/** Tells what a file that has changed says, and nothing when it has not. */
export async function* readChangedFile(
  source: Source,
  since: Watermark,
): AsyncGenerator<ChangePage> {
  const parsed = parseState(since);
  // Under other options the same bytes mean something else.
  const known = parsed?.fingerprint === fingerprintOf(source.options) ? parsed : undefined;
  await using found = await foundDocument(source, known);
  if (found.type === 'unchanged') {
    yield { changes: [], watermark: since };
    return;
  }
  const survey = await soundSurvey(source, found.document);
  const watermark = toWatermark(survey.state);
  if (known?.hash === survey.state.hash) yield { changes: [], watermark };
  else yield* pagesOf(source, found.document, survey, { watermark, ...isComplete(source) });
}

function isComplete({ options }: Source): Pick<ChangePage, 'complete'> {
  return options.mode === 'full' ? { complete: true } : {};
}

/** @throws ConnectorError with every line that cannot be taken. */
export async function soundSurvey(source: Source, document: Document): Promise<Survey> {
  const survey = await surveyOf(source, document);
  if (survey.problems.length > 0) throw invalidFile(source, document.name, survey.problems);
  return survey;
}

/** Looks through the file without taking anything from it. */
export async function surveyFile(source: Source): Promise<Survey> {
  await using found = await foundDocument(source);
  if (found.type === 'document') return await surveyOf(source, found.document);
  throw new TypeError('a file that was never read cannot be unchanged');
}

type Found = AsyncDisposable &
  ({ readonly type: 'unchanged' } | { readonly type: 'document'; readonly document: Document });

/** @param known What it was when it was read last. */
async function foundDocument(source: Source, known?: FileState): Promise<Found> {
  const { url, path: local } = source.options;
  if (url !== undefined) return fetched(source, url, known?.traces);
  const document = await localDocument(source, local ?? '', nameOf(source.options));
  const nothing = { [Symbol.asyncDispose]: async () => {} };
  if (known !== undefined && isUntouched(known.traces, document.traces))
    return { type: 'unchanged', ...nothing };
  return { type: 'document', document, ...nothing };
}

export async function localDocument(
  { context, signal }: Source,
  local: string,
  name: string,
): Promise<Document> {
  signal.throwIfAborted();
  const file = path.resolve(context.baseDirectory, local);
  try {
    const { size, mtimeNs, mtimeMs } = await stat(file, { bigint: true });
    const settled = context.now().getTime() - Number(mtimeMs) > 2000;
    const traces: Traces = { size: String(size), modified: String(mtimeNs), settled };
    return { file, name, traces };
  } catch (error) {
    throw readingError({ context }, { name }, error);
  }
}

/** @param end What the last page says besides. */
export async function* pagesOf(
  source: Source,
  document: Document,
  { state }: Survey,
  end: Omit<ChangePage, 'changes'>,
): AsyncGenerator<ChangePage> {
  const { options, signal } = source;
  const content = contentOf(document, options, signal);
  let changes: Change[] = [];
  for await (const row of readable(source, document, content.rows)) {
    if (row.type === 'header' || row.type === 'nothing') continue;
    const change = row.type === 'row' ? changeOf(source, row.values) : undefined;
    if (change === undefined) throw changed(source, document);
    changes.push(change);
    if (changes.length === PAGE_SIZE) {
      yield { changes };
      changes = [];
    }
  }
  // Pages of another file than was looked through: nobody is absent by them.
  if ((await content.hash()) !== state.hash) throw changed(source, document);
  yield { changes, ...end };
}

/** @returns Undefined for a row the survey would not have let through. */
function changeOf(
  { options, context }: Source,
  values: ReadonlyMap<string, AttributeValue>,
): Change | undefined {
  const { id: name, kind, operation } = options;
  const id = idOf(values.get(name));
  const what = operationOf(values, options);
  if (id === undefined || what === undefined) return undefined;
  const ref = { system: context.system, kind, id };
  if (what === 'delete') return { type: 'absent', ref };
  return { type: 'present', record: { ref, attributes: attributesOf(values, operation) } };
}

export function changed({ context }: Source, { name }: Document): ConnectorError {
  return new ConnectorError(
    'unreachable',
    `read ${context.system}: ${name} changed while it was read`,
    {
      code: 'file-changed',
      remedy: 'Write it under another name, then rename it: that replaces it at once.',
    },
  );
}

/** A column may bear any name, `__proto__` too: as a key of its own, and nothing else. */
export function attributesOf(
  values: ReadonlyMap<string, AttributeValue>,
  operation: string | undefined,
): Attributes {
  return Object.fromEntries([...values].filter(([name]) => name !== operation));
}
