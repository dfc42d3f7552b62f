/** Why a file could not be read. */

import type { Problem } from '../../identity/problem.ts';
import { ConnectorError, type ConnectorErrorOptions, type FailureKind } from '../spi/index.ts';
import type { Source } from './read.ts';
import { WrongEncoding } from './text.ts';

type Failure = ConnectorErrorOptions & {
  readonly kind: FailureKind;
  readonly code: string;
  readonly what: string;
};

/** By Node's error codes. */
const BY_CODE: Readonly<Record<string, Failure>> = {
  ENOENT: {
    kind: 'unreachable',
    code: 'file-not-found',
    what: 'is not there',
    remedy: 'Check `path`; relative paths start at the folder of the configuration.',
  },
  ENOTDIR: { kind: 'unreachable', code: 'file-not-found', what: 'is not there' },
  EACCES: unreadable('may not be read by this user'),
  EPERM: unreadable('may not be read by this user'),
  EISDIR: unreadable('is a folder'),
};

function unreadable(what: string): Failure {
  return {
    kind: 'denied',
    code: 'file-denied',
    what,
    remedy: 'Give the user who runs Lockstep the right to read it.',
  };
}

export function fileError(source: Source, cause: Error): Error {
  if (cause instanceof ConnectorError) return cause;
  if (cause instanceof WrongEncoding)
    return invalidFile(source, [
      {
        code: 'file-invalid',
        message: `${cause.message}; set \`encoding\``,
        severity: 'error',
        place: { file: source.options.path, line: cause.line, column: 1 },
      },
    ]);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code === undefined) return cause;
  const { kind, what, ...options } = BY_CODE[code] ?? {
    kind: 'unreachable',
    code: 'file-denied',
    what: `cannot be read (${code})`,
  };
  return new ConnectorError(kind, `${attempt(source)} ${what}`, {
    ...options,
    general: true,
    cause,
  });
}

/** Every problem at once; the first of them in the message. */
export function invalidFile(source: Source, problems: readonly Problem[]): ConnectorError {
  const listed = problems
    .slice(0, 10)
    .map(({ place, message }) => `line ${place?.line}: ${message}`);
  const more =
    problems.length > listed.length ? [`and ${problems.length - listed.length} more`] : [];
  return new ConnectorError(
    'invalid',
    `${attempt(source)} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}, so nothing of it was taken: ${[...listed, ...more].join('; ')}`,
    {
      code: 'file-invalid',
      remedy: 'Mend these lines, or have the file written anew.',
      general: true,
      problems,
    },
  );
}

export function isError(value: unknown): value is Error {
  return value instanceof Error;
}

function attempt({ context, options }: Source): string {
  return `read ${context.system}: ${options.path}`;
}
