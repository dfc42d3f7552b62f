import { expect, it } from 'vitest';
import type { Connector, Query } from '../../connectors/spi/index.ts';
import type { Filter } from '../../identity/filter.ts';
import { filterMatches, formatFilter, parseFilter } from '../../scim/filter.ts';
import { MAX_CANDIDATES, search } from './search.ts';
import { servedSystem } from './served.ts';

const { signal } = new AbortController();

interface Person {
  readonly userName: string;
  readonly nickName?: string;
  readonly title?: string;
}

/** Looks people up by `userName` and `title`, and pages by cursor. */
function company(people: readonly Person[]): Connector & { asked: Query[] } {
  const asked: Query[] = [];
  const answers = (filter: Filter): boolean =>
    filter.type === 'and'
      ? filter.operands.every(answers)
      : filter.type === 'compare' && /^(userName|title|id)$/.test(filter.path.attribute);
  return {
    asked,
    check: async () => [],
    describe: async () => ({
      kinds: [
        {
          kind: 'user',
          attributes: ['userName', 'nickName', 'title'].map((path) => ({ path, type: 'string' })),
        },
      ],
    }),
    get: async () => undefined,
    filters: (_, filter) => answers(filter),
    search: async (kind, query) => {
      asked.push(query);
      const { filter, cursor = '0', count = 10 } = query;
      const all = people.flatMap(({ ...attributes }, index) =>
        filter === undefined || filterMatches(filter, { ...attributes, id: `${index}` })
          ? [{ ref: { system: 'company', kind, id: `${index}` }, attributes }]
          : [],
      );
      const until = Number(cursor) + count;
      return {
        records: all.slice(Number(cursor), until),
        ...(until < all.length && { nextCursor: `${until}` }),
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function ask(
  connector: Connector,
  text: string,
  { byCursor = false, ...page }: { byCursor?: boolean; cursor?: string; count?: number } = {},
) {
  const served = await servedSystem('company', connector);
  const parsed = parseFilter(text);
  const [type] = served.types.values();
  if (!parsed.ok || !type) throw new Error(text);
  const query = { signal, filter: parsed.value, ...page };
  const { records, ...rest } = await search({ served, type, byCursor }, query);
  return { found: records.map(({ attributes }) => attributes.userName), ...rest };
}

const THREE: readonly Person[] = [
  { userName: 'ada', nickName: 'Countess', title: 'Analyst' },
  { userName: 'bob', title: 'Analyst' },
  { userName: 'grace', nickName: 'Amazing', title: 'Admiral' },
];

it('asks the system alone where that can answer', async () => {
  const system = company(THREE);
  expect(await ask(system, 'title eq "Analyst"')).toEqual({ found: ['ada', 'bob'] });
  expect(system.asked).toHaveLength(1);
});

it('looks itself at those the system found', async () => {
  expect(await ask(company(THREE), 'title eq "Analyst" and nickName pr')).toEqual({
    found: ['ada'],
    total: 1,
  });
});

it('asks nobody about what nobody is without', async () => {
  const system = company(THREE);
  expect((await ask(system, 'userName pr')).found).toEqual(['ada', 'bob', 'grace']);
  expect((await ask(system, 'id pr and title eq "Admiral"')).found).toEqual(['grace']);
  expect(await ask(system, 'not (meta pr)')).toEqual({ found: [], total: 0 });
  expect(system.asked.map(({ filter }) => filter && formatFilter(filter))).toEqual([
    undefined,
    'title eq "Admiral"',
  ]);
});

it('refuses what it would have to read everybody for, and says what would help', async () => {
  const system = company(THREE);
  for (const filter of ['nickName co "a"', 'userName eq "ada" or nickName pr', 'not (title pr)'])
    await expect(ask(system, filter)).rejects.toMatchObject({
      status: 400,
      scimType: 'invalidFilter',
      message: expect.stringContaining('company looks up: userName, title.'),
    });
  expect(system.asked).toEqual([]);
});

it('refuses to look at too many', async () => {
  const many = Array.from({ length: MAX_CANDIDATES + 1 }, (_, index) => ({
    userName: `u${index}`,
    title: 'Analyst',
  }));
  await expect(ask(company(many), 'title eq "Analyst" and nickName pr')).rejects.toMatchObject({
    status: 400,
    scimType: 'tooMany',
    message: expect.stringContaining('nickName pr'),
  });
});

it('goes on by cursor where many have to be looked at, until somebody is found', async () => {
  const many: readonly Person[] = Array.from({ length: 45 }, (_, index) => ({
    userName: `u${index}`,
    title: 'Analyst',
    ...(index % 20 === 19 && { nickName: 'Lucky' }),
  }));
  const system = company(many);
  const filter = 'title eq "Analyst" and nickName eq "Lucky"';
  const found: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(system, filter, {
      byCursor: true,
      count: 5,
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...page.found);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(found).toEqual(['u19', 'u39']);
  expect(system.asked).toHaveLength(9);
});

it('comes to an end before pages that have nobody, one after the other', async () => {
  const endless: Connector = {
    ...company([]),
    search: async () => ({ records: [], nextCursor: 'on' }),
  };
  const filter = 'title eq "Analyst" and nickName pr';
  expect(await ask(endless, filter, { byCursor: true })).toMatchObject({ nextCursor: 'on' });
  await expect(ask(endless, filter)).rejects.toMatchObject({ scimType: 'tooMany' });
});

it('looks at memberships of one object only', async () => {
  await expect(ask(company(THREE), 'title eq "Analyst" and groups pr')).rejects.toMatchObject({
    scimType: 'invalidFilter',
    message: expect.stringContaining('id eq'),
  });
});
