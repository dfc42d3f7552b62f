/** An answer that is a file: fetched once, straight to disk, within limits of size and time. */

import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ConnectorError } from './error.ts';
import { type Http, networkError, redirected, retryAfter } from './http.ts';

export interface Download {
  readonly url: string;
  /** For messages: `read hr: people.csv`. */
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  /** Until the whole answer has arrived. */
  readonly timeoutSeconds: number;
  /** Unpacked. */
  readonly maxBodyBytes: number;
}

export interface Downloaded {
  readonly status: number;
  readonly headers: Headers;
  readonly retryAfterSeconds?: number;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

/**
 * Writes the body of a successful answer to a file. Redirects are followed as long as they stay at
 * the same scheme, host and port: what is configured there, credentials too, is meant for it alone.
 *
 * @throws ConnectorError `unreachable` or, with code `answer-too-large`, `invalid`; the reason of
 *   `signal` when that aborts.
 */
export async function download(http: Http, file: string, asked: Download): Promise<Downloaded> {
  const { signal, timeoutSeconds, attempt, url } = asked;
  signal.throwIfAborted();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), timeoutSeconds * 1000);
  const either = AbortSignal.any([signal, patience.signal]);
  try {
    const response = await answerOf(http, asked, either);
    const { status, headers, body } = response;
    const retryAfterSeconds = retryAfter(headers, http.now());
    if (status === 200) await save(body, file, asked, either);
    else await body?.cancel();
    return { status, headers, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    signal.throwIfAborted();
    if (patience.signal.aborted)
      throw new ConnectorError('unreachable', `${attempt}: not here within ${timeoutSeconds} s`, {
        code: 'timed-out',
        cause: error,
      });
    throw networkError({ method: 'GET', url, attempt }, error) ?? error;
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(http: Http, asked: Download, signal: AbortSignal): Promise<Response> {
  let { url } = asked;
  for (let turns = 0; ; turns++) {
    const headers = { 'User-Agent': 'Lockstep', ...asked.headers };
    const response = await http.fetch(url, { headers, redirect: 'manual', signal });
    if (!REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    const to = response.headers.get('location');
    const next = to === null || !URL.canParse(to, url) ? undefined : new URL(to, url);
    if (next?.origin !== new URL(url).origin || turns === MOST_REDIRECTS)
      throw redirected(asked, response.status, to);
    url = next.href;
  }
}

async function save(
  body: Response['body'],
  file: string,
  { attempt, maxBodyBytes }: Download,
  signal: AbortSignal,
): Promise<void> {
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      bytes += chunk.byteLength;
      done(bytes > maxBodyBytes ? tooLarge(attempt, maxBodyBytes) : null, chunk);
    },
  });
  // The types of the web's streams are declared twice, by Node and for `fetch`.
  const source = body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
  // Others on this machine have no business in a list of people.
  await pipeline(source, counted, createWriteStream(file, { mode: 0o600 }), { signal });
}

function tooLarge(attempt: string, limit: number): ConnectorError {
  return new ConnectorError('invalid', `${attempt}: larger than ${limit} bytes`, {
    code: 'answer-too-large',
    remedy: 'Raise `maxMegabytes` if that is what it should be.',
    general: true,
  });
}
