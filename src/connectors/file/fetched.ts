/** A file from a server: fetched whole into a temporary file, unless it is the one known already. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ConnectorError,
  type ConnectorErrorOptions,
  download,
  type FailureKind,
} from '../spi/index.ts';
import type { Document } from './document.ts';
import { type FileOptions, nameOf } from './options.ts';
import type { Source } from './source.ts';
import { addressOf, type Traces } from './watermark.ts';

export type Fetched = AsyncDisposable &
  ({ readonly type: 'unchanged' } | { readonly type: 'document'; readonly document: Document });

/** @param known What the server said of the file that was read last. */
export async function fetched(
  { options, context, signal }: Source,
  url: string,
  known?: Traces,
): Promise<Fetched> {
  const name = nameOf(options);
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-file-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'content');
  const { status, headers, retryAfterSeconds } = await download(context, file, {
    url,
    attempt: `read ${context.system}: ${name}`,
    signal,
    headers: { ...credentials(options), ...conditions(url, known) },
    timeoutSeconds: options.timeoutSeconds,
    maxBodyBytes: options.maxMegabytes * 1024 * 1024,
  });
  if (status === 304) return { type: 'unchanged', [Symbol.asyncDispose]: async () => {} };
  if (status !== 200) throw refused(`read ${context.system}: ${name}`, status, retryAfterSeconds);
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  const traces = {
    address: addressOf(url),
    ...(etag !== null && { etag }),
    ...(lastModified !== null && { lastModified }),
  };
  const kept = stack.move();
  return {
    type: 'document',
    document: { file, name, traces },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function credentials({ token, basic, header }: FileOptions): Readonly<Record<string, string>> {
  return {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(basic !== undefined && {
      Authorization: `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`,
    }),
    ...(header !== undefined && { [header.name]: header.secret }),
  };
}

/** RFC 9110 §13.1: a server that knows tags looks at the tag alone. */
function conditions(url: string, known: Traces | undefined): Readonly<Record<string, string>> {
  if (known === undefined || 'size' in known || known.address !== addressOf(url)) return {};
  const { etag, lastModified } = known;
  return {
    ...(etag !== undefined && { 'If-None-Match': etag }),
    ...(lastModified !== undefined && { 'If-Modified-Since': lastModified }),
  };
}

function refused(
  attempt: string,
  status: number,
  retryAfterSeconds: number | undefined,
): ConnectorError {
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const { kind, ...options } = BY_STATUS[status] ?? (status >= 500 ? FAILING : STRANGE);
  return new ConnectorError(kind, `${attempt}: answered ${status}`, { ...options, ...wait });
}

type Refusal = ConnectorErrorOptions & { readonly kind: FailureKind; readonly code: string };

const DENIED: Refusal = {
  kind: 'denied',
  code: 'credentials-refused',
  remedy: 'Check `token`, `basic` or `header`, and what it may read.',
  general: true,
};

const MISSING: Refusal = {
  kind: 'unreachable',
  code: 'file-not-found',
  remedy: 'Check `url`.',
  general: true,
};

const BY_STATUS: Readonly<Record<number, Refusal>> = {
  401: DENIED,
  403: DENIED,
  404: MISSING,
  410: MISSING,
  429: { kind: 'throttled', code: 'throttled' },
};

const FAILING: Refusal = { kind: 'unreachable', code: 'target-failing' };
const STRANGE: Refusal = {
  kind: 'unreachable',
  code: 'file-not-served',
  remedy: 'Open the URL elsewhere: something other than the file is there.',
  general: true,
};
