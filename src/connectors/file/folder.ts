/**
 * A folder of changes: each file of it is taken once, in the order of the names. One that cannot be
 * taken holds up those behind it, since what they say may build on it.
 */

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Problem } from '../../identity/problem.ts';
import { type ChangePage, ConnectorError, type Watermark } from '../spi/index.ts';
import type { Document } from './document.ts';
import { readingError } from './failures.ts';
import { nameOf } from './options.ts';
import { localDocument, pagesOf, soundSurvey } from './read.ts';
import type { Source } from './survey.ts';
import {
  type FolderState,
  fingerprintOf,
  parseFolderState,
  type Traces,
  toWatermark,
} from './watermark.ts';

/** More than that is an archive, and each name is remembered. */
const MOST_FILES = 10_000;

/** @param since Absent: everything that is there is taken, from the first. */
export async function* readFolder(source: Source, since?: Watermark): AsyncGenerator<ChangePage> {
  const fingerprint = fingerprintOf(source.options);
  const parsed = since === undefined ? undefined : parseFolderState(since);
  // Under other options the same files say something else, so they are taken again.
  const known = parsed?.fingerprint === fingerprint ? parsed : { fingerprint, taken: {} };
  const names = await fileNames(source);
  const present = new Set(names);
  let state: FolderState = {
    ...known,
    taken: Object.fromEntries(Object.entries(known.taken).filter(([name]) => present.has(name))),
  };
  const late: Problem[] = [];
  for (const name of names) {
    const document = await documentOf(source, name);
    const standing = standingOf(name, document.traces, state);
    if (standing === 'late') late.push(outOfOrder(source, name, state));
    if (standing !== 'new') continue;
    const survey = await soundSurvey(source, document);
    state = withTaken(state, name, document.traces);
    yield* pagesOf(source, document, survey, { watermark: toWatermark(state) });
  }
  const problems = late.length > 0 && { problems: late };
  yield { changes: [], watermark: toWatermark(state), ...problems };
}

/** In the order they are taken: of their characters, so that numbers need leading zeros. */
export async function fileNames({ options, context, signal }: Source): Promise<readonly string[]> {
  signal.throwIfAborted();
  const name = nameOf(options);
  const folder = path.resolve(context.baseDirectory, name);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw readingError({ context }, { name }, error);
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !UNFINISHED.test(entry.name))
    .map((entry) => entry.name);
  if (names.length <= MOST_FILES) return names.toSorted((a, b) => (a < b ? -1 : 1));
  throw new ConnectorError(
    'invalid',
    `read ${context.system}: ${name} has ${names.length} files; at most ${MOST_FILES} are read`,
    { code: 'too-many-files', remedy: 'Move away what was taken.', general: true },
  );
}

/** Names under which files are written before they are renamed. */
const UNFINISHED = /^\.|\.(tmp|part|partial|filepart|crdownload)$|~$/i;

export function documentOf(source: Source, name: string): Promise<Document> {
  const inFolder = path.join(nameOf(source.options), name);
  return localDocument(source, inFolder, inFolder);
}

/** The last file may have been read while it was still written: then it has grown, and is new. */
function standingOf(
  name: string,
  traces: Traces,
  { last, taken, modified }: FolderState,
): 'new' | 'taken' | 'late' {
  if (last === undefined || name > last || !('size' in traces)) return 'new';
  const known = Object.hasOwn(taken, name) ? taken[name] : undefined;
  if (name === last) return known === traces.size && modified === traces.modified ? 'taken' : 'new';
  return known === traces.size ? 'taken' : 'late';
}

function withTaken(state: FolderState, name: string, traces: Traces): FolderState {
  if (!('size' in traces)) return state;
  const taken = Object.fromEntries([...Object.entries(state.taken), [name, traces.size]]);
  return { ...state, last: name, taken, modified: traces.modified };
}

function outOfOrder({ options, context }: Source, name: string, { last }: FolderState): Problem {
  return {
    code: 'file-out-of-order',
    severity: 'error',
    message: `read ${context.system}: ${path.join(nameOf(options), name)} came, or changed, after ${last} was taken, so it was not taken`,
    remedy: 'Give it a name that comes after the others if what it says is to hold.',
  };
}
