/**
 * JSON over HTTP, asked once and never repeated: one place that knows how a network fails, so that
 * every connector tells "nothing was sent" from "sent, and nobody knows what became of it".
 */

import type { ConnectorContext } from './definition.ts';
import { ConnectorError } from './error.ts';
import { type Exchange, type Exchanged, pathOf, requestIdIn } from './exchange.ts';
import { readText } from './http-body.ts';
import { type TransportFailure, transportFailure } from './http-failures.ts';
import { secretTexts } from './secret-texts.ts';

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** What is attempted and on what, for messages: `create user ada@contoso.com in ramp`. */
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as a form when it is `URLSearchParams`. */
  readonly body?: unknown;
  /** `application/json` by default; `application/scim+json` for SCIM. */
  readonly contentType?: string;
  /** Until the whole answer has arrived; 100 by default. */
  readonly timeoutSeconds?: number;
  /** Of the answer, unpacked; 64 MiB by default. */
  readonly maxBodyBytes?: number;
  /** Whether sending it twice does what sending it once does. By default all but POST and PATCH. */
  readonly idempotent?: boolean;
  readonly exchanged?: Exchanged;
}

/** Any answer that arrived whole, whatever its status: what a status means is the connector's table. */
export interface JsonResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Absent when the answer had no body, or when a refusal's body was not JSON. */
  readonly body?: unknown;
  /** The beginning of a refusal's body that was not JSON: a proxy's error page, say. */
  readonly text?: string;
  readonly retryAfterSeconds?: number;
}

export type Http = Pick<ConnectorContext, 'fetch' | 'now'>;

const DEFAULT_TIMEOUT_SECONDS = 100;
const DEFAULT_MAX_BODY_BYTES = 64 * 1024 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one request and reads its whole answer.
 *
 * @throws ConnectorError `unreachable` (codes `host-unreachable`, `tls-failure`, `connection-lost`,
 *   `timed-out`, `redirected`, `not-json`, `truncated-answer`) when repeating it is harmless;
 *   `unknown-outcome` (the last two, `answer-lost`) when a request that is not idempotent may
 *   have been done; `invalid` (`answer-too-large`). The reason of `signal` when that aborts.
 */
export async function requestJson(http: Http, request: JsonRequest): Promise<JsonResponse> {
  const timeoutSeconds = request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  request.signal.throwIfAborted();
  const began = http.now().getTime();
  let heard: Heard = {};
  // Not `AbortSignal.any`: a run's one signal would carry a dependant for each of its requests.
  const abort = new AbortController();
  const cancel = (): void => abort.abort(request.signal.reason);
  request.signal.addEventListener('abort', cancel, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
  }, timeoutSeconds * 1000);
  try {
    const response = await http.fetch(request.url, {
      method: request.method,
      headers: headersOf(request),
      redirect: 'manual',
      signal: abort.signal,
      ...bodyOf(request),
    });
    return await answerOf(http, request, response, (answer) => {
      heard = answer;
    });
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    if (request.signal.aborted) throw request.signal.reason;
    if (timedOut) throw lost(request, 'timed-out', `no answer within ${timeoutSeconds} s`, error);
    throw networkError(request, error) ?? error;
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', cancel);
    request.exchanged?.({
      method: request.method,
      path: pathOf(request.url),
      ...(request.body !== undefined && { sent: request.body }),
      ...heard,
      milliseconds: http.now().getTime() - began,
    });
  }
}

/** What of an answer is told in its exchange. */
type Heard = Pick<Exchange, 'status' | 'answer' | 'requestId'>;

function headersOf(request: JsonRequest): Record<string, string> {
  const type =
    request.body instanceof URLSearchParams
      ? 'application/x-www-form-urlencoded'
      : (request.contentType ?? 'application/json');
  return {
    Accept: 'application/json',
    'User-Agent': 'Lockstep',
    ...(request.body === undefined ? {} : { 'Content-Type': type }),
    ...request.headers,
  };
}

function bodyOf({ body }: JsonRequest): { readonly body?: string } {
  if (body === undefined) return {};
  return { body: body instanceof URLSearchParams ? body.toString() : JSON.stringify(body) };
}

