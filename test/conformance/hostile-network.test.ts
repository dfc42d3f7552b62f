/** Bad input on the wire: half requests, slow clients, garbage after a request. Nobody else is held up. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, service } from './service.ts';

let made: Service;
let server: ReturnType<typeof serve>;
let port: number;

beforeAll(async () => {
  made = await service();
  server = serve({ fetch: (request) => made.fetch(request), hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(() => {
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
});

async function connected(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

function request(
  method: string,
  path: string,
  body: string | Buffer = '',
  length?: number,
): Buffer {
  const head = [
    `${method} /scim/v2/inbox${path} HTTP/1.1`,
    'host: lockstep.test',
    'authorization: Bearer secret',
    'content-type: application/scim+json',
    `content-length: ${length ?? Buffer.byteLength(body)}`,
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

/** Everything that comes back until the other side closes, or for a while. */
async function answers(socket: Socket, milliseconds = 400): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([
    once(socket, 'close'),
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
  ]);
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

async function total(): Promise<number> {
  return (await made.list('/Users')).body.totalResults;
}

const ADA = JSON.stringify({ userName: 'ada' });

it('half a body makes nobody, and is forgotten with its connection', async () => {
  const socket = await connected();
  socket.write(request('POST', '/Users', ADA.slice(0, 10), ADA.length));
  socket.end();
  await answers(socket, 200);
  expect(await total()).toBe(0);
  expect(made.bugs).toEqual([]);
});

it('clients that never come to an end hold up nobody else', async () => {
  const slow = await Promise.all(Array.from({ length: 50 }, connected));
  for (const socket of slow) socket.write(request('POST', '/Users', '{', 1_000));
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/scim/v2/inbox/Users`, {
    headers: { authorization: 'Bearer secret' },
  });
  expect(response.status).toBe(200);
  expect(performance.now() - began).toBeLessThan(2_000);
  for (const socket of slow) socket.destroy();
});

it('garbage behind a request ends that connection, and nothing else', async () => {
  const socket = await connected();
  socket.write(Buffer.concat([request('GET', '/Users'), Buffer.from('\0\xff garbage\r\n\r\n')]));
  expect(await answers(socket)).toMatch(/^HTTP\/1\.1 (200|400) /);
  expect((await made.list('/Users')).status).toBe(200);
  expect(made.bugs).toEqual([]);
});

it('requests that are piped together are answered in their order', async () => {
  const socket = await connected();
  socket.write(
    Buffer.concat([
      request('POST', '/Users', JSON.stringify({ userName: 'piped' })),
      request('POST', '/Users', '{"userName":'),
      request('GET', '/Nothing'),
    ]),
  );
  const text = await answers(socket);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 400', 'HTTP/1.1 404']);
});

it('a body that is not UTF-8 is refused, told its length or not', async () => {
  const body = Buffer.from([...Buffer.from('{"userName":"'), 0xc3, 0x28, ...Buffer.from('"}')]);
  const before = await total();
  const told = await connected();
  told.write(request('POST', '/Users', body));
  expect(await answers(told)).toContain('the body is not UTF-8');
  const response = await made.fetch(
    new Request(`http://127.0.0.1:${port}/scim/v2/inbox/Users`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      body,
    }),
  );
  expect([response.status, await total()]).toEqual([400, before]);
});

it('a body longer than its length says is cut off there', async () => {
  const socket = await connected();
  const before = await total();
  socket.write(request('POST', '/Users', '{"userName":"long"}', 5));
  expect(await answers(socket)).toMatch(/^HTTP\/1\.1 400 /);
  expect(await total()).toBe(before);
});
