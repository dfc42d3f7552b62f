import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectorError } from './error.ts';
import type { Exchange } from './exchange.ts';
import { type JsonRequest, type JsonResponse, requestJson } from './http.ts';
import { leanFetch } from './lean-fetch.ts';

const http = { fetch: leanFetch, now: () => new Date('2026-03-01T08:00:00Z') };
const open: { close(): void }[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function ask(url: string, more: Partial<JsonRequest> = {}): Promise<JsonResponse> {
  const { signal } = new AbortController();
  return requestJson(http, { method: 'GET', url, attempt: 'read ada in ramp', signal, ...more });
}

async function failure(asked: Promise<unknown>): Promise<Partial<ConnectorError>> {
  const error = await asked.then(
    () => undefined,
    (reason: ConnectorError) => reason,
  );
  return { kind: error?.kind, code: error?.code } as Partial<ConnectorError>;
}

describe('an answer', () => {
  it('is its status, its headers and its JSON', async () => {
    const url = await listen((_, response) => {
      response.setHeader('ETag', 'W/"7"');
      response.end('{"userName":"ada@contoso.com"}');
    });
    const { status, headers, body } = await ask(url);
    expect([status, headers.get('etag'), body]).toEqual([
      200,
      'W/"7"',
      { userName: 'ada@contoso.com' },
    ]);
  });

  it.each([400, 503, 200])(
    'with status %i keeps what the request was let in with to itself',
    async (status) => {
      const url = await listen(({ headers }, response) => {
        response.writeHead(status, { 'content-type': 'text/html' });
        response.end(`<p>you sent ${headers.authorization}, ${headers['x-api-key']}</p>`);
      });
      const headers = { Authorization: 'Bearer token-1', 'X-Api-Key': 'key-2' };
      const told = await ask(url, { headers }).then(
        ({ text }) => text,
        ({ message }: ConnectorError) => message,
      );
      expect(told).toContain('<p>you sent Bearer …, …</p>');
    },
  );

  it('keeps a password to itself that a system repeats in its refusal', async () => {
    const url = await listen((request, response) => {
      request.pipe(response.writeHead(400));
    });
    const passwordProfile = { password: 'say "cheese"', forceChange: true };
    const body = { displayName: 'Ada', passwordProfile };
    expect((await ask(url, { method: 'POST', body })).body).toEqual({
      displayName: 'Ada',
      passwordProfile: { password: '…', forceChange: true },
    });
  });

  it("keeps a form's secret to itself, but not its other values", async () => {
    const url = await listen((request, response) => {
      request.once('data', (sent) => response.writeHead(400).end(String(sent)));
    });
    const body = new URLSearchParams({ client_id: 'lockstep', client_secret: 'secret-3' });
    const { text } = await ask(url, { method: 'POST', body });
    expect(text).toBe('client_id=lockstep&client_secret=…');
  });

  it('may have no body', async () => {
    const url = await listen((_, response) => response.writeHead(204).end());
    expect(await ask(url, { method: 'DELETE' })).not.toHaveProperty('body');
  });

  it('carries a refusal whatever its form, with the beginning of a proxy’s page', async () => {
    const url = await listen((_, response) =>
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad\n gateway</h1>'),
    );
    expect(await ask(url)).toMatchObject({ status: 502, text: '<h1>Bad gateway</h1>' });
  });

  it.each([
    ['seconds', '7', undefined, 7],
    ['a fraction of a second', '0.5', undefined, 0.5],
    [
      'a date, by the clock of who sent it',
      'Sun, 01 Mar 2026 10:00:30 GMT',
      'Sun, 01 Mar 2026 10:00:00 GMT',
      30,
    ],
    ['a date, by ours where they send none', 'Sun, 01 Mar 2026 08:01:00 GMT', undefined, 60],
    ['a date gone by', 'Sun, 01 Mar 2026 07:00:00 GMT', undefined, 0],
    ['nonsense', 'soon', undefined, undefined],
  ])('says how long to wait: %s', async (_, value, date, seconds) => {
    const url = await listen((_request, response) => {
      response.sendDate = false;
      if (date !== undefined) response.setHeader('Date', date);
      response.writeHead(429, { 'Retry-After': value }).end('{}');
    });
    expect((await ask(url)).retryAfterSeconds).toBe(seconds);
  });

  it('sends a body as JSON with the type asked for, and a form as a form', async () => {
    const url = await listen((request, response) => {
      request.setEncoding('utf8');
      let text = '';
      request.on('data', (part: string) => {
        text += part;
      });
      request.on('end', () =>
        response.end(JSON.stringify([request.headers['content-type'], text])),
      );
    });
    const scim = await ask(url, {
      method: 'POST',
      body: { active: true },
      contentType: 'application/scim+json',
    });
    const form = await ask(url, { method: 'POST', body: new URLSearchParams({ scope: 'a b' }) });
    expect([scim.body, form.body]).toEqual([
      ['application/scim+json', '{"active":true}'],
      ['application/x-www-form-urlencoded', 'scope=a+b'],
    ]);
  });
});

describe('a failure of the network', () => {
  it('is unreachable where nobody listens, for a POST too: nothing was sent', async () => {
    const url = await listen(() => {});
    for (const server of open.splice(0)) server.close();
    expect(await failure(ask(url, { method: 'POST', body: {} }))).toEqual({
      kind: 'unreachable',
      code: 'host-unreachable',
    });
  });

  it('is unreachable where the name means no host', async () => {
    expect(await failure(ask('http://no-such-host.invalid/'))).toEqual({
      kind: 'unreachable',
      code: 'host-unreachable',
    });
  });

  it('is a TLS failure where the other side does not speak TLS', async () => {
    const url = await listen((_, response) => response.end('{}'));
    expect(await failure(ask(url.replace('http:', 'https:')))).toEqual({
      kind: 'unreachable',
      code: 'tls-failure',
    });
  });

  it('leaves the outcome of a POST unknown when its connection ends without an answer', async () => {
    const url = await listen((request) => request.socket.destroy());
    expect(await failure(ask(url, { method: 'POST', body: {} }))).toEqual({
      kind: 'unknown-outcome',
      code: 'answer-lost',
    });
    expect(await failure(ask(url))).toEqual({ kind: 'unreachable', code: 'connection-lost' });
  });

  it('is half a body, whether the connection breaks or the JSON does', async () => {
    const broken = await listen((_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"value":[');
      setTimeout(() => response.destroy(), 5);
    });
    const cut = await listen((_, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"value":['),
    );
    expect(await failure(ask(broken))).toEqual({ kind: 'unreachable', code: 'connection-lost' });
    expect(await failure(ask(cut))).toEqual({ kind: 'unreachable', code: 'truncated-answer' });
    expect(await failure(ask(cut, { method: 'POST', body: {} }))).toEqual({
      kind: 'unknown-outcome',
      code: 'truncated-answer',
    });
  });

  it('is HTML where JSON was expected', async () => {
    const url = await listen((_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<title>Log in</title>'),
    );
    await expect(ask(url)).rejects.toThrow(
      'read ada in ramp: expected JSON, got text/html: <title>Log in</title>',
    );
  });

  it('is no answer in time', async () => {
    const url = await listen(() => {});
    expect(await failure(ask(url, { timeoutSeconds: 0.02 }))).toEqual({
      kind: 'unreachable',
      code: 'timed-out',
    });
  });

  it('is a redirect: it is not followed, and its query stays out of the message', async () => {
    const url = await listen((_, response) =>
      response.writeHead(302, { Location: 'https://login.contoso.com/?token=s3cret' }).end(),
    );
    await expect(ask(url)).rejects.toThrow(
      'read ada in ramp: answered 302, a redirect to https://login.contoso.com/; redirects are not followed',
    );
  });
});

describe('a body beyond the limit', () => {
  it.each(['announced', 'in chunks', 'packed'])('is refused: %s', async (how) => {
    const body = JSON.stringify({ note: 'x'.repeat(5000) });
    const url = await listen((_, response) => {
      if (how === 'announced') response.setHeader('Content-Length', body.length);
      if (how === 'packed') response.setHeader('Content-Encoding', 'gzip');
      response.end(how === 'packed' ? gzipSync(body) : body);
    });
    expect(await failure(ask(url, { maxBodyBytes: 1000 }))).toEqual({
      kind: 'invalid',
      code: 'answer-too-large',
    });
  });
});

describe('a signal', () => {
  it('stops the request with its own reason', async () => {
    const url = await listen(() => {});
    const abort = new AbortController();
    const asked = ask(url, { signal: abort.signal });
    abort.abort(new Error('stopped by a person'));
    await expect(asked).rejects.toThrow('stopped by a person');
  });
});

it('lets a bug through as it is', async () => {
  const broken = {
    ...http,
    fetch: (() => Promise.reject(new RangeError('a bug'))) as typeof globalThis.fetch,
  };
  const { signal } = new AbortController();
  const request = { method: 'GET', url: 'http://ramp.test/', attempt: 'read', signal } as const;
  await expect(requestJson(broken, request)).rejects.toThrow(RangeError);
});

describe('what went over the wire', () => {
  it('is told without host, query, headers and what the request was let in with', async () => {
    const url = await listen(({ headers }, response) => {
      response.writeHead(201, { 'x-request-id': 'r-1', 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: '42', by: headers.authorization }));
    });
    const told: Exchange[] = [];
    const { body } = await ask(`${url}/Users?token=secret-2`, {
      method: 'POST',
      headers: { Authorization: 'Bearer token-1' },
      body: { userName: 'ada@contoso.com' },
      exchanged: (exchange) => told.push(exchange),
    });
    expect(body).toEqual({ id: '42', by: 'Bearer token-1' });
    expect(told).toEqual([
      {
        method: 'POST',
        path: '/Users',
        sent: { userName: 'ada@contoso.com' },
        status: 201,
        requestId: 'r-1',
        answer: '{"id":"42","by":"Bearer …"}',
        milliseconds: 0,
      },
    ]);
  });

  it('is told of a refusal, of what is no JSON, and of what was never answered', async () => {
    const told: Exchange[] = [];
    const exchanged = (exchange: Exchange) => told.push(exchange);
    const refused = await listen((_, response) => {
      response.statusCode = 409;
      response.end('{"detail":"taken"}');
    });
    const page = await listen((_, response) => {
      response.end('<p>log in</p>');
    });
    const silent = await listen(({ socket }) => socket.destroy());
    await ask(refused, { exchanged });
    await failure(ask(page, { exchanged }));
    await failure(ask(silent, { exchanged }));
    expect(told.map(({ status, answer }) => [status, answer])).toEqual([
      [409, { detail: 'taken' }],
      [200, '<p>log in</p>'],
      [undefined, undefined],
    ]);
  });
});
