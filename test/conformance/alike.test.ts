/**
 * The same requests are answered alike by every storage, and never as a mistake of ours: filters, changes and
 * bulk requests as nobody would write them. `FUZZ_RUNS=5000` tries so many of each.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import type { DirectoryStorage } from '../../src/connectors/directory/storage.ts';
import { ENTRA, STRICT } from '../../src/scim/clients.ts';
import type { Database } from '../../src/store/database.ts';
import { directoryStorage } from '../../src/store/directory.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ENTERPRISE, PATCH_OP } from '../scim-client.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { type Service, service } from './service.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 25);
const TIMEOUT = 30_000 + RUNS * 200;

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Values that are there, nearly there, or nowhere. */
const VALUES: readonly unknown[] = [
  ...['ada', 'ADA', 'Ada Lovelace', 'İstanbul', 'straße', '😀', '', ' ', '%', '_', "'", '\\', '"'],
  ...['work', 'home', 'a@contoso.com', '2026-01-31T08:00:00Z', '2026-01-31T09:00:00+01:00', '7'],
  ...[true, false, null, 0, 7, -1.5, 1e308],
];

const PEOPLE: readonly Readonly<Record<string, unknown>>[] = [
  { userName: 'ada', displayName: 'Ada Lovelace', active: true, title: 'Analyst' },
  { userName: 'Bob', displayName: 'ADA', active: false, nickName: 'straße' },
  { userName: 'İstanbul', title: '', emails: [{ value: 'a@contoso.com', type: 'work' }] },
  {
    userName: '😀',
    emails: [{ value: 'A@CONTOSO.com', type: 'home', primary: true }, { value: 'b' }],
  },
  { userName: '%', externalId: 'ada', name: { givenName: 'Ada', familyName: '_' } },
  { userName: "'", [ENTERPRISE]: { department: 'work', manager: { value: 'nobody' } } },
  { userName: '7', roles: [{ value: 'ada' }, { value: 'work', type: 'home' }], locale: 'de' },
];

/** But for the id, which is another one everywhere. */
const PATHS: readonly string[] = [
  ...['userName', 'USERNAME', 'displayName', 'title', 'active', 'externalId', 'nickName'],
  ...['name.givenName', 'name', 'emails', 'emails.value', 'emails.type', 'emails.primary', 'roles'],
  ...['meta.created', 'meta.lastModified', 'meta.resourceType', 'schemas', 'locale', 'password'],
  ...[`${ENTERPRISE}:department`, `${ENTERPRISE}:manager`, ENTERPRISE, 'manager', 'groups'],
  ...['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'nothing', 'name.nothing', 'x.y.z'],
];

const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const named = fc.constantFrom(...PATHS);
const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'EQ', 'xx');

const { filter } = fc.letrec<{ filter: string; simple: string }>((tie) => ({
  simple: fc.oneof(
    fc
      .tuple(named, operator, value)
      .map(([name, word, compared]) => `${name} ${word} ${JSON.stringify(compared)}`),
    named.map((name) => `${name} pr`),
    fc
      .tuple(
        fc.constantFrom('emails', 'roles', 'name'),
        fc.constantFrom('type', 'value', 'primary'),
        operator,
        value,
      )
      .map(
        ([list, part, word, compared]) => `${list}[${part} ${word} ${JSON.stringify(compared)}]`,
      ),
  ),
  filter: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'filter' },
    tie('simple'),
    fc
      .tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter'))
      .map((all) => all.join(' ')),
    tie('filter').map((one) => `not (${one})`),
    tie('filter').map((one) => `(${one})`),
  ),
}));

const element = fc.record(
  { value, type: value, primary: value, display: value, $ref: value },
  { requiredKeys: [] },
);
const anything = fc.oneof(value, element, fc.array(fc.oneof(value, element), { maxLength: 3 }));
const target = fc.oneof(
  named,
  fc
    .tuple(
      fc.constantFrom('emails', 'roles', 'members'),
      filter,
      fc.constantFrom('', '.value', '.type', '.x'),
    )
    .map(([list, where, part]) => `${list}[${where}]${part}`),
);
const change = fc.record(
  {
    op: fc.constantFrom('add', 'replace', 'remove', 'Add', 'nothing'),
    path: target,
    value: fc.oneof(anything, fc.dictionary(named, anything, { maxKeys: 3 })),
  },
  { requiredKeys: ['op'] },
);
const changes = fc.array(change, { minLength: 1, maxLength: 3 });

