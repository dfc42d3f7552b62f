/**
 * Connections that ask, wait for the answer, and ask again: a client of few lines over sockets, so that most
 * of the machine is the server's.
 */

import { once } from 'node:events';
import { createConnection } from 'node:net';

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  /** Whether an answer is what was asked for: every answer is looked at. */
  done(answer: Answer): boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  /** Of one request, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const CONNECTIONS = 16;

/**
 * @param request What a connection asks next.
 * @param seconds Each connection asks once at least.
 */
export async function load(
  service: { readonly url: string; readonly token: string },
  request: (connection: number) => Asked,
  seconds: number,
  connections: number = CONNECTIONS,
): Promise<Load> {
  const url = new URL(service.url);
  const latencies: number[] = [];
  const begun = performance.now();
  const until = begun + seconds * 1000;
  const ended = await Promise.allSettled(
    Array.from({ length: connections }, async (_, connection) => {
      await using line = await connected(url);
      do {
        const asked = request(connection);
        const text = written(url, service.token, asked);
        const sent = performance.now();
        const answer = await line.ask(text);
        latencies.push(performance.now() - sent);
        if (!asked.done(answer)) throw new Error(refusal(asked, answer));
      } while (performance.now() < until);
    }),
  );
  const milliseconds = performance.now() - begun;
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  latencies.sort((one, other) => one - other);
  const at = (share: number): number =>
    latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
  const { length: requests } = latencies;
  return { requests, perSecond: (requests / milliseconds) * 1000, p50: at(0.5), p99: at(0.99) };
}

function refusal({ method, path }: Asked, { status, body }: Answer): string {
  return `${method} ${path} was answered with ${status} ${body.toString('utf8', 0, 200)}`;
}

function written({ host, pathname }: URL, token: string, { method, path, body }: Asked): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const about =
    body === undefined
      ? ''
      : `content-type: application/scim+json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`;
  return `${method} ${pathname.replace(/\/$/, '')}${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n${about}\r\n${text}`;
}

interface Line extends AsyncDisposable {
  /** @returns The answer, once all of it is here. */
  ask(request: string): Promise<Answer>;
}

async function connected({ hostname, port }: URL): Promise<Line> {
  const socket = createConnection({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let received = Buffer.alloc(0);
  let waiting: PromiseWithResolvers<Answer> | undefined;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = answerIn(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    waiting?.resolve(answer);
  });
  for (const event of ['error', 'close'])
    socket.on(event, () => waiting?.reject(new Error('the server has hung up')));
  return {
    ask: (request) => {
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    [Symbol.asyncDispose]: async () => {
      waiting = undefined;
      socket.destroy();
    },
  };
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** If it is here as a whole. */
function answerIn(received: Buffer): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const body = received.subarray(end + 4);
  if (status === 204 || status === 304) return { status, body };
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const whole =
    length === undefined
      ? received.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
      : body.length >= Number(length);
  return whole ? { status, body } : undefined;
}