async function answerOf(
  http: Http,
  request: JsonRequest,
  response: Response,
  hear: (answer: Heard) => void,
): Promise<JsonResponse> {
  const { status, headers } = response;
  const requestId = requestIdIn(headers);
  const heard = { status, ...(requestId !== undefined && { requestId }) };
  hear(heard);
  if (REDIRECTS.has(status)) {
    await response.body?.cancel();
    throw redirected(request, status, headers.get('location'));
  }
  const text = await readText(response, request.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  if (text === undefined) throw tooLarge(request);
  const retryAfterSeconds = retryAfter(headers, http.now());
  const answer = {
    status,
    headers,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  if (text.trim() === '') return answer;
  // What is no success ends in a message, and some systems repeat in it what they were sent.
  const isTold = !response.ok || request.exchanged !== undefined;
  const clean = isTold ? withoutCredentials(text, request) : text;
  const told = response.ok ? text : clean;
  try {
    const body: unknown = JSON.parse(told);
    hear({ ...heard, answer: clean === told ? body : excerpt(clean) });
    return { ...answer, body };
  } catch {
    hear({ ...heard, answer: excerpt(clean) });
    if (!response.ok) return { ...answer, text: excerpt(told) };
    throw unreadable(request, headers, withoutCredentials(text, request));
  }
}

const SECRET_NAME = /auth|cookie|key|password|secret|token|assertion/i;

/** The text of an answer without the secrets that the request held, should it repeat them. */
function withoutCredentials(text: string, { headers = {}, body }: JsonRequest): string {
  const form = body instanceof URLSearchParams ? [...body] : [];
  let told = text;
  for (const [name, value] of [...Object.entries(headers), ...form]) {
    // Of `Bearer x` the second part is the secret.
    const secret = value.replace(/^(Basic|Bearer) /, '');
    if (SECRET_NAME.test(name) && secret !== '') told = told.replaceAll(secret, '…');
  }
  if (form.length === 0) for (const text of secretTexts(body)) told = told.replaceAll(text, '…');
  return told;
}

/**
 * Seconds to wait (RFC 9110 §10.2.3): a number, which may be a fraction although the RFC has whole
 * ones, or a date. A date is compared with the answer's own `Date`: their clock, not ours.
 */
export function retryAfter(headers: Headers, now: Date): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(headers.get('date') ?? '');
  return Math.max(0, (until - (Number.isNaN(sent) ? now.getTime() : sent)) / 1000);
}

/** The first of it, on one line, for a message. */
function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

type Asked = Pick<JsonRequest, 'method' | 'url' | 'attempt' | 'idempotent'>;

/** @returns Undefined for an error that is none of the network's: a bug. */
export function networkError(request: Asked, error: unknown): ConnectorError | undefined {
  const failure = transportFailure(error);
  return failure && toError(request, failure, error);
}

function toError(request: Asked, failure: TransportFailure, cause: unknown): ConnectorError {
  const place = new URL(request.url).host;
  switch (failure.type) {
    case 'host-unreachable':
      return new ConnectorError(
        'unreachable',
        `${request.attempt}: cannot reach ${place} (${failure.detail})`,
        {
          code: 'host-unreachable',
          remedy: 'Check the URL, name resolution, the proxy and the firewall.',
          cause,
          general: true,
        },
      );
    case 'tls-failure':
      return new ConnectorError(
        'unreachable',
        `${request.attempt}: no trusted TLS connection to ${place} (${failure.detail})`,
        {
          code: 'tls-failure',
          remedy:
            "Check the server's certificate and name; a private authority goes into NODE_EXTRA_CA_CERTS.",
          cause,
          general: true,
        },
      );
    case 'connection-lost':
      return lost(request, 'connection-lost', failure.detail, cause);
  }
}

/** The request may have arrived: harmless when it can be repeated, unknown when not. */
function lost(
  request: Asked,
  code: 'connection-lost' | 'timed-out',
  detail: string,
  cause: unknown,
): ConnectorError {
  const place = new URL(request.url).host;
  if (isIdempotent(request))
    return new ConnectorError('unreachable', `${request.attempt}: ${place}: ${detail}`, {
      code,
      cause,
    });
  return new ConnectorError(
    'unknown-outcome',
    `${request.attempt}: sent to ${place}, but its answer was lost (${detail})`,
    { code: 'answer-lost', cause },
  );
}

function unreadable(request: JsonRequest, headers: Headers, text: string): ConnectorError {
  const kind = isIdempotent(request) ? 'unreachable' : 'unknown-outcome';
  const type = headers.get('content-type') ?? 'no content type';
  if (/\bjson\b/.test(type))
    return new ConnectorError(
      kind,
      `${request.attempt}: the answer ends in the middle (${text.length} characters)`,
      { code: 'truncated-answer' },
    );
  return new ConnectorError(
    kind,
    `${request.attempt}: expected JSON, got ${type}: ${excerpt(text)}`,
    {
      code: 'not-json',
      remedy:
        'Something else answers at this address: check the URL, and whether a proxy or log-in page stands in between.',
    },
  );
}

export function redirected(
  request: Pick<JsonRequest, 'attempt'>,
  status: number,
  to: string | null,
): ConnectorError {
  return new ConnectorError(
    'unreachable',
    `${request.attempt}: answered ${status}, a redirect${to === null ? '' : ` to ${withoutQuery(to)}`}; redirects are not followed`,
    { code: 'redirected', remedy: 'Configure the final URL.', general: true },
  );
}

/** A redirect's query may carry a token. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '');
}

function tooLarge(request: JsonRequest): ConnectorError {
  const limit = request.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  return new ConnectorError(
    isIdempotent(request) ? 'invalid' : 'unknown-outcome',
    `${request.attempt}: the answer is larger than ${limit} bytes`,
    { code: 'answer-too-large', remedy: 'Ask for fewer objects in one page.' },
  );
}

function isIdempotent({ method, idempotent }: Asked): boolean {
  return idempotent ?? (method !== 'POST' && method !== 'PATCH');
}
