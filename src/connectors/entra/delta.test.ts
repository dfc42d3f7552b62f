import { describe, expect, it } from 'vitest';
import type { ChangePage, ReadOptions } from '../spi/index.ts';
import { ConnectorError } from '../spi/index.ts';
import { type Answer, cannedGraph, GRAPH, json, page } from './testing.ts';

const { signal } = new AbortController();
const attributes = ['displayName', 'department', 'manager'];

const ada = {
  id: 'u1',
  displayName: 'Ada',
  department: 'R&D',
  createdDateTime: '2026-01-01T00:00:00Z',
};
const grace = { id: 'u2', displayName: 'Grace', createdDateTime: '2026-01-02T00:00:00Z' };

function user(id: string): { system: string; kind: string; id: string } {
  return { system: 'entra', kind: 'user', id };
}

async function pages(reading: AsyncIterable<ChangePage> | undefined): Promise<ChangePage[]> {
  const read: ChangePage[] = [];
  if (reading !== undefined) for await (const one of reading) read.push(one);
  return read;
}

async function readAll(...answers: readonly Answer[]): Promise<ChangePage[]> {
  const { connector } = await cannedGraph(...answers);
  return pages(connector.read?.('user', { signal, attributes }));
}

/** The watermark at the end of a first round, then a round with these answers. */
async function readChanges(
  answers: readonly Answer[],
  options: Partial<ReadOptions> = {},
): Promise<ChangePage[]> {
  const { connector } = await cannedGraph(page([], { delta: 'users/delta?d=1' }), ...answers);
  const [first] = await pages(connector.read?.('user', { signal, attributes }));
  return pages(
    connector.readChanges?.('user', first?.watermark ?? '', { signal, attributes, ...options }),
  );
}

async function failure(reading: Promise<unknown>): Promise<string | undefined> {
  return reading.then(
    () => undefined,
    (error: unknown) =>
      error instanceof ConnectorError ? `${error.kind} ${error.code}` : String(error),
  );
}

describe('a first round', () => {
  it('lists whole people over all pages and is complete with its last one', async () => {
    const read = await readAll(
      page([{ ...ada, 'manager@delta': [{ id: 'u2' }] }], { next: 'users/delta?s=1' }),
      page([grace], { delta: 'users/delta?d=1' }),
    );
    expect(read.map(({ changes, complete }) => ({ changes, complete }))).toEqual([
      {
        changes: [
          {
            type: 'present',
            record: { ref: user('u1'), attributes: { ...ada, manager: { $ref: user('u2') } } },
          },
        ],
      },
      {
        changes: [{ type: 'present', record: { ref: user('u2'), attributes: grace } }],
        complete: true,
      },
    ]);
  });

  it('selects what is wanted, asks for changes alone, and follows links as they are', async () => {
    const { connector, asked } = await cannedGraph(
      page([], { next: 'users/delta?$skiptoken=a%2Bb' }),
      page([], { delta: 'users/delta?d=1' }),
    );
    const wanted = [
      'onPremisesExtensionAttributes.extensionAttribute1',
      'employeeOrgData.costCenter',
    ];
    await pages(connector.read?.('user', { signal, attributes: wanted }));
    expect(asked.map(({ url, headers }) => [url, headers.get('prefer')])).toEqual([
      [
        `${GRAPH}/v1.0/users/delta?$select=createdDateTime,employeeOrgData,id,onPremisesExtensionAttributes`,
        'return=minimal',
      ],
      [`${GRAPH}/v1.0/users/delta?$skiptoken=a%2Bb`, 'return=minimal'],
    ]);
  });

  it('goes on from the middle within the same reading, and ends complete', async () => {
    const { connector } = await cannedGraph(
      page([ada], { next: 'users/delta?s=1' }),
      () => json({ error: { code: 'TooManyRequests' } }, 429, { 'Retry-After': '0.5' }),
      page([grace], { delta: 'users/delta?d=1' }),
    );
    const options = { signal, attributes };
    const read: ChangePage[] = [];
    const stopped = await (async () => {
      for await (const one of connector.read?.('user', options) ?? []) read.push(one);
    })().catch((error: ConnectorError) => error);
    expect(stopped).toMatchObject({ kind: 'throttled', retryAfterSeconds: 0.5 });
    const amid = read[0]?.watermark ?? '';
    const rest = await pages(
      connector.readChanges?.('user', amid, { ...options, continues: true }),
    );
    expect(rest).toMatchObject([{ changes: [{ type: 'present' }], complete: true }]);
    expect(await failure(pages(connector.readChanges?.('user', amid, options)))).toBe(
      'watermark-expired watermark-expired',
    );
  });

  it('leaves out a record without an id, and then proves nobody’s absence', async () => {
    const read = await readAll(
      page([ada, { displayName: 'Nobody' }], { next: 'users/delta?s=1' }),
      page([grace], { delta: 'users/delta?d=1' }),
    );
    expect(
      read.map(({ changes, problems, complete }) => [
        changes.length,
        problems?.map(({ code }) => code),
        complete,
      ]),
    ).toEqual([
      [1, ['record-without-id'], undefined],
      [1, undefined, undefined],
    ]);
  });

  it('takes an id that comes twice in a page once, as it was last', async () => {
    const read = await readAll(
      page([ada, grace, { ...ada, displayName: 'Ada L.' }], { delta: 'users/delta?d=1' }),
    );
    expect(read[0]?.changes).toMatchObject([
      { record: { ref: user('u1'), attributes: { displayName: 'Ada L.' } } },
      { record: { ref: user('u2') } },
    ]);
  });

  it('leaves 10 MB in one attribute as it was, and takes everything else', async () => {
    const read = await readAll(
      page([{ ...ada, department: 'x'.repeat(10_000_000) }, grace], { delta: 'users/delta?d=1' }),
    );
    const { department: _, ...rest } = ada;
    expect(read).toMatchObject([
      {
        changes: [
          { type: 'patch', ref: user('u1'), set: rest, cleared: [] },
          { type: 'present', record: { ref: user('u2') } },
        ],
        problems: [{ code: 'value-too-large' }],
        complete: true,
      },
    ]);
    expect(read[0]?.problems?.[0]?.message.length).toBeLessThan(200);
  });
});

