import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { memoryStorage } from '../connectors/directory/memory.ts';
import { cursorOf, orderOf, placeOf } from '../connectors/directory/order.ts';
import type { DirectoryStorage, StoredObject, Write } from '../connectors/directory/storage.ts';
import type { Database } from './database.ts';
import { directoryStorage } from './directory.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
let database: Database;
let systems = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'directory-'));
  database = await openSqlite(folder, 'contoso');
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const STORAGES: readonly (readonly [string, () => DirectoryStorage])[] = [
  ['memory', memoryStorage],
  ['SQLite', () => directoryStorage(database, `system-${++systems}`)],
];

function account(id: string, attributes: StoredObject['attributes'] = {}) {
  const at = '2026-01-31T08:00:00.000Z';
  const userName = `${id}@contoso.com`;
  return {
    id,
    kind: 'user',
    attributes: { userName, ...attributes },
    state: {},
    createdAt: at,
    modifiedAt: at,
  };
}

const LATER = '2026-01-31T09:00:00.000Z';

function put(object: Omit<StoredObject, 'version'>, more: Partial<Write & { type: 'put' }> = {}) {
  const unique = String(object.attributes.userName).toLowerCase();
  return { type: 'put', object, expects: 0, values: [], unique, ...more } as const;
}

async function expectVersions(storage: DirectoryStorage): Promise<void> {
  const member = (id: string) => ({ system: 's', kind: 'user', id });
  const group = { ...account('g'), kind: 'group', attributes: { displayName: 'Navy' } };
  await storage.write({ type: 'put', object: group, expects: 0, values: [] });
  await storage.write(put(account('ada')));
  const held = async () => (await storage.get('group', 'g')) ?? { version: 0, modifiedAt: '' };
  const change = (add: readonly string[], remove: readonly string[], expects?: number) =>
    storage.write({
      ...({ type: 'members', group: 'g', add: add.map(member), remove, at: LATER } as const),
      ...(expects !== undefined && { expects }),
    });
  const made = await held();
  await change(['ada', 'grace'], []);
  const joined = await held();
  expect([joined.version > made.version, joined.modifiedAt]).toEqual([true, LATER]);
  expect(await change(['ada'], ['nobody'])).toMatchObject({ type: 'done' });
  expect((await held()).version).toBe(joined.version);
  expect(await change(['linus'], ['ada'], made.version)).toEqual({ type: 'moved' });
  expect((await storage.members('g')).map(({ id }) => id).sort()).toEqual(['ada', 'grace']);
  expect(await change([], ['grace'], joined.version)).toMatchObject({ type: 'done' });
  const left = await held();
  expect(left.version).toBeGreaterThan(joined.version);
  const { version: expects = 0 } = (await storage.get('user', 'ada')) ?? {};
  await storage.write({ type: 'remove', kind: 'user', id: 'ada', expects, at: LATER });
  expect((await held()).version).toBeGreaterThan(left.version);
  expect(await storage.members('g')).toEqual([]);
  const numbers = (await storage.changes('group', 0, 10)).map(({ sequence }) => sequence);
  expect(new Set(numbers).size).toBe(numbers.length);
}

