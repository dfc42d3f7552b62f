/**
 * `fetch` for what writes: requests that are many and small, answered in a few lines. Node's own spends
 * three quarters of such a request on streams that nobody needs. What reads goes there all the same,
 * because it asks for packed answers and unpacks them.
 */

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const CONNECT_MILLISECONDS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Answers of these carry no body, and `Response` takes none. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * As `fetch`, for the forms of it that connectors use; redirects are not followed.
 *
 * @throws What Node's sockets throw, with its `code`: `transportFailure` knows them.
 */
export const leanFetch: typeof globalThis.fetch = (input, init = {}) => {
  const { method = 'GET', body, headers, signal } = init;
  const isLean =
    (typeof input === 'string' || input instanceof URL) &&
    WRITES.has(method) &&
    (body === undefined || body === null || typeof body === 'string') &&
    init.redirect === 'manual';
  if (!isLean) return globalThis.fetch(input, init);
  const url = new URL(input);
  const text = body ?? '';
  const sent = Object.fromEntries(new Headers(headers));
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      {
        method,
        // Nobody unpacks the answer here.
        headers: { ...sent, 'accept-encoding': 'identity', 'content-length': bytesOf(text) },
        ...(signal && { signal }),
      },
      (message) => answerOf(message).then(resolve, reject),
    );
    request.on('error', reject);
    limitConnecting(request);
    request.end(text);
  });
};

function bytesOf(text: string): string {
  return String(Buffer.byteLength(text));
}

/** A host that never answers is told from one that got the request. */
function limitConnecting(request: ClientRequest): void {
  request.on('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      const timedOut = new Error(`no connection within ${CONNECT_MILLISECONDS / 1000} s`);
      request.destroy(Object.assign(timedOut, { code: 'ETIMEDOUT', syscall: 'connect' }));
    }, CONNECT_MILLISECONDS);
    socket.once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
}

async function answerOf(message: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      throw Object.assign(new Error('the answer is too large'), { code: 'ANSWER_TOO_LARGE' });
    }
    chunks.push(chunk);
  }
  const { statusCode: status = 0, rawHeaders } = message;
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  headers.set('content-length', String(bytes));
  return new Response(BODILESS.has(status) ? null : Buffer.concat(chunks), { status, headers });
}
