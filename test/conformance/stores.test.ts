/** What only a database can get wrong, over SCIM, on both of them. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STRICT } from '../../src/scim/clients.ts';
import type { Database } from '../../src/store/database.ts';
import { directoryStorage } from '../../src/store/directory.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ENTERPRISE } from '../scim-client.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { type Service, service } from './service.ts';

const STAFF = 'urn:contoso:params:scim:schemas:2.0:Staff';
const OPTIONS = {
  schemas: [
    {
      id: STAFF,
      name: 'Staff',
      attributes: [
        { name: 'badge', unique: true },
        { name: 'code', caseExact: true },
        { name: 'pin', mutability: 'writeOnly' },
        { name: 'rating', returned: 'request' },
      ],
    },
  ],
};

type Open = (options?: object) => Promise<Service>;

let systems = 0;

function onDatabase(database: () => Database): Open {
  return (options = {}) =>
    service(options, STRICT, directoryStorage(database(), `system-${++systems}`));
}

const CASES: Readonly<Record<string, (open: Open) => Promise<void>>> = {
  'takes hostile texts as texts, or refuses them': async (open) => {
    const made = await open();
    const names = [`'; drop table directory_object; --`, '%_\\', '🦀'.repeat(100), '\u2028', 'İK'];
    for (const name of names) {
      const id = await made.user(name, { title: name, emails: [{ value: name }] });
      expect((await made.send('GET', `/Users/${id}`)).body.title).toBe(name);
      for (const attribute of ['userName', 'title', 'emails.value']) {
        const filter = `${attribute} eq ${JSON.stringify(name)}`;
        const { body } = await made.list('/Users', { filter });
        expect([attribute, body.totalResults]).toEqual([attribute, 1]);
      }
    }
    for (const name of ['a\0b', '\ud800', 'é'.repeat(600)])
      expect((await made.send('POST', '/Users', { userName: name })).status).toBe(400);
    for (const filter of ['userName eq "a\\u0000b"', 'title co "\\ud800"'])
      expect((await made.list('/Users', { filter })).status).toBe(400);
    for (const id of ['%00', encodeURIComponent("' or 1=1"), 'x'.repeat(3_000)])
      expect((await made.send('GET', `/Users/${id}`)).status).toBe(404);
    expect((await made.list('/Users')).body.totalResults).toBe(names.length);
    expect(made.bugs).toEqual([]);
  },

  'refuses what an index cannot hold, wherever it comes': async (open) => {
    const lists = { department: `${ENTERPRISE}:department` };
    const made = await open({ ...OPTIONS, receive: { lists } });
    const long = Array.from({ length: 3_000 }, (_, index) => String.fromCharCode(0x4e00 + index));
    const text = long.join('');
    const group = await made.group('Navy');
    const add = { op: 'add', path: 'members', value: [{ value: text }] };
    const refused = [
      await made.send('POST', '/Users', { userName: 'a', [STAFF]: { badge: text } }),
      await made.send('POST', '/Users', { userName: 'a', [ENTERPRISE]: { department: text } }),
      await made.send('POST', '/Users', {
        userName: 'a',
        [ENTERPRISE]: { manager: { value: text } },
      }),
      await made.send('POST', '/Users', { userName: 'a', externalId: text }),
      await made.send('POST', '/Groups', { displayName: text }),
      await made.patch(`/Groups/${group}`, add),
    ];
    for (const { status, body } of refused) {
      expect([status, body.scimType]).toEqual([400, 'invalidValue']);
      expect(body.detail.length).toBeLessThan(300);
    }
    // What no index holds may be as long as a body.
    const id = await made.user('a', { title: text, nickName: text });
    expect((await made.send('GET', `/Users/${id}`)).body.title).toBe(text);
    const filter = `title eq "${text}"`;
    expect((await made.send('POST', '/Users/.search', { filter })).body.totalResults).toBe(1);
    expect(made.bugs).toEqual([]);
  },

  'lets one of many have a value that one alone may have': async (open) => {
    const made = await open(OPTIONS);
    const asked = ['a', 'b', 'c', 'd', 'e'].map((userName) =>
      made.send('POST', '/Users', { userName, [STAFF]: { badge: 'B1' } }),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    const winner = answers.find(({ status }) => status === 201)?.body.id;
    const free = { op: 'remove', path: `${STAFF}:badge` };
    expect((await made.patch(`/Users/${winner}`, free)).status).toBe(200);
    await made.user('f', { [STAFF]: { badge: 'b1', code: 'Xy' } });
    for (const [code, total] of [
      ['Xy', 1],
      ['xy', 0],
    ]) {
      const filter = `${STAFF}:code eq "${code}"`;
      expect((await made.list('/Users', { filter })).body.totalResults).toBe(total);
    }
    expect(made.bugs).toEqual([]);
  },

  'tells nobody what is not told, however it is kept': async (open) => {
    const made = await open(OPTIONS);
    const staff = { badge: 'B1', pin: '4711', rating: 'good' };
    const at = `/Users/${await made.user('ada', { title: 'x', [STAFF]: staff })}`;
    const shown = [
      (await made.send('GET', at)).body,
      (await made.list('/Users')).body.Resources[0],
      (await made.list('/Users', { cursor: '' })).body.Resources[0],
      (await made.list('', { filter: 'title eq "x"' })).body.Resources[0],
      (await made.send('POST', '/Users/.search', {})).body.Resources[0],
    ];
    for (const body of shown) expect(body[STAFF]).toEqual({ badge: 'B1' });
    const asked = await made.send('GET', `${at}?attributes=${STAFF}:rating,${STAFF}:pin`);
    expect(asked.body[STAFF]).toEqual({ rating: 'good' });
  },

  'loses no member of many who come at once, and no version': async (open) => {
    const made = await open();
    const at = `/Groups/${await made.group('Navy')}`;
    const adds = Array.from({ length: 20 }, (_, index) =>
      made.patch(at, { op: 'add', path: 'members', value: [{ value: `user-${index}` }] }),
    );
    const tags = (await Promise.all(adds)).map(({ headers }) => headers.get('etag'));
    const { headers, body } = await made.send('GET', at);
    expect(body.members).toHaveLength(20);
    expect(tags).toContain(headers.get('etag'));
    const rename = { displayName: 'Fleet', members: body.members };
    const known = { 'if-match': headers.get('etag') ?? '' };
    const twice = await Promise.all(
      ['Fleet', 'Army'].map((displayName) =>
        made.send('PUT', at, { ...rename, displayName }, known),
      ),
    );
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(made.bugs).toEqual([]);
  },
};

let folder: string;
let sqlite: Database;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-stores-'));
  sqlite = await openSqlite(folder, 'contoso');
});

afterAll(async () => {
  await sqlite[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

it.each(Object.keys(CASES))('SQLite %s', async (name) => {
  await CASES[name]?.(onDatabase(() => sqlite));
});

describeWithPostgres('PostgreSQL', (server) => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    await using database = await openPostgres(await server().database(), 'default');
    await CASES[name]?.(onDatabase(() => database));
  });
});