let count = 0;
const resource = fc.dictionary(named, anything, { maxKeys: 4 });
const step = fc.record(
  {
    method: fc.constantFrom('POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'GET'),
    path: fc.constantFrom(
      '/Users',
      '/Users/bulkId:one',
      '/Users/bulkId:two',
      '/Groups',
      '/Groups/bulkId:two',
      '/x',
    ),
    bulkId: fc.constantFrom('one', 'two', 'three', ''),
    data: fc.oneof(
      resource.map((given) => ({ userName: `u${count++}`, displayName: 'x', ...given })),
      fc.constant({
        displayName: 'x',
        members: [{ value: 'bulkId:one' }, { value: 'bulkId:two' }],
      }),
      changes.map((Operations) => ({ schemas: [PATCH_OP], Operations })),
      anything,
    ),
  },
  { requiredKeys: ['method', 'path'] },
);

interface Told {
  readonly status: number;
  readonly body: unknown;
}

/** What does not depend on when and where something was made. */
function plain(body: unknown): unknown {
  const text = JSON.stringify(body, (key, inner) => {
    if (OF_PLACE.has(key)) return undefined;
    // Of members no order is promised.
    return key === 'members' && Array.isArray(inner) ? inner.toSorted(byValue) : inner;
  });
  return text === undefined ? undefined : JSON.parse(text.replaceAll(UUID, 'id'));
}

function byValue({ value: one }: { value: string }, { value: other }: { value: string }): number {
  return one < other ? -1 : 1;
}

const OF_PLACE: ReadonlySet<string> = new Set(['meta', 'detail', 'version', 'location']);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

async function expectAlike(services: readonly Service[], ask: (made: Service) => Promise<Told>) {
  const answers: { readonly status: number; readonly body: unknown }[] = [];
  for (const made of services) {
    const { status, body } = await ask(made);
    answers.push({ status, body: plain(body) });
  }
  const [first, ...others] = answers;
  for (const other of others) expect(other).toEqual(first);
  expect(first?.status).toBeLessThan(500);
  for (const { bugs } of services) expect(bugs).toEqual([]);
}

async function filtered(services: readonly Service[]): Promise<void> {
  for (const made of services)
    for (const person of PEOPLE) await made.send('POST', '/Users', person);
  const sortBy = fc.option(named, { nil: undefined });
  await fc.assert(
    fc.asyncProperty(filter, sortBy, fc.nat(9), (text, by, number) =>
      expectAlike(services, (made) => {
        const sorted = by === undefined ? {} : { sortBy: by };
        return made.list('/Users', { filter: text, ...sorted, count: number });
      }),
    ),
    { numRuns: RUNS },
  );
}

async function changed(services: readonly Service[]): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PEOPLE), changes, async (person, Operations) => {
      const userName = `changed-${count++}`;
      await expectAlike(services, async (made) => {
        const id = await made.user(userName, { ...person, userName });
        const before = await made.send('GET', `/Users/${id}`);
        const answer = await made.patch(`/Users/${id}`, ...Operations);
        const after = await made.send('GET', `/Users/${id}`);
        // All of it is done, or nothing.
        if (answer.status >= 400) expect(after.body).toEqual(before.body);
        else expect(plain(answer.body)).toEqual(plain(after.body));
        await made.send('DELETE', `/Users/${id}`);
        return answer;
      });
    }),
    { numRuns: RUNS },
  );
}

async function groupsChanged(services: readonly Service[]): Promise<void> {
  const members = fc.array(
    fc.constantFrom('a', 'b', 'c', 'A').map((id) => ({ value: id })),
    { maxLength: 3 },
  );
  const move = fc.oneof(
    fc.record(
      {
        op: fc.constantFrom('add', 'replace', 'remove'),
        path: fc.constant('members'),
        value: members,
      },
      { requiredKeys: ['op', 'path'] },
    ),
    members.map((add) => ({ op: 'add', value: { members: add, displayName: 'Navy' } })),
    fc
      .constantFrom('a', 'b', 'x')
      .map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
    change,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 4 }), (Operations) =>
      expectAlike(services, async (made) => {
        const id = await made.group('Analysts', 'a', 'b');
        const before = await made.send('GET', `/Groups/${id}`);
        const { status, body } = await made.patch(`/Groups/${id}`, ...Operations);
        const after = await made.send('GET', `/Groups/${id}`);
        if (status >= 400) expect(after.body).toEqual(before.body);
        await made.send('DELETE', `/Groups/${id}`);
        return { status, body: [body, after.body] };
      }),
    ),
    { numRuns: RUNS },
  );
}

async function inBulk(services: readonly Service[]): Promise<void> {
  const steps = fc.array(step, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(steps, fc.option(fc.integer({ min: 1, max: 3 })), (Operations, failOnErrors) =>
      expectAlike(services, (made) =>
        made.send('POST', '/Bulk', {
          schemas: [BULK],
          ...(failOnErrors !== null && { failOnErrors }),
          Operations,
        }),
      ),
    ),
    { numRuns: RUNS },
  );
}

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alike-'));
  database = await openSqlite(folder, 'contoso');
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

let systems = 0;

const LAWS = { filtered, changed, groupsChanged, inBulk };

function laws(open: () => Promise<readonly DirectoryStorage[]>): void {
  for (const [name, law] of Object.entries(LAWS))
    for (const [how, leniency] of [
      ['strict', STRICT],
      ['entra', ENTRA],
    ] as const)
      it(
        `${name}, ${how}`,
        async () => {
          const storages = await open();
          await law(await Promise.all(storages.map((one) => service({}, leniency, one))));
        },
        TIMEOUT,
      );
}

laws(async () => [memoryStorage(), directoryStorage(database, `system-${++systems}`)]);

describeWithPostgres('alike', (server) => {
  let postgres: Database;
  beforeAll(async () => {
    postgres = await openPostgres(await server().database(), 'default');
  });
  afterAll(() => postgres[Symbol.asyncDispose]());
  laws(async () => [memoryStorage(), directoryStorage(postgres, `system-${++systems}`)]);
});
