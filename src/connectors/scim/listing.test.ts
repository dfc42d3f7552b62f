import { describe, expect, it } from 'vitest';
import type { ChangePage } from '../spi/index.ts';
import { type Answer, type Asked, fakeProvider, listOf, refusal } from './testing.ts';

const { signal } = new AbortController();
const people = Array.from({ length: 5 }, (_, index) => ({
  id: `u${index}`,
  userName: `u${index}`,
}));

interface Reading {
  readonly ids: readonly string[];
  readonly complete: boolean;
  readonly problems: readonly string[];
  readonly requests: number;
}

async function reading(answer: Answer, options = {}): Promise<Reading> {
  const { connector, asked } = await fakeProvider(
    (one) => (one.path === '/ServiceProviderConfig' ? refusal(404, 'none') : answer(one)),
    { options: { pageSize: 2, ...options } },
  );
  const pages = await all(connector.read?.('user', { signal }));
  return {
    ids: pages.flatMap(({ changes }) => changes.map(idOf)),
    complete: pages.at(-1)?.complete ?? false,
    problems: pages.flatMap(({ problems = [] }) => problems.map(({ code }) => code)),
    requests: asked.filter(({ path }) => path === '/Users').length,
  };
}

async function all(pages: AsyncIterable<ChangePage> | undefined): Promise<readonly ChangePage[]> {
  const read: ChangePage[] = [];
  for await (const page of pages ?? []) read.push(page);
  return read;
}

function idOf(change: ChangePage['changes'][number]): string {
  if (change.type === 'present') return change.record.ref.id;
  return change.type === 'patch' ? change.ref.id : '';
}

function window({ query }: Asked, first = 1, size = Number(query.count)): readonly unknown[] {
  const from = Number(query.startIndex) - first;
  return people.slice(Math.max(from, 0), Math.max(from, 0) + size);
}

const EVERYBODY = ['u0', 'u1', 'u2', 'u3', 'u4'];

describe('a reading by index', () => {
  it('ends where the total is reached by a page that is not full', async () => {
    expect(await reading((asked) => listOf(window(asked), 5))).toEqual({
      ids: EVERYBODY,
      complete: true,
      problems: [],
      requests: 3,
    });
  });

  it.each<[string, Answer]>([
    ['returns fewer than asked for', (asked) => listOf(window(asked, 1, 1), 5)],
    ['tells no total', (asked) => Response.json({ Resources: window(asked) })],
    ['answers with a bare list', (asked) => Response.json(window(asked))],
    ['starts at 0', (asked) => listOf(window(asked, 0), 5)],
    ['ignores count and startIndex, and shows everybody', () => listOf(people)],
    [
      'repeats the last page past the end',
      (asked) => {
        const shown = window(asked);
        return listOf(shown.length > 0 ? shown : people.slice(-1), 5);
      },
    ],
    [
      'has texts for numbers',
      (asked) => Response.json({ totalResults: '5', Resources: window(asked) }),
    ],
  ])('is complete from a provider that %s', async (_, answer) => {
    const { ids, complete, problems } = await reading(answer);
    expect({ ids: ids.toSorted(), complete, problems }).toEqual({
      ids: EVERYBODY,
      complete: true,
      problems: [],
    });
  });

  it.each<[string, Answer, readonly string[]]>([
    ['tells a total that is too high', (asked) => listOf(window(asked), 7), EVERYBODY],
    ['tells the page’s length for a total', (asked) => listOf(window(asked)), EVERYBODY],
    [
      'shows somebody twice, on two pages',
      ({ query }) => listOf(people.slice(Math.max(Number(query.startIndex) - 2, 0)).slice(0, 2), 5),
      EVERYBODY,
    ],
    [
      'shows somebody twice on one page',
      (asked) => listOf([...window(asked), ...window(asked)], 5),
      ['u0', 'u1', 'u4'],
    ],
    [
      'shows somebody without an id',
      (asked) =>
        listOf(
          window(asked).map((one) => (one === people[1] ? { userName: 'x' } : one)),
          5,
        ),
      ['u0', 'u2', 'u3', 'u4'],
    ],
    [
      'loses somebody while it is read',
      ({ query }) => {
        const left = query.startIndex === '1' ? people : people.slice(1);
        const from = Number(query.startIndex) - 1;
        return listOf(left.slice(from, from + 2), left.length);
      },
      ['u0', 'u1', 'u3', 'u4'],
    ],
  ])('makes nobody absent by a provider that %s', async (_, answer, ids) => {
    const read = await reading(answer);
    expect(read).toMatchObject({ ids, complete: false });
    expect(read.problems).toContain('reading-incomplete');
  });

  it.each([
    ['too high', 7],
    ['the page’s length', undefined],
  ])(
    'believes an empty page more than a total that the profile calls a lie: %s',
    async (_, total) => {
      const options = { overrides: { paging: { trustTotal: false } } };
      const read = await reading((asked) => listOf(window(asked), total), options);
      expect(read).toMatchObject({ ids: EVERYBODY, complete: true, problems: [] });
    },
  );

  it('fails when one page comes again and again', async () => {
    await expect(reading(() => listOf(people.slice(0, 2), 5))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'page-repeats',
    });
  });

  it('leaves 10 MB in one attribute as it was, and takes everything else', async () => {
    const huge = { id: 'u0', userName: 'u0', title: 'x'.repeat(10_000_000) };
    const read = await reading((asked) => listOf(asked.query.startIndex === '1' ? [huge] : [], 1));
    expect(read).toMatchObject({ ids: ['u0'], complete: true, problems: ['value-too-large'] });
  });

  it('of an empty target is complete', async () => {
    expect(await reading(() => Response.json({ totalResults: 0 }))).toMatchObject({
      ids: [],
      complete: true,
    });
  });

  it('fails on what is no list', async () => {
    await expect(reading(() => Response.json({ hello: 'world' }))).rejects.toMatchObject({
      code: 'unexpected-answer',
      general: true,
    });
  });
});