async function expectTogether(storage: DirectoryStorage): Promise<void> {
  const member = (id: string) => ({ system: 's', kind: 'user', id });
  for (const id of ['g', 'h']) {
    const group = { ...account(id, { displayName: id }), kind: 'group' };
    await storage.write({ type: 'put', object: group, expects: 0, values: [] });
  }
  const ada = await storage.write(put(account('ada')));
  const expects = ada.type === 'done' ? ada.version : 0;
  const { version: asked = 0 } = (await storage.get('group', 'h')) ?? {};
  const change = (group: string, add: readonly string[], remove: readonly string[] = []) =>
    storage.write({ type: 'members', group, add: add.map(member), remove, at: LATER });
  const written = await Promise.all([
    storage.write(put(account('ada', { title: 'Analyst' }), { expects })),
    storage.write(put(account('ada', { title: 'Countess' }), { expects })),
    ...['b', 'c', 'd', 'e'].map((id) => storage.write(put(account(id)))),
    storage.write(put(account('f', { userName: 'B@contoso.com' }))),
    change('g', ['b', 'c']),
    change('h', ['b']),
    change('g', ['d'], ['nobody']),
    change('g', [], ['b']),
    change('nowhere', ['b']),
    change('g', ['b', 'e']),
    storage.write({
      type: 'members',
      group: 'h',
      add: [],
      remove: ['b'],
      at: LATER,
      expects: asked,
    }),
  ]);
  expect(written.map(({ type }) => type)).toEqual([
    ...['done', 'moved', 'done', 'done', 'done', 'done', 'taken'],
    ...['done', 'done', 'done', 'done', 'moved', 'done', 'moved'],
  ]);
  const members = async (group: string) => (await storage.members(group)).map(({ id }) => id);
  expect(await members('g')).toEqual(['b', 'c', 'd', 'e']);
  expect(await members('h')).toEqual(['b']);
  expect(await storage.get('user', 'ada')).toMatchObject({ attributes: { title: 'Analyst' } });
  expect((await storage.search('user', { count: 1 })).total).toBe(5);
  const told = await storage.changes('group', 0, 100);
  expect(new Set(told.map(({ sequence }) => sequence)).size).toBe(told.length);
  const last = written[7];
  const { version } = (await storage.get('group', 'g')) ?? {};
  expect(await change('g', ['c'])).toEqual({ type: 'done', version });
  expect(last?.type === 'done' && last.version).toBeGreaterThan(asked);
}

async function expectUniques(storage: DirectoryStorage): Promise<void> {
  const taken = { type: 'taken', value: 'badge\nb1' };
  const badge = (id: string, value: string, expects = 0) =>
    storage.write(put(account(id), { expects, uniques: [`badge\n${value}`] }));
  const first = await badge('ada', 'b1');
  expect(await badge('grace', 'b1')).toEqual(taken);
  expect(await storage.get('user', 'grace')).toBeUndefined();
  expect(await badge('grace', 'b2')).toMatchObject({ type: 'done' });
  const version = first.type === 'done' ? first.version : 0;
  const { version: held = 0 } = (await storage.get('user', 'grace')) ?? {};
  expect(await badge('grace', 'b1', held)).toEqual(taken);
  const other = await badge('ada', 'b3', version);
  expect(other).toMatchObject({ type: 'done' });
  expect(await badge('grace', 'b1', held)).toMatchObject({ type: 'done' });
  const expects = other.type === 'done' ? other.version : 0;
  await storage.write({ type: 'remove', kind: 'user', id: 'ada', expects, at: LATER });
  const together = await Promise.all(['x', 'y', 'z'].map((id) => badge(id, 'b3')));
  expect(together.map(({ type }) => type).sort()).toEqual(['done', 'taken', 'taken']);
}

async function expectMails(storage: DirectoryStorage): Promise<void> {
  const at = '2026-01-31T08:00:00.000Z';
  const mail = { to: 'a', from: 'b', subject: 'c', programs: [], sentAt: at, secret: 's' };
  await storage.write(put(account('ada'), { mail }));
  const waiting = (now: string, since = '2026-01-30') => storage.waitingMails(now, since, 10);
  expect(await waiting('2026-01-31T07:00:00.000Z')).toEqual([]);
  expect(await waiting(LATER, '2026-02-01')).toEqual([]);
  const [letter] = await waiting(LATER);
  expect(letter).toMatchObject({ attempts: 0, mail });
  const { sequence = 0 } = letter ?? {};
  await storage.delivered(sequence, { type: 'failed', retryAt: '2026-01-31T10:00:00.000Z' });
  expect(await waiting(LATER)).toEqual([]);
  expect(await waiting('2026-01-31T10:00:00.000Z')).toMatchObject([{ attempts: 1 }]);
  await storage.delivered(sequence, { type: 'delivered', at: LATER });
  expect(await waiting('2026-02-01T00:00:00.000Z')).toEqual([]);
  const { secret: _, ...told } = mail;
  expect(await storage.mails()).toEqual([told]);
}

const OWN_RULES = [
  ['writes what comes together as if one came after the other', expectTogether],
  ['counts a group as another one once its members are', expectVersions],
  ['keeps values that one object alone may have', expectUniques],
  ['keeps mails until they are delivered', expectMails],
] as const;

