import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { transportFailure } from './http-failures.ts';
import { leanFetch } from './lean-fetch.ts';

const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/Users`;
}

const create = { method: 'POST', redirect: 'manual', body: '{"name":"Zoë"}' } as const;

describe('a request that writes', () => {
  it('arrives whole, and so does its answer', async () => {
    const url = await listen((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { method, headers } = request;
        const body = Buffer.concat(chunks).toString();
        response.writeHead(201, { ETag: 'W/"1"', 'Set-Cookie': ['a=1', 'b=2'] });
        response.end(JSON.stringify({ method, body, type: headers['content-type'] }));
      });
    });
    const headers = { 'Content-Type': 'application/scim+json' };
    const answer = await leanFetch(url, { ...create, headers });
    expect([answer.status, answer.ok, answer.headers.get('etag')]).toEqual([201, true, 'W/"1"']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.json()).toEqual({
      method: 'POST',
      body: create.body,
      type: 'application/scim+json',
    });
  });

  it('follows no redirect, and has no body where there is none', async () => {
    const url = await listen(({ method }, response) => {
      response.writeHead(method === 'DELETE' ? 204 : 302, { Location: 'https://fabrikam.com' });
      response.end();
    });
    expect((await leanFetch(url, create)).headers.get('location')).toBe('https://fabrikam.com');
    const gone = await leanFetch(url, { method: 'DELETE', redirect: 'manual' });
    expect([gone.status, await gone.text()]).toEqual([204, '']);
  });

  it.each([
    ['a connection that is refused was never sent', 'http://127.0.0.1:1/Users', 'host-unreachable'],
    ['a host that is not known was never sent', 'http://no.invalid/Users', 'host-unreachable'],
  ])('to %s', async (_, url, type) => {
    const error = await leanFetch(url, create).catch((reason: unknown) => reason);
    expect(transportFailure(error)?.type).toBe(type);
  });

  it.each<[string, RequestListener]>([
    ['is reset', (request) => request.socket.destroy()],
    [
      'ends in the middle',
      (request, response) => {
        response.writeHead(201, { 'Content-Length': '100' });
        response.write('{"id":');
        setTimeout(() => request.socket.destroy(), 5);
      },
    ],
  ])('whose answer %s may have been done', async (_, listener) => {
    const error = await leanFetch(await listen(listener), create).catch(
      (reason: unknown) => reason,
    );
    expect(transportFailure(error)?.type).toBe('connection-lost');
  });

  it('is given up when its signal says so', async () => {
    const abort = new AbortController();
    const url = await listen(() => abort.abort());
    const error = await leanFetch(url, { ...create, signal: abort.signal }).catch(
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

it('a socket that fails after it was connected may have sent the request', () => {
  const failed = (syscall: string) => Object.assign(new Error(), { code: 'ETIMEDOUT', syscall });
  expect(transportFailure(failed('connect'))?.type).toBe('host-unreachable');
  expect(transportFailure(failed('read'))?.type).toBe('connection-lost');
});
