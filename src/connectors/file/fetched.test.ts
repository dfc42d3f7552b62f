import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { file } from './connector.ts';
import { desk, pagesOf, spreadsheet, told, watermarkOf } from './testing.ts';

const URL_OF_PEOPLE = 'https://hr.contoso.com/export/people.csv';
const PEOPLE = 'id,name\n7,Ada\n';

interface Asked {
  readonly url: string;
  readonly headers: Headers;
}

/** A server that answers as told, in order; the last answer stays. */
function server(...answers: readonly (() => Response)[]) {
  const asked: Asked[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push({ url: String(input), headers: new Headers(init?.headers) });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    return answer?.() ?? new Response('', { status: 500 });
  };
  return { asked, fetch };
}

it('is fetched whole, and not again while the server says that it is the same', async () => {
  const tag = { etag: '"v1"', 'last-modified': 'Sun, 01 Mar 2026 08:00:00 GMT' };
  const { asked, fetch } = server(
    () => new Response(PEOPLE, { headers: tag }),
    () => new Response(null, { status: 304 }),
    () => new Response('id,name\n7,Ada King\n', { headers: { etag: '"v2"' } }),
  );
  await using room = await desk(fetch);
  const hr = await room.connect({ url: URL_OF_PEOPLE, token: 's3cret' });
  const first = await pagesOf(hr);
  expect([told(first), first.at(-1)?.complete]).toEqual([['+7 Ada'], true]);
  const watermark = watermarkOf(first);
  expect(watermark).not.toContain('s3cret');
  expect(await pagesOf(hr, watermark)).toEqual([{ changes: [], watermark }]);
  expect(told(await pagesOf(hr, watermark))).toEqual(['+7 Ada King']);
  const sent = asked.map(({ headers }) => [
    headers.get('authorization'),
    headers.get('if-none-match'),
    headers.get('if-modified-since'),
  ]);
  const conditional = ['Bearer s3cret', '"v1"', tag['last-modified']];
  expect(sent).toEqual([['Bearer s3cret', null, null], conditional, conditional]);
});

it('is compared by its content where the server gives no tag, and fetched anew under other options', async () => {
  const { asked, fetch } = server(() => new Response(PEOPLE));
  await using room = await desk(fetch);
  const first = await pagesOf(await room.connect({ url: URL_OF_PEOPLE }));
  const again = await pagesOf(await room.connect({ url: URL_OF_PEOPLE }), watermarkOf(first));
  expect(again).toEqual([{ changes: [], watermark: watermarkOf(first) }]);
  const other = await room.connect({ url: URL_OF_PEOPLE, id: 'name' });
  const pages = await pagesOf(other, watermarkOf(first));
  expect(told(pages)).toEqual(['+Ada Ada']);
  expect(asked).toHaveLength(3);
});

it('asks another address for the whole file, whatever the one before said of its own', async () => {
  const tags = { etag: '"1"', 'last-modified': 'Sun, 01 Mar 2026 08:00:00 GMT' };
  const { asked, fetch } = server(
    () => new Response(PEOPLE, { headers: tags }),
    () => new Response('id,name\n8,Grace\n', { headers: tags }),
  );
  await using room = await desk(fetch);
  const first = await pagesOf(await room.connect({ url: URL_OF_PEOPLE }));
  const moved = await room.connect({ url: 'https://hr.fabrikam.com/people.csv?sig=s3cret' });
  const second = await pagesOf(moved, watermarkOf(first));
  expect(told(second)).toEqual(['+8 Grace']);
  expect(asked[1]?.headers.get('if-none-match')).toBeNull();
  expect(asked[1]?.headers.get('if-modified-since')).toBeNull();
  expect(watermarkOf(second)).not.toContain('s3cret');
});

it('may be a spreadsheet, by the ending of its path, and a list of changes', async () => {
  const book = spreadsheet({
    rows: [
      ['id', 'op'],
      ['7', 'D'],
    ],
  });
  const { fetch } = server(() => new Response(new Uint8Array(book)));
  await using room = await desk(fetch);
  const url = 'https://hr.contoso.com/people.xlsx?sig=abc';
  const hr = await room.connect({ url, mode: 'delta', operation: 'op' });
  expect(told(await pagesOf(hr))).toEqual(['-7']);
  const [finding] = await hr.check({ signal: new AbortController().signal });
  expect(finding).toEqual({
    subject: 'https://hr.contoso.com/people.xlsx',
    status: 'ok',
    message: '1 records, 2 columns',
  });
});

it('takes the secret as a user with a password, or in a header of its own', async () => {
  const { asked, fetch } = server(() => new Response(PEOPLE));
  await using room = await desk(fetch);
  const basic = { user: 'lockstep', password: 'pässword' };
  const header = { name: 'X-Api-Key', secret: 'k3y' };
  await pagesOf(await room.connect({ url: URL_OF_PEOPLE, basic }));
  await pagesOf(await room.connect({ url: URL_OF_PEOPLE, header }));
  const pair = Buffer.from('lockstep:pässword').toString('base64');
  expect(asked[0]?.headers.get('authorization')).toBe(`Basic ${pair}`);
  expect(asked[1]?.headers.get('x-api-key')).toBe('k3y');
});