describe.each(STORAGES)('%s', (_, open) => {
  it.each(OWN_RULES)('%s', async (_rule, expected) => {
    await expected(open());
  });
});

describeWithPostgres('a directory', (server) => {
  it.each(OWN_RULES)('%s', async (_rule, expected) => {
    await using postgres = await openPostgres(await server().database(), 'default');
    await expected(directoryStorage(postgres, 'own'));
  });

  it('sorts, page by page', async () => {
    await using postgres = await openPostgres(await server().database(), 'default');
    await expectSorted(directoryStorage(postgres, 'sorted'));
  });

  it('tells the groups of many', async () => {
    await using postgres = await openPostgres(await server().database(), 'default');
    await expectMemberships(directoryStorage(postgres, 'groups'));
  });
});

/** By the index on names and by keys, with and without a filter, forth and back. */
async function expectSorted(storage: DirectoryStorage): Promise<void> {
  const titles = ['b', 'B', undefined, 'a', undefined, 'c', '\u{1F600}', '\uFFFD'];
  for (const [index, title] of titles.entries()) {
    const userName = `${'hgfedcba'[index]}@contoso.com`;
    await storage.write(put(account(`id-${index}`, { userName, ...(title && { title }) })));
  }
  const walk = async (
    attribute: string,
    descending: boolean,
    matches?: (object: StoredObject) => boolean,
  ) => {
    const seen: string[] = [];
    const sort = { path: { attribute }, descending, caseExact: false };
    for (let cursor: string | undefined; ; ) {
      const order = orderOf(sort, 'userName', cursor);
      const asked = { order, count: 3, ...(matches && { matches }) };
      const { objects, total } = await storage.search('user', asked);
      const rest = await storage.search('user', { ...asked, offset: 1 });
      expect(rest.objects.slice(0, 2)).toEqual(objects.slice(1));
      expect(total).toBe(titles.filter((_, index) => !matches || index !== 3).length);
      seen.push(...objects.map(({ id }) => id.slice(3)));
      const last = objects.at(-1);
      if (last === undefined) return seen.join('');
      cursor = cursorOf(placeOf(order, last));
    }
  };
  const without = ({ id }: StoredObject) => id !== 'id-3';
  expect(await walk('userName', false)).toBe('76543210');
  expect(await walk('userName', true)).toBe('01234567');
  expect(await walk('userName', false, without)).toBe('7654210');
  expect(await walk('title', false)).toBe('30157624');
  expect(await walk('title', true)).toBe('42675103');
  expect(await walk('title', true, without)).toBe('4267510');
  const { userName: _, ...unnamed } = account('nameless').attributes;
  await storage.write({
    ...put(account('id-8')),
    object: { ...account('id-8'), attributes: unnamed },
  });
  titles.push(undefined);
  expect(await walk('userName', false)).toBe('765432108');
  expect(await walk('userName', true)).toBe('801234567');
}

async function expectMemberships(storage: DirectoryStorage): Promise<void> {
  const member = (id: string) => ({ system: 's', kind: 'user', id });
  for (const [id, displayName] of [
    ['g1', 'Analysts'],
    ['g2', 'Navy'],
  ] as const) {
    const object = { ...account(id), kind: 'group', attributes: { displayName } };
    await storage.write({ type: 'put', object, expects: 0, values: [] });
  }
  const change = (group: string, add: readonly string[], remove: readonly string[] = []) =>
    storage.write({ type: 'members', group, add: add.map(member), remove, at: LATER });
  await change('g2', ['ada', 'grace', 'linus']);
  await change('g1', ['ada']);
  await change('g2', [], ['linus']);
  // Whoever is here is of their own kind, whatever they were called.
  await change('g1', ['g2']);
  expect(await storage.members('g1')).toContainEqual(
    expect.objectContaining({ id: 'g2', kind: 'group' }),
  );
  await change('g1', [], ['g2']);
  expect(await storage.memberships(['ada', 'linus', 'nobody'])).toEqual([
    { member: 'ada', group: 'g1', display: 'Analysts' },
    { member: 'ada', group: 'g2', display: 'Navy' },
  ]);
}

