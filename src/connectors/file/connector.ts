/** A file somebody puts there: CSV, JSON or NDJSON, read as a source. */

import type { ObjectKind } from '../../identity/record.ts';
import {
  type CallOptions,
  type CheckFinding,
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
} from '../spi/index.ts';
import { type FileOptions, fileOptions } from './options.ts';
import { readChangedFile, readFile, type Source, surveyFile } from './read.ts';

export const file: ConnectorDefinition<FileOptions> = {
  type: 'file',
  title: 'File (CSV, JSON, NDJSON)',
  options: fileOptions,
  // Columns keep their names.
  defaultReadMap: {},
  connect: async (options, context): Promise<Connector> => {
    const source = ({ signal }: CallOptions): Source => ({ options, context, signal });
    const known = (kind: ObjectKind): void => {
      if (kind !== options.kind) throw unknownKind(kind, options);
    };
    return {
      check: (call) => checkFile(source(call)),
      describe: async (call) => {
        const { columns } = await surveyFile(source(call));
        const attributes = columns
          .filter((name) => name !== '')
          .map((path) => ({ path, type: 'string', mutability: 'readOnly' }) as const);
        return { kinds: [{ kind: options.kind, attributes }] };
      },
      async *read(kind, call) {
        known(kind);
        yield* readFile(source(call));
      },
      async *readChanges(kind, since, call) {
        known(kind);
        yield* readChangedFile(source(call), since);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

async function checkFile(source: Source): Promise<readonly CheckFinding[]> {
  const subject = source.options.path;
  try {
    const { rows, columns, problems } = await surveyFile(source);
    if (problems.length === 0)
      return [{ subject, status: 'ok', message: `${rows} records, ${columns.length} columns` }];
    return problems.map(({ message, place }) => ({
      subject: `${subject}:${place?.line}`,
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

function unknownKind(kind: ObjectKind, { path, kind: own }: FileOptions): ConnectorError {
  return new ConnectorError('invalid', `${path} holds ${own}s, no ${kind}s`, {
    code: 'unknown-kind',
    remedy: `Read \`${own}\`, or say what the records are: options: { kind: ${kind} }.`,
    general: true,
  });
}
