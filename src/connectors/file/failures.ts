/** Why a file could not be read. */

import type { Problem } from '../../identity/problem.ts';
import { ConnectorError, type ConnectorErrorOptions, type FailureKind } from '../spi/index.ts';
import type { Document } from './document.ts';
import { Unreadable } from './row.ts';
import type { Source } from './source.ts';

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
  EISDIR: {
    kind: 'denied',
    code: 'file-denied',
    what: 'is a folder',
    remedy: 'Name a file; a folder is read with `mode: delta`.',
  },
};

function unreadable(what: string): Failure {
  return {
    kind: 'denied',
    code: 'file-denied',
    what,
    remedy: 'Give the user who runs Lockstep the right to read it.',
  };
}

type Where = Pick<Source, 'context'>;

/** @returns The failure in our words; what is a bug comes back as it is. */
export function readingError(
  { context }: Where,
  { name }: Pick<Document, 'name'>,
  cause: unknown,
): unknown {
  if (cause instanceof ConnectorError) return cause;
  if (cause instanceof Unreadable) {
    const place = { file: name, line: cause.line, column: 1 };
    const { message } = cause;
    return invalidFile({ context }, name, [
      { code: 'file-invalid', message, severity: 'error', place },
    ]);
  }
  const code = codeOf(cause);
  if (code === undefined) return cause;
  const { kind, what, ...options } = BY_CODE[code] ?? {
    kind: 'unreachable',
    code: 'file-denied',
    what: `cannot be read (${code})`,
  };
  return new ConnectorError(kind, `read ${context.system}: ${name} ${what}`, {
    ...options,
    general: true,
    cause,
  });
}

function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** Every problem at once; the first of them in the message. */
export function invalidFile(
  { context }: Where,
  name: string,
  problems: readonly Problem[],
): ConnectorError {
  const listed = problems
    .slice(0, 10)
    .map(({ place, message }) => `line ${place?.line}: ${message}`);
  const more =
    problems.length > listed.length ? [`and ${problems.length - listed.length} more`] : [];
  return new ConnectorError(
    'invalid',
    `read ${context.system}: ${name} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}, so nothing of it was taken: ${[...listed, ...more].join('; ')}`,
    {
      code: 'file-invalid',
      remedy: 'Mend these lines, or have the file written anew.',
      general: true,
      problems,
    },
  );
}