describe.each(STORAGES)('a directory in %s', (_, open) => {
  it('sorts, page by page', async () => expectSorted(open()));
  it('tells the groups of many', async () => expectMemberships(open()));

  it('gives back what was written, with the number of the change', async () => {
    const storage = open();
    const ada = account('ada', { name: { givenName: 'Ada' } });
    expect(await storage.write(put(ada))).toEqual({ type: 'done', version: 1 });
    expect(await storage.get('user', 'ada')).toEqual({ ...ada, version: 1 });
    expect(await storage.get('user', 'grace')).toBeUndefined();
    expect(await storage.get('group', 'ada')).toBeUndefined();
  });

  it('lets one of many have a name, also when they come together', async () => {
    const storage = open();
    const named = (id: string) => put(account(id, { userName: 'Ada@contoso.com' }));
    const written = await Promise.all(['a', 'b', 'c', 'd'].map((id) => storage.write(named(id))));
    expect(written.map(({ type }) => type)).toEqual(['done', 'taken', 'taken', 'taken']);
    const { total } = await storage.search('user', { count: 10 });
    expect(total).toBe(1);
  });

  it('refuses a change of name to one that is taken, and what moved meanwhile', async () => {
    const storage = open();
    await storage.write(put(account('ada')));
    await storage.write(put(account('grace')));
    const renamed = account('grace', { userName: 'ada@contoso.com' });
    expect(await storage.write(put(renamed, { expects: 2 }))).toEqual({ type: 'taken' });
    expect(await storage.write(put(account('grace'), { expects: 1 }))).toEqual({ type: 'moved' });
    expect(await storage.write(put(account('linus'), { expects: 7 }))).toEqual({ type: 'moved' });
    const freed = account('grace', { userName: 'hopper@contoso.com' });
    expect(await storage.write(put(freed, { expects: 2 }))).toMatchObject({ type: 'done' });
    expect(
      await storage.write(put(account('other', { userName: 'grace@contoso.com' }))),
    ).toMatchObject({ type: 'done' });
  });

  it('finds by name, identifier of the client and e-mail, by any of several addresses', async () => {
    const storage = open();
    await storage.write(put(account('ada', { externalId: 'X1', emails: [{ value: 'A@x.com' }] })));
    const emails = [{ value: 'g@x.com' }, { value: 'h@x.com' }];
    await storage.write(put(account('grace', { emails })));
    const find = async (attribute: string, value: string) => {
      const filter = {
        type: 'compare',
        operator: 'eq',
        path: { attribute },
        value,
      } as const;
      const { objects } = await storage.search('user', { filter, count: 10 });
      return objects.map(({ id }) => id);
    };
    expect(await find('userName', 'ADA@contoso.com')).toEqual(['ada']);
    expect(await find('externalId', 'x1')).toEqual(['ada']);
    expect(await find('emails', 'a@X.com')).toEqual(['ada', 'grace']);
    expect(await find('id', 'grace')).toEqual(['grace']);
    expect(await find('userName', 'nobody')).toEqual([]);
  });

  it('pages through everything by number and by the last id', async () => {
    const storage = open();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await storage.write(put(account(id)));
    const page = async (more: { offset?: number; after?: string; matches?: () => boolean }) => {
      const { objects, total } = await storage.search('user', { count: 2, ...more });
      return [objects.map(({ id }) => id).join(''), total];
    };
    for (const more of [{}, { matches: () => true }]) {
      expect(await page({ ...more })).toEqual(['ab', 5]);
      expect(await page({ ...more, offset: 2 })).toEqual(['cd', 5]);
      expect(await page({ ...more, after: 'd' })).toEqual(['e', 5]);
      expect(await page({ ...more, offset: 9 })).toEqual(['', 5]);
    }
  });

  it('tells each object once, at its last change, and removals', async () => {
    const storage = open();
    await storage.write(put(account('ada')));
    await storage.write(put(account('grace')));
    await storage.write(put(account('ada', { title: 'Analyst' }), { expects: 1 }));
    await storage.write({ type: 'remove', kind: 'user', id: 'grace', expects: 2, at: LATER });
    const changes = await storage.changes('user', 0, 10);
    expect(changes).toMatchObject([
      { type: 'object', sequence: 3, object: { id: 'ada', attributes: { title: 'Analyst' } } },
      { type: 'removed', sequence: 4, id: 'grace' },
    ]);
    expect(await storage.changes('user', 3, 10)).toHaveLength(1);
    expect(await storage.changes('user', 0, 1)).toHaveLength(1);
    expect(await storage.write(put(account('grace')))).toMatchObject({ type: 'done' });
  });

  it('keeps members apart from the group, and tells who joined and left', async () => {
    const storage = open();
    const group = { ...account('g', { displayName: 'Analysts' }), kind: 'group' };
    const { unique: _, ...unnamed } = put(group);
    await storage.write(unnamed);
    const member = (id: string) => ({ system: 's', kind: 'user', id });
    const change = (add: string[], remove: string[]) =>
      storage.write({ type: 'members', group: 'g', add: add.map(member), remove, at: LATER });
    await change(['ada', 'grace'], []);
    await change(['ada', 'linus'], ['grace', 'nobody']);
    expect((await storage.members('g')).map(({ id }) => id)).toEqual(['ada', 'linus']);
    const told = (await storage.changes('group', 1, 10)).map((one) =>
      one.type === 'member' ? [one.member.id, one.removed] : [],
    );
    expect(told).toEqual([
      ['ada', false],
      // The group itself, which is another one with its members.
      [],
      ['linus', false],
      ['grace', true],
    ]);
    const nowhere = { type: 'members', group: 'x', add: [member('ada')], remove: [] } as const;
    expect(await storage.write({ ...nowhere, at: LATER })).toEqual({ type: 'moved' });
    const { version: expects = 0 } = (await storage.get('group', 'g')) ?? {};
    await storage.write({ type: 'remove', kind: 'group', id: 'g', expects, at: LATER });
    expect(await storage.members('g')).toEqual([]);
  });

  it('keeps mails, list values and who waits, of writes that succeeded alone', async () => {
    const storage = open();
    const mail = { to: 'a', from: 'b', subject: 'c', programs: [], sentAt: 'd' };
    const values = [{ list: 'department', value: 'R&D' }];
    const waiting = { ...account('ada'), state: { waiting: { manager: 'Grace@contoso.com' } } };
    await storage.write(put(waiting, { mail, values }));
    await storage.write(
      put(account('other', { userName: 'ada@contoso.com' }), {
        mail,
        values: [{ list: 'department', value: 'Sales' }],
      }),
    );
    expect(await storage.mails()).toEqual([mail]);
    expect(await storage.listed('department')).toEqual(['R&D']);
    expect(await storage.waitingFor('user', ['x', 'GRACE@contoso.com'])).toMatchObject([
      { id: 'ada' },
    ]);
  });
});

