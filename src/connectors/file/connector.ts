/** Files somebody writes: CSV, JSON, NDJSON or spreadsheets, from disk or a server, read as a source. */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectKind, ObjectRef } from '../../identity/record.ts';
import {
  type CallOptions,
  type ChangePage,
  type CheckFinding,
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type Query,
  type Watermark,
} from '../spi/index.ts';
import { documentOf, fileNames, readFolder } from './folder.ts';
import { type FileOptions, fileOptions, nameOf } from './options.ts';
import { readChangedFile, readFile, surveyFile } from './read.ts';
import { recordIn, searchFile } from './search.ts';
import type { Sound } from './sound.ts';
import type { Source } from './source.ts';
import { type Survey, surveyOf } from './survey.ts';

export const file: ConnectorDefinition<FileOptions> = {
  type: 'file',
  title: 'File (CSV, JSON, NDJSON, XLSX)',
  options: fileOptions,
  // Columns keep their names.
  defaultReadMap: {},
  connect: async (options, context): Promise<Connector> => {
    const source = ({ signal }: CallOptions): Source => ({ options, context, signal });
    const known = (kind: ObjectKind): void => {
      if (kind !== options.kind) throw unknownKind(kind, options);
    };
    const sound: Sound = {};
    return {
      check: (call) => checkSource(source(call)),
      ...(isServable(options) && {
        traits: { skips: true, versions: true } as const,
        // Columns keep their names here as well.
        servedAs: {},
        get: async (ref: ObjectRef, call: CallOptions) =>
          ref.kind === options.kind ? recordIn(source(call), sound, ref.id) : undefined,
        search: async (kind: ObjectKind, query: Query) => {
          known(kind);
          return searchFile(source(query), sound, query);
        },
      }),
      describe: async (call) => {
        const { columns } = await surveyOfSource(source(call));
        const attributes = columns
          .filter((name) => name !== '' && name !== options.operation)
          .map((path) => ({ path, type: 'string', mutability: 'readOnly' }) as const);
        return { kinds: [{ kind: options.kind, attributes }] };
      },
      async *read(kind, call) {
        known(kind);
        yield* pagesOfSource(source(call));
      },
      async *readChanges(kind, since, call) {
        known(kind);
        yield* pagesOfSource(source(call), since);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

/** One that lies here and says everything there is. */
function isServable({ path: local, mode }: FileOptions): boolean {
  return local !== undefined && mode === 'full';
}

async function* pagesOfSource(source: Source, since?: Watermark): AsyncGenerator<ChangePage> {
  if (await isFolder(source)) yield* readFolder(source, since);
  else if (since === undefined) yield* readFile(source);
  else yield* readChangedFile(source, since);
}

/** Of changes only: the files of a folder make no one list of everybody. */
async function isFolder({ options, context }: Source): Promise<boolean> {
  if (options.mode !== 'delta' || options.path === undefined) return false;
  const found = await stat(path.resolve(context.baseDirectory, options.path)).catch(
    () => undefined,
  );
  return found?.isDirectory() ?? false;
}

/** Of a folder: its last file, since those before it were taken. */
async function surveyOfSource(source: Source): Promise<Survey & { readonly files?: number }> {
  if (!(await isFolder(source))) return surveyFile(source);
  const names = await fileNames(source);
  const last = names.at(-1);
  if (last === undefined) return { ...NOTHING, files: 0 };
  return { ...(await surveyOf(source, await documentOf(source, last))), files: names.length };
}

const NOTHING = {
  state: { hash: '', fingerprint: '', traces: {} },
  rows: 0,
  columns: [],
  problems: [],
};

async function checkSource(source: Source): Promise<readonly CheckFinding[]> {
  const subject = nameOf(source.options);
  try {
    const { rows, columns, problems, files } = await surveyOfSource(source);
    const last =
      files === undefined ? '' : `${files} ${files === 1 ? 'file' : 'files'}; the last has `;
    if (problems.length === 0) {
      const message = `${last}${rows} records, ${columns.length} columns`;
      return [{ subject, status: 'ok', message }];
    }
    return problems.map(({ message, place }) => ({
      subject: `${place?.file}:${place?.line}`,
      status: 'failed',
      message,
      remedy: 'Nothing of the file is taken until every line of it can be.',
    }));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { message, remedy } = error;
    return [{ subject, status: 'failed', message, ...(remedy === undefined ? {} : { remedy }) }];
  }
}

function unknownKind(kind: ObjectKind, options: FileOptions): ConnectorError {
  const own = options.kind;
  return new ConnectorError('invalid', `${nameOf(options)} holds ${own}s, no ${kind}s`, {
    code: 'unknown-kind',
    remedy: `Read \`${own}\`, or say what the records are: options: { kind: ${kind} }.`,
    general: true,
  });
}
