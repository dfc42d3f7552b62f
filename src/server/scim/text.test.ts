import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../../test/services/postgres.ts';
import { openDirectory } from '../../connectors/directory/connector.ts';
import { directoryOptions } from '../../connectors/directory/options.ts';
import type { Attributes } from '../../identity/record.ts';
import type { Database } from '../../store/database.ts';
import { directoryStorage } from '../../store/directory.ts';
import { openPostgres } from '../../store/postgres.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { resourceOf } from './render.ts';
import { servedSystem } from './served.ts';
import { formOf, linked } from './text.ts';

const BASE = 'https://contoso.com/scim/v2/inbox';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const now = '2026-01-31T08:00:00.000Z';

async function inbox(database: Database) {
  const storage = directoryStorage(database, 'inbox');
  const connector = openDirectory('inbox', directoryOptions.parse({}), storage, () => new Date());
  const served = await servedSystem('inbox', connector);
  const type = served.types.get('Users');
  const { texts } = served.connector;
  if (!type || !texts) throw new Error('there are no users, or no texts of them');
  const form = formOf(type, BASE);
  let made = 0;
  return {
    put: async (all: readonly Attributes[]): Promise<readonly string[]> => {
      const ids = all.map(() => `id-${String(made++).padStart(6, '0')}`);
      const written = ids.map((id, index) => {
        const attributes = all[index] ?? {};
        const object = { id, kind: 'user', attributes, state: {}, createdAt: now, modifiedAt: now };
        return storage.write({ type: 'put', object, expects: 0, values: [] });
      });
      expect((await Promise.all(written)).every(({ type }) => type === 'done')).toBe(true);
      return ids;
    },
    /** Undefined where it has to be looked at. */
    textOf: async (id: string) => {
      const kept = await texts.get('user', id, form);
      return kept && linked(served, type, BASE, kept.text);
    },
    recordText: async (id: string) => {
      const ref = { system: 'inbox', kind: 'user', id };
      const record = await served.connector.get(ref, { signal: new AbortController().signal });
      return record && JSON.stringify(resourceOf(served, type, record, BASE));
    },
    pageFrom: async (cursor: string, count: number) => {
      const page = await texts.page('user', { cursor, count }, form);
      return page && { items: page.items, text: linked(served, type, BASE, page.text) };
    },
  };
}

const NAMES = [
  ...['userName', 'title', 'name', 'emails', 'active', ENTERPRISE, 'USERNAME', 'unknown'],
  ...['schemas', 'groups', ENTERPRISE.toLowerCase(), 'a"b', 'c\\', '{', 'manager', 'urn:a:b'],
];
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '',
      '"',
      '\\',
      '\\"',
      '}',
      ',',
      '{"a":',
      'Ärztin \u{1F600}',
      '\u0001',
      '{"$ref":',
    ),
    fc.string().filter((text) => !text.includes('\0')),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('value', 'type', 'a,b', 'manager', '"'), tie('any')),
  ),
})).any;
const plain = fc.dictionary(fc.constantFrom(...NAMES), value);
const manager = fc
  .constantFrom('grace', 'a"b\\c', '{"$ref":{')
  .map((id) => ({ [ENTERPRISE]: { manager: { $ref: { system: 'inbox', kind: 'user', id } } } }));
const person = fc.oneof(plain, manager, fc.constant({})) as fc.Arbitrary<Attributes>;

async function expectAsLookedAt(database: Database): Promise<void> {
  const { put, textOf, recordText, pageFrom } = await inbox(database);
  const ada = { userName: 'ada', title: 'Analyst', [ENTERPRISE]: { department: 'R&D' } };
  const [first = ''] = await put([ada, { ...ada, userName: 'grace' }]);
  expect(JSON.parse((await textOf(first)) ?? '')).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    id: first,
    ...ada,
    meta: {
      resourceType: 'User',
      created: now,
      lastModified: now,
      location: `${BASE}/Users/${first}`,
      version: expect.stringMatching(/^W\/"\d+"$/),
    },
  });
  expect((await pageFrom('', 10))?.items).toBe(2);
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 20 }), async (people) => {
      const ids = await put(people);
      const records = await Promise.all(ids.map(recordText));
      const texts = await Promise.all(ids.map(textOf));
      for (const [index, text] of texts.entries())
        if (text !== undefined) expect(text).toBe(records[index]);
      const before = (ids[0] ?? '').replace(/\d+$/, (digits) =>
        String(Number(digits) - 1).padStart(digits.length, '0'),
      );
      const page = await pageFrom(before, people.length);
      const isWhole = !texts.includes(undefined);
      if (page?.text !== undefined) expect([page.text, isWhole]).toEqual([records.join(), true]);
    }),
    { numRuns: 25 },
  );
}

describe('a resource as text', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'texts-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is what its record would be, from SQLite, or has to be looked at', async () => {
    await using database = await openSqlite(folder, 'contoso');
    await expectAsLookedAt(database);
  });
});

describeWithPostgres('a resource as text', (server) => {
  it('is what its record would be, from PostgreSQL, or has to be looked at', async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await expectAsLookedAt(database);
  });
});