it('keeps systems apart', async () => {
  const [one, other] = [directoryStorage(database, 'one'), directoryStorage(database, 'other')];
  await one.write(put(account('ada')));
  expect(await other.get('user', 'ada')).toBeUndefined();
  expect(await other.write(put(account('ada')))).toEqual({ type: 'done', version: 1 });
});

it('is asked once for all objects of one turn', async () => {
  const asked: string[] = [];
  const all: Database['all'] = (sql, parameters) => {
    asked.push(sql);
    return database.all(sql, parameters);
  };
  const storage = directoryStorage({ ...database, all }, 'turns');
  await Promise.all(['ada', 'grace'].map((id) => storage.write(put(account(id)))));
  asked.length = 0;
  const ids = ['ada', 'grace', 'ada', 'nobody', 'x\0', '\ud800'];
  const found = await Promise.all(ids.map((id) => storage.get('user', id)));
  expect(found.map((object) => object?.id)).toEqual(['ada', 'grace', 'ada', ...Array(3)]);
  expect(asked).toHaveLength(1);
});

it('is not part of a transaction somebody else is in', async () => {
  const storage = directoryStorage(database, 'outside');
  await storage.write(put(account('first')));
  let written: Promise<unknown> | undefined;
  const failing = database.transaction(async () => {
    written = storage.write(put(account('ada')));
    throw new Error('given up');
  });
  await expect(failing).rejects.toThrow('given up');
  expect(await written).toMatchObject({ type: 'done' });
  expect(await storage.get('user', 'ada')).toBeDefined();
});