describe('a later round', () => {
  it('tells what moved, what was cleared, and who went, for now or for good', async () => {
    const [read] = await readChanges([
      page(
        [
          { id: 'u1', department: null, displayName: 'Ada L.' },
          { id: 'u2', '@removed': { reason: 'changed' } },
          { id: 'u3', '@removed': { reason: 'deleted' } },
          { id: 'u4' },
        ],
        { delta: 'users/delta?d=2' },
      ),
    ]);
    expect(read).toEqual({
      changes: [
        {
          type: 'patch',
          ref: user('u1'),
          set: { id: 'u1', displayName: 'Ada L.' },
          cleared: ['department'],
        },
        { type: 'absent', ref: user('u2'), recoverable: true },
        { type: 'absent', ref: user('u3') },
      ],
      watermark: expect.stringContaining('d=2'),
    });
  });

  it('clears what a restored person, who comes whole, does not show', async () => {
    const [read] = await readChanges([page([grace], { delta: 'users/delta?d=2' })]);
    expect(read?.changes).toEqual([
      { type: 'patch', ref: user('u2'), set: grace, cleared: ['department'] },
    ]);
  });

  it('sees a new manager whether the old one goes before or after', async () => {
    const gone = { id: 'u8', '@removed': { reason: 'deleted' } };
    const [read] = await readChanges([
      page(
        [
          { id: 'u1', 'manager@delta': [{ id: 'u9' }, gone] },
          { id: 'u2', 'manager@delta': [gone, { id: 'u9' }] },
          { id: 'u3', 'manager@delta': [gone] },
        ],
        { delta: 'users/delta?d=2' },
      ),
    ]);
    const manager = { $ref: user('u9') };
    expect(read?.changes).toEqual([
      { type: 'patch', ref: user('u1'), set: { id: 'u1', manager }, cleared: [] },
      { type: 'patch', ref: user('u2'), set: { id: 'u2', manager }, cleared: [] },
      { type: 'patch', ref: user('u3'), set: { id: 'u3' }, cleared: ['manager'] },
    ]);
  });

  it.each([
    ['410 Gone with a Location', 410, {}],
    ['400 syncStateNotFound', 400, { error: { code: 'SyncStateNotFound' } }],
    ['410 resyncRequired', 410, { error: { code: 'resyncRequired' } }],
    ['an expired page token', 400, { error: { code: 'Directory_ExpiredPageToken' } }],
  ])('expires with %s', async (_, status, body) => {
    expect(await failure(readChanges([() => json(body, status)]))).toBe(
      'watermark-expired watermark-expired',
    );
  });

  it('expires when more is wanted than is tracked, and goes on when less is', async () => {
    const next = page([], { delta: 'users/delta?d=2' });
    expect(await failure(readChanges([next], { attributes: ['city'] }))).toBe(
      'watermark-expired watermark-expired',
    );
    expect(await readChanges([next], { attributes: ['displayName'] })).toHaveLength(1);
  });

  it('expires with a watermark that is none', async () => {
    const { connector } = await cannedGraph(page([], { delta: 'users/delta?d=1' }));
    expect(await failure(pages(connector.readChanges?.('user', 'garbage', { signal })))).toBe(
      'watermark-expired watermark-expired',
    );
  });
});