describe('a reading by cursor', () => {
  const byCursor: Answer = ({ path, query }) => {
    if (path === '/ServiceProviderConfig') return Response.json({ pagination: { cursor: true } });
    const from = Number(query.cursor === '' ? 0 : query.cursor);
    return Response.json({
      totalResults: 5,
      Resources: people.slice(from, from + 2),
      ...(from + 2 < 5 && { nextCursor: String(from + 2) }),
    });
  };

  it('is what a provider gets that has cursors', async () => {
    const { connector, asked } = await fakeProvider(byCursor, { options: { pageSize: 2 } });
    const pages = await all(connector.read?.('user', { signal }));
    expect(pages.flatMap(({ changes }) => changes.map(idOf))).toEqual(EVERYBODY);
    expect(pages.map(({ complete }) => complete)).toEqual([undefined, undefined, true]);
    expect(asked.slice(1).map(({ query }) => query)).toEqual([
      { cursor: '', count: '2' },
      { cursor: '2', count: '2' },
      { cursor: '4', count: '2' },
    ]);
  });

  it('goes on where it was interrupted, and only there', async () => {
    const { connector } = await fakeProvider(byCursor, { options: { pageSize: 2 } });
    const [first] = await all(connector.read?.('user', { signal }));
    const since = first?.watermark ?? '';
    const rest = await all(connector.readChanges?.('user', since, { signal, continues: true }));
    expect(rest.flatMap(({ changes }) => changes.map(idOf))).toEqual(['u2', 'u3', 'u4']);
    expect(rest.at(-1)?.complete).toBe(true);
    await expect(all(connector.readChanges?.('user', since, { signal }))).rejects.toMatchObject({
      kind: 'watermark-expired',
    });
  });

  it('begins again when its cursor has expired', async () => {
    const expired: Answer = (asked) =>
      asked.query.cursor === '2' ? refusal(400, 'too late', 'expiredCursor') : byCursor(asked);
    const { connector } = await fakeProvider(expired, { options: { pageSize: 2 } });
    await expect(all(connector.read?.('user', { signal }))).rejects.toMatchObject({
      kind: 'watermark-expired',
      code: 'cursor-expired',
    });
  });

  it('fails on a cursor that leads nowhere else', async () => {
    let page = 0;
    const endless: Answer = ({ path }) =>
      path === '/ServiceProviderConfig'
        ? Response.json({ pagination: { cursor: true } })
        : Response.json({ Resources: [{ id: `u${page++}` }], nextCursor: 'again' });
    const { connector } = await fakeProvider(endless);
    await expect(all(connector.read?.('user', { signal }))).rejects.toMatchObject({
      code: 'page-repeats',
    });
  });
});

it('reads a group and then its members, a large one in portions', async () => {
  const members = Array.from({ length: 1500 }, (_, index) => ({ value: `u${index}` }));
  const { connector } = await fakeProvider(({ path }) =>
    path === '/Groups' ? listOf([{ id: 'g', displayName: 'All', members }]) : refusal(404, ''),
  );
  const [page] = await all(connector.read?.('group', { signal }));
  expect(page?.changes.map((change) => change.type)).toEqual(['present', 'members', 'members']);
});
