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
import type { Source } from './source.ts';
import {
  type FolderState,
  fingerprintOf,
  parseFolderState,
  type Traces,
  toWatermark,
} from './watermark.ts';

/** More than that is an archive, and each name is remembered. */
const MOST_FILES = 10_000;

/** A watermark names every file that was taken; files that are taken again after a failure say the same. */
const FILES_BETWEEN_WATERMARKS = 100;

/** @param since Absent: everything that is there is taken, from the first. */
export async function* readFolder(source: Source, since?: Watermark): AsyncGenerator<ChangePage> {
  const fingerprint = fingerprintOf(source.options);
  const parsed = since === undefined ? undefined : parseFolderState(since);
  // Under other options the same files say something else, so they are taken again.
  const known = parsed?.fingerprint === fingerprint ? parsed : { fingerprint, taken: {} };
  const names = await fileNames(source);
  const progress = progressOf(known, new Set(names));
  const soFar = (): ChangePage => ({ changes: [], watermark: toWatermark(stateOf(progress)) });
  const late: Problem[] = [];
  let unsaved = 0;
  for (const name of names) {
    const document = await documentOf(source, name);
    const standing = standingOf(name, document.traces, progress);
    if (standing === 'late') late.push(outOfOrder(source, name, progress));
    if (standing !== 'new') continue;
    try {
      yield* pagesOf(source, document, await soundSurvey(source, document), {});
    } catch (error) {
      // It may be waited for, run after run.
      if (unsaved > 0) yield soFar();
      throw error;
    }
    take(progress, name, document.traces);
    if (++unsaved < FILES_BETWEEN_WATERMARKS) continue;
    yield soFar();
    unsaved = 0;
  }
  yield { ...soFar(), ...(late.length > 0 && { problems: late }) };
}

/** A folder's state while it is read. */
interface Progress extends Pick<FolderState, 'fingerprint'> {
  readonly taken: Map<string, string>;
  last?: string;
  modified?: string;
}

/** Files that are not there any more need not be remembered. */
function progressOf({ taken, ...known }: FolderState, present: ReadonlySet<string>): Progress {
  const there = Object.entries(taken).filter(([name]) => present.has(name));
  const { last, modified, fingerprint } = known;
  return {
    fingerprint,
    taken: new Map(there),
    ...(last !== undefined && { last }),
    ...(modified !== undefined && { modified }),
  };
}

function stateOf({ taken, ...progress }: Progress): FolderState {
  return { ...progress, taken: Object.fromEntries(taken) };
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
  { last, taken, modified }: Progress,
): 'new' | 'taken' | 'late' {
  if (last === undefined || name > last || !('size' in traces)) return 'new';
  const known = taken.get(name);
  if (name === last) return known === traces.size && modified === traces.modified ? 'taken' : 'new';
  return known === traces.size ? 'taken' : 'late';
}

function take(progress: Progress, name: string, traces: Traces): void {
  if (!('size' in traces)) return;
  progress.last = name;
  progress.modified = traces.modified;
  progress.taken.set(name, traces.size);
}

function outOfOrder({ options, context }: Source, name: string, { last }: Progress): Problem {
  return {
    code: 'file-out-of-order',
    severity: 'error',
    message: `read ${context.system}: ${path.join(nameOf(options), name)} came, or changed, after ${last} was taken, so it was not taken`,
    remedy: 'Give it a name that comes after the others if what it says is to hold.',
  };
}
