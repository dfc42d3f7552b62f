import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { isExact } from '../connectors/directory/index-terms.ts';
import { searchable } from '../connectors/directory/record.ts';
import type { StoredObject } from '../connectors/directory/storage.ts';
import type { TextForm } from '../connectors/spi/index.ts';
import type { ComparisonOperator, Filter, FilterValue } from '../identity/filter.ts';
import type { Attributes } from '../identity/record.ts';
import { filterMatches, parseFilter } from '../scim/filter.ts';
import type { Database } from './database.ts';
import { directoryStorage } from './directory.ts';
import { conditionOf } from './directory-filter.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Everything that could be told otherwise by a database than by us. */
const HELD: readonly Attributes[] = [
  { title: 'Analyst', active: true, name: { familyName: 'Lovelace' } },
  { title: 'analyst', active: false, [ENTERPRISE]: { department: 'R&D' } },
  { title: 'Ärztin', active: true },
  { title: '20 \u212A', profileUrl: 'https://contoso.com/Ada' },
  { title: '\u0130zmir', nickName: 'a "b" \\ c' },
  { title: 'it\u0000s', nickName: '%_' },
  { title: 7, nickName: true, name: 'Lovelace' },
  { title: ['Analyst', 'Owner'], nickName: 'true' },
  { title: { value: 'Analyst' }, emails: [{ value: 'ada@contoso.com', type: 'work' }] },
  { Title: 'Analyst', nickname: 'ada' },
  { title: '', active: 'False' },
  { title: '2026-01-31T08:00:00Z' },
  { title: '2026-01-31T09:00:00+01:00' },
  {},
];

const OPERATORS: readonly ComparisonOperator[] = [
  ...['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'],
] as ComparisonOperator[];
const VALUES: readonly FilterValue[] = [
  ...['analyst', 'ANALYST', 'Ärztin', 'ärz', 'k', 'i', 'st', 'a', '', 'true', 'R&D', '%', '_', '"'],
  ...['\\', 'https://contoso.com/Ada', 'https://contoso.com/ada', '7', 'lovelace', '\u0000'],
  ...['2026-01-31T08:00:00Z', true, false, null, 7],
];
const PATHS = [
  ...['title', 'TITLE', 'nickName', 'active', 'name.familyName', 'profileUrl', 'emails', 'name'],
  ...['emails.value', 'title.value', 'emails.type', 'meta.lastModified', 'id', 'nothing'],
  ...['userName', 'externalId'],
  `${ENTERPRISE}:department`,
].map((text) => {
  const parsed = parseFilter(`${text} pr`);
  if (!parsed.ok || parsed.value.type !== 'present') throw new Error(text);
  return parsed.value.path;
});

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    type: fc.constant('compare' as const),
    path: fc.constantFrom(...PATHS),
    operator: fc.constantFrom(...OPERATORS),
    value: fc.constantFrom(...VALUES),
  }),
  fc.record({ type: fc.constant('present' as const), path: fc.constantFrom(...PATHS) }),
);
const filters: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  fc.record({
    type: fc.constantFrom('and' as const, 'or' as const),
    operands: fc.array(leaf, { minLength: 1, maxLength: 4 }),
  }),
  leaf.map((operand) => ({ type: 'not' as const, operand })),
);

const objects: readonly Omit<StoredObject, 'version'>[] = HELD.map((attributes, index) => ({
  id: `id-${String(index).padStart(2, '0')}`,
  kind: 'user',
  attributes,
  state: {},
  createdAt: '2026-01-31T07:00:00.000Z',
  modifiedAt: `2026-01-31T08:00:00.${String(index).padStart(3, '0')}Z`,
}));

const IDS: TextForm = {
  extensions: '{"extensions":[0',
  id: '],"id":"',
  created: '","created":"',
  modified: '","modified":"',
  address: '","address":"',
  version: '","version":"',
  attributes: '"',
  names: new Set(HELD.flatMap((attributes) => Object.keys(attributes))),
  extensionNames: new Set([ENTERPRISE]),
};

function idsIn(text: string): readonly string[] {
  return JSON.parse(`[${text}]`).map(({ id }: { readonly id: string }) => id);
}

/** As it is told by looking at every object. */
function told(filter: Filter): readonly string[] {
  return objects.flatMap((object) => {
    const attributes = searchable({ ...object, version: 1 });
    return filterMatches(filter, attributes, { caseExact: isExact }) ? [object.id] : [];
  });
}

async function expectAsLookedAt(database: Database): Promise<void> {
  const storage = directoryStorage(database, 'filtered');
  for (const object of objects)
    await storage.write({ type: 'put', object, expects: 0, values: [] });
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const found = await storage.search('user', {
        filter,
        exactly: true,
        matches: (object) => filterMatches(filter, searchable(object), { caseExact: isExact }),
        count: 100,
      });
      const ids = told(filter);
      expect([found.objects.map(({ id }) => id), found.total]).toEqual([ids, ids.length]);
      // As text too, or not at all.
      const page = await storage.texts?.page('user', { filter, count: 100 }, IDS);
      if (page) expect([idsIn(page.text), page.total]).toEqual([ids, ids.length]);
    }),
    { numRuns: 300 },
  );
  for (const attribute of ['userName', 'externalId', 'id', 'emails']) {
    const nobody: Filter = { type: 'compare', path: { attribute }, operator: 'eq', value: '\0' };
    expect(await storage.search('user', { filter: nobody, count: 1 })).toMatchObject({ total: 0 });
    const page = await storage.texts?.page('user', { filter: nobody, count: 1 }, IDS);
    expect(page?.total ?? 0).toBe(0);
  }
  const second = await storage.search('user', {
    filter: { type: 'present', path: { attribute: 'active' } },
    exactly: true,
    matches: (object) => object.attributes.active !== undefined,
    offset: 1,
    count: 1,
  });
  expect([second.objects.map(({ id }) => id), second.total]).toEqual([['id-01'], 4]);
}

describe('a filter', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'filter-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is told by SQLite as by a look at every object', async () => {
    await using database = await openSqlite(folder, 'contoso');
    await expectAsLookedAt(database);
  });

  it('makes few different statements, whatever clients ask', () => {
    const statements = (filter: Filter) => conditionOf(filter, 'sqlite')?.sql;
    const asked = (value: string, attribute: string): Filter => {
      return { type: 'compare', path: { attribute }, operator: 'eq', value };
    };
    const one = asked('a', 'title');
    const other: Filter = { type: 'present', path: { attribute: 'nickName' } };
    expect(statements(asked('b', 'nickName'))).toBe(statements(one));
    expect(statements({ type: 'and', operands: [other, one] })).toBe(
      statements({ type: 'and', operands: [one, other] }),
    );
    const many = (count: number): Filter => {
      return { type: 'and', operands: Array.from({ length: count }, () => one) };
    };
    expect(statements(many(100))).toBe(statements(many(4)));
    expect(statements({ type: 'or', operands: [one, { type: 'not', operand: other }] })).toBe(
      undefined,
    );
  });
});

describeWithPostgres('a filter', (server) => {
  it('is told by PostgreSQL as by a look at every object', async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await expectAsLookedAt(database);
  });
});