describe('groups', () => {
  it('bring their members in as many pages as they like, in changes of their own', async () => {
    const { connector } = await cannedGraph(
      page(
        [
          {
            id: 'g1',
            displayName: 'Engineering',
            'members@delta': [
              { '@odata.type': '#microsoft.graph.user', id: 'u1' },
              { '@odata.type': '#microsoft.graph.group', id: 'g2' },
            ],
          },
        ],
        { next: 'groups/delta?s=1' },
      ),
      page(
        [
          {
            id: 'g1',
            displayName: 'Engineering',
            'members@delta': [
              {
                '@odata.type': '#microsoft.graph.user',
                id: 'u2',
                '@removed': { reason: 'deleted' },
              },
            ],
          },
        ],
        { delta: 'groups/delta?d=1' },
      ),
    );
    const read = await pages(connector.read?.('group', { signal, attributes: ['displayName'] }));
    const group = { system: 'entra', kind: 'group', id: 'g1' };
    expect(read.flatMap(({ changes }) => changes)).toEqual([
      expect.objectContaining({ type: 'present' }),
      { type: 'members', group, added: [user('u1'), { ...group, id: 'g2' }], removed: [] },
      expect.objectContaining({ type: 'present' }),
      { type: 'members', group, added: [], removed: [user('u2')] },
    ]);
  });
});

describe('an answer against the contract', () => {
  const html: Answer = () =>
    new Response('<h1>Log in</h1>', { headers: { 'Content-Type': 'text/html' } });
  const half: Answer = () =>
    new Response('{"value":[', { headers: { 'Content-Type': 'application/json' } });

  it.each<[string, Answer, string]>([
    ['HTML', html, 'unreachable not-json'],
    ['a page that ends in the middle', half, 'unreachable truncated-answer'],
    ['no `value`', () => json({}), 'unreachable unexpected-answer'],
    ['no link at the end', () => json({ value: [] }), 'unreachable unexpected-answer'],
    [
      'a next link that comes again',
      page([], { next: 'users/delta?s=1' }),
      'unreachable endless-paging',
    ],
    [
      'a link to another host',
      () => json({ value: [], '@odata.nextLink': 'https://evil.test/' }),
      'denied foreign-link',
    ],
    [
      '503',
      () => json({ error: { code: 'serviceNotAvailable' } }, 503),
      'unreachable service-unavailable',
    ],
    [
      'no right',
      () => json({ error: { code: 'Authorization_RequestDenied' } }, 403),
      'denied permission-missing',
    ],
  ])('is named: %s', async (_, answer, named) => {
    expect(await failure(readAll(answer))).toBe(named);
  });

  it('ends empty pages that never end', async () => {
    let count = 0;
    const endless: Answer = (url, request) =>
      page([], { next: `users/delta?s=${count++}` })(url, request);
    expect(await failure(readAll(endless))).toBe('unreachable endless-paging');
  });

  it('is tolerated where it does no harm: null, unknown properties, unknown types', async () => {
    const [read] = await readAll(
      page(
        [{ ...grace, department: null, mood: 'fine', 'manager@delta': [{ '@odata.type': '#x' }] }],
        {
          delta: 'users/delta?d=1',
        },
      ),
    );
    expect(read?.changes).toEqual([
      { type: 'present', record: { ref: user('u2'), attributes: grace } },
    ]);
  });
});

describe('a token', () => {
  it('that Graph refuses is renewed once', async () => {
    const refused: Answer = () => json({ error: { code: 'InvalidAuthenticationToken' } }, 401);
    const { connector, asked, tokens } = await cannedGraph(
      refused,
      page([], { delta: 'users/delta?d=1' }),
    );
    await pages(connector.read?.('user', { signal, attributes }));
    expect(tokens).toEqual(['token-1', 'token-2']);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(await failure(readAll(refused))).toBe('denied token-rejected');
  });
});

it('refuses a property Graph does not have, with what was meant', async () => {
  const { connector } = await cannedGraph(page([], { delta: 'users/delta?d=1' }));
  const read = pages(connector.read?.('user', { signal, attributes: ['deparment'] }));
  await expect(read).rejects.toThrow(
    'no property "deparment" of a user; did you mean "department"?',
  );
});

it('stops on its signal', async () => {
  const abort = new AbortController();
  const { connector } = await cannedGraph(() => {
    abort.abort(new Error('stopped'));
    return page([ada], { next: 'users/delta?s=1' })(new URL(GRAPH), new Request(GRAPH));
  });
  const read = pages(connector.read?.('user', { signal: abort.signal, attributes }));
  await expect(read).rejects.toThrow('stopped');
});