describe('a redirect', () => {
  const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });

  it('is followed within the same host', async () => {
    const { asked, fetch } = server(to('/moved.csv'), () => new Response(PEOPLE));
    await using room = await desk(fetch);
    expect(told(await pagesOf(await room.connect({ url: URL_OF_PEOPLE, token: 'x' })))).toEqual([
      '+7 Ada',
    ]);
    expect(asked.map(({ url }) => url)).toEqual([
      URL_OF_PEOPLE,
      'https://hr.contoso.com/moved.csv',
    ]);
  });

  it.each([
    'https://elsewhere.example.com/people.csv?token=t0ken',
    'http://hr.contoso.com/people.csv',
    'https://hr.contoso.com:8443/people.csv',
    'file:///etc/passwd',
    'http://169.254.169.254/latest',
    'http://[',
  ])('to %s is not', async (location) => {
    const { asked, fetch } = server(to(location), () => new Response(PEOPLE));
    await using room = await desk(fetch);
    const failed = await pagesOf(await room.connect({ url: URL_OF_PEOPLE })).catch(
      (error) => error,
    );
    expect([failed.kind, failed.code, asked.length]).toEqual(['unreachable', 'redirected', 1]);
    expect(failed.message).not.toContain('t0ken');
  });

  it('that never ends ends', async () => {
    const { asked, fetch } = server(to('/people.csv'));
    await using room = await desk(fetch);
    const failed = await pagesOf(await room.connect({ url: URL_OF_PEOPLE })).catch(
      (error) => error,
    );
    expect([failed.code, asked.length]).toEqual(['redirected', 6]);
  });
});

it.each([
  [401, 'denied', 'credentials-refused'],
  [403, 'denied', 'credentials-refused'],
  [404, 'unreachable', 'file-not-found'],
  [429, 'throttled', 'throttled'],
  [503, 'unreachable', 'target-failing'],
  [204, 'unreachable', 'file-not-served'],
])('is not there when the server answers %i', async (status, kind, code) => {
  const { fetch } = server(() => new Response(status === 204 ? null : 'no', { status }));
  await using room = await desk(fetch);
  const hr = await room.connect({ url: `${URL_OF_PEOPLE}?token=t0ken` });
  const failed = await pagesOf(hr).catch((error) => error);
  expect(failed).toMatchObject({ kind, code });
  expect(failed.message).toBe(`read hr: ${URL_OF_PEOPLE}: answered ${status}`);
});

it('may be neither larger nor slower than allowed, packed or not', async () => {
  const listening = createServer((request, response) => {
    if (request.url === '/slow.csv') return void response.write('id,name\n');
    if (request.url === '/cut.csv') {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('id,name\n', () => response.destroy());
      return;
    }
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(`id,name\n${'7,Ada\n'.repeat(400_000)}`));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const { port } = listening.address() as AddressInfo;
  await using room = await desk();
  const codeOf = async (name: string, options: object): Promise<string> => {
    const url = `http://127.0.0.1:${port}/${name}`;
    const failed = await pagesOf(await room.connect({ url, ...options })).catch((error) => error);
    return failed.code;
  };
  expect(await codeOf('large.csv', { maxMegabytes: 1 })).toBe('answer-too-large');
  expect(await codeOf('slow.csv', { timeoutSeconds: 0.2 })).toBe('timed-out');
  expect(await codeOf('cut.csv', {})).toBe('connection-lost');
  listening.closeAllConnections();
  listening.close();
  expect(await codeOf('large.csv', {})).toBe('host-unreachable');
});

it('goes over the network encrypted when a secret goes with it, and comes from one place', () => {
  const wrong = (options: object): readonly string[] =>
    file.options.safeParse({ id: 'id', ...options }).error?.issues.map(({ message }) => message) ??
    [];
  const https = 'must be https, since a secret is sent there';
  expect(wrong({ url: 'http://hr.contoso.com/a.csv', token: 'x' })).toEqual([https]);
  expect(wrong({ url: 'http://hr.contoso.com/a.csv' })).toEqual([]);
  expect(wrong({ url: 'http://localhost/a.csv', token: 'x' })).toEqual([]);
  expect(wrong({})).toEqual(['set either path or url']);
  expect(wrong({ path: 'a.csv', url: 'https://hr.contoso.com/a.csv' })).toHaveLength(1);
  expect(wrong({ path: 'a.csv', operation: 'op' })).toHaveLength(1);
  expect(wrong({ path: 'a.csv', mode: 'delta', operations: { x: 'delete' } })).toHaveLength(1);
});
