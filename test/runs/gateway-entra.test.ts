/** Entra ID served over SCIM, before the stand-in for Graph: every row of the attribute table. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectedTo } from '../../src/connectors/entra/testing.ts';
import { createGraph, type GraphEmulator } from '../../src/emulators/graph/graph.ts';
import { parsePath, readPath, writePath } from '../../src/scim/path.ts';
import { ENTERPRISE } from '../scim-client.ts';
import { type Gateway, gateway } from './gateway.ts';

interface TableRow {
  readonly graph: string | null;
  readonly scim: string;
  readonly standard?: string;
  readonly type: string;
  readonly values?: readonly string[];
  readonly appOnlyWrite: boolean;
  readonly extension?: boolean;
}

const TABLE: readonly TableRow[] = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../vectors/entra-scim-attributes.json'), 'utf8'),
);

const APPLICATION = '0123456789abcdef0123456789abcdef';
const CARRIED: Readonly<Record<string, string>> = {
  description: 'description',
  'name.honorificSuffix': 'honorificSuffix',
  'name.middleName': 'middleName',
  'phoneNumbers[type eq "home"].value': 'homePhone',
  'phoneNumbers[type eq "other"].value': 'otherPhone',
};

let graph: GraphEmulator;
let gate: Gateway;

beforeEach(async () => {
  const extensions = Object.fromEntries(
    Object.values(CARRIED).map((name) => [name, `extension_${APPLICATION}_${name}`]),
  );
  const permissions = [
    'User.ReadWrite.All',
    'User-LifeCycleInfo.ReadWrite.All',
    'User-PasswordProfile.ReadWrite.All',
    'Group.ReadWrite.All',
    'Directory.Read.All',
    'MailboxSettings.ReadWrite',
    'ProfilePhoto.ReadWrite.All',
  ];
  const connected = await connectedTo(createGraph(), { extensions }, permissions);
  graph = connected.graph;
  gate = await gateway(connected.connector);
});

afterEach(() => {
  expect(gate.bugs).toEqual([]);
  expect(graph.control.findings()).toEqual([]);
});

/** A value that the row may hold. */
function sample({ scim, type, values }: TableRow, manager: string): unknown {
  if (scim === 'userName') return 'ada.lovelace@contoso.com';
  if (scim === 'usageLocation') return 'CH';
  if (scim === 'preferredLanguage') return 'en-GB';
  if (scim.startsWith('photos')) return 'data:image/jpeg;base64,/9j/4AAQ';
  switch (type) {
    case 'boolean':
      return false;
    case 'reference':
      return { value: manager };
    case 'dateTime':
    case 'dateTimeTimeZone':
      return scim.includes('nd') ? '2026-06-01T00:00:00.000Z' : '2026-03-01T00:00:00.000Z';
    case 'enum':
      return values?.[1];
    default:
      return scim.includes('employeeNumber') ? '4711' : `of-${scim.length}`;
  }
}

function set(body: object, text: string, value: unknown): object {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(text);
  return writePath(body as never, parsed.value, value as never);
}

function at(body: object, text: string): unknown {
  const parsed = parsePath(text.replace(/manager\.value$/, 'manager'));
  if (!parsed.ok) throw new Error(text);
  return readPath(body as never, parsed.value);
}

/** Instants may be written with and without the fraction. */
function inMilliseconds(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/(:\d\d)Z$/, '$1.000Z') : value;
}

/** Everything, also what is told only where it is named. */
function everything(): string {
  const heads = TABLE.flatMap(({ scim, standard }) => [scim, standard ?? scim]).map((text) =>
    text.replace(/\[.*$|(?<!\d)\.(?!\d).*$/, ''),
  );
  return [...new Set(heads)].join(',');
}

async function manager(): Promise<string> {
  const { body } = await gate.send('POST', '/Users', {
    userName: 'grace@contoso.com',
    displayName: 'Grace Hopper',
    active: true,
  });
  return body.id;
}

describe('every row of the attribute table', () => {
  it.each(TABLE.filter(({ appOnlyWrite, extension }) => appOnlyWrite || extension))(
    '$scim is written, and read under each of its names',
    async (row) => {
      const boss = await manager();
      const value = sample(row, boss);
      const person = {
        userName: 'ada.lovelace@contoso.com',
        displayName: 'Ada Lovelace',
        active: true,
        // Whoever has an address has a mailbox here.
        emails: [{ type: 'work', value: 'ada.lovelace@contoso.com' }],
      };
      const made = await gate.send('POST', '/Users', set(person, row.scim, value));
      expect([made.status, made.body.detail]).toEqual([201, undefined]);
      const { body } = await gate.send('GET', `/Users/${made.body.id}?attributes=${everything()}`);
      const shown = row.type === 'reference' ? { value: boss, $ref: expect.anything() } : value;
      for (const name of [row.scim, row.standard ?? row.scim])
        expect([name, inMilliseconds(at(body, name))]).toEqual([name, shown]);
    },
  );

  it.each(TABLE.filter(({ appOnlyWrite, extension }) => !appOnlyWrite && !extension))(
    '$scim is read, and says that it is not written',
    async (row) => {
      const value = sample(row, '');
      const { body: made } = await gate.send('POST', '/Users', {
        userName: 'ada.lovelace@contoso.com',
        displayName: 'Ada Lovelace',
      });
      graph.control.act({
        act: 'update',
        id: made.id,
        properties: { [row.graph ?? '']: value },
      });
      const { body } = await gate.send('GET', `/Users/${made.id}?attributes=${row.scim}`);
      expect(at(body, row.scim)).toEqual(value);
      const schemas = await gate.send('GET', '/Schemas');
      const [user] = schemas.body.Resources;
      const told = user.attributes.find(({ name }: { name: string }) => name === row.scim);
      expect(told).toMatchObject({ name: row.scim, mutability: 'readOnly' });
    },
  );

  it('is described to clients', async () => {
    const { body } = await gate.send('GET', '/Schemas');
    const paths = new Set(
      body.Resources.flatMap(({ id, attributes }: Described) =>
        attributes.flatMap(({ name, subAttributes = [] }) => {
          const core = id === 'urn:ietf:params:scim:schemas:core:2.0:User' ? '' : `${id}:`;
          return [name, ...subAttributes.map((part) => `${name}.${part.name}`)].map(
            (one) => core + one,
          );
        }),
      ),
    );
    const rows = TABLE.flatMap(({ scim, standard }) => [scim, standard ?? scim]);
    expect(rows.filter((text) => !paths.has(text.replace(/\[.*\]/, '')))).toEqual([]);
  });
});

interface Described {
  readonly id: string;
  readonly attributes: readonly {
    readonly name: string;
    readonly subAttributes?: readonly { readonly name: string }[];
  }[];
}

async function people(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { body } = await gate.send('POST', '/Users', {
      userName: `person-${index}@contoso.com`,
      displayName: `Person ${index}`,
      active: index % 2 === 0,
      [ENTERPRISE]: { department: index % 3 === 0 ? 'R&D' : 'Sales' },
      phoneNumbers: [{ type: 'mobile', value: `07${index}` }],
    });
    ids.push(body.id);
  }
  return ids;
}

function namesIn(body: { readonly Resources: readonly { readonly userName: string }[] }) {
  return body.Resources.map(({ userName }) => userName.split('@')[0]).toSorted();
}

describe('a client', () => {
  it('pages by cursor alone, and is told so', async () => {
    await people(5);
    const config = await gate.send('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      etag: { supported: false },
      sort: { supported: false },
      pagination: { cursor: true, index: false, defaultPaginationMethod: 'cursor' },
    });
    const first = await gate.list('/Users', { count: 2 });
    expect(first.body).toMatchObject({ itemsPerPage: 2, nextCursor: expect.any(String) });
    expect(await gate.list('/Users', { startIndex: 3, count: 2 })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue', detail: expect.stringContaining('by cursor alone') },
    });
    expect(await gate.all('/Users', { count: 2 })).toHaveLength(5);
    const cursor = `${first.body.nextCursor}`.replace(/.$/, (one) => (one === 'A' ? 'B' : 'A'));
    expect(await gate.list('/Users', { cursor })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidCursor' },
    });
    expect(
      await gate.list('/Users', { cursor: first.body.nextCursor, filter: 'id pr' }),
    ).toMatchObject({ status: 400, body: { scimType: 'invalidCursor' } });
  });

  it('finds people by what Graph finds, and by more of those that it found', async () => {
    await people(7);
    const found = async (filter: string) => namesIn((await gate.list('/Users', { filter })).body);
    expect(await found('userName eq "Person-3@contoso.com"')).toEqual(['person-3']);
    expect(await found(`${ENTERPRISE}:department eq "R&D"`)).toEqual([
      'person-0',
      'person-3',
      'person-6',
    ]);
    expect(await found(`${ENTERPRISE}:department eq "R&D" and active eq false`)).toEqual([
      'person-3',
    ]);
    // Graph has no `contains`.
    expect(await found(`${ENTERPRISE}:department eq "R&D" and displayName co "6"`)).toEqual([
      'person-6',
    ]);
    expect(await found('emails[type eq "home"]')).toEqual([]);
  });

  it('is refused what Graph would have to be read through for', async () => {
    await people(2);
    const { status, body } = await gate.list('/Users', { filter: 'displayName co "6"' });
    expect([status, body.scimType]).toEqual([400, 'invalidFilter']);
    expect(body.detail).toContain('displayName co "6"');
    expect(body.detail).toMatch(/looks up: .*userName/);
  });

  it('changes a person by PATCH and by PUT, and takes them away', async () => {
    const [id] = await people(1);
    const at = `/Users/${id}`;
    const patched = await gate.patch(
      at,
      { op: 'replace', path: 'active', value: false },
      { op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '099' },
      { op: 'add', path: 'addresses[type eq "work"].locality', value: 'Bern' },
      { op: 'remove', path: `${ENTERPRISE}:department` },
    );
    expect(patched).toMatchObject({
      status: 200,
      body: { active: false, city: 'Bern', phoneNumbers: [{ type: 'mobile', value: '099' }] },
    });
    expect(patched.body[ENTERPRISE]).toBeUndefined();
    const { body } = await gate.send('GET', at);
    expect(body).toMatchObject({ active: false, city: 'Bern' });
    const put = await gate.send('PUT', at, { ...body, title: 'Analyst', city: 'Basel' });
    expect(put).toMatchObject({
      status: 200,
      body: { title: 'Analyst', city: 'Basel', addresses: [{ type: 'work', locality: 'Basel' }] },
    });
    expect(await gate.send('DELETE', at)).toMatchObject({ status: 204 });
    expect(await gate.send('GET', at)).toMatchObject({ status: 404 });
    expect(await gate.send('DELETE', at)).toMatchObject({ status: 404 });
  });

  it('changes and takes away what is told only where it is named', async () => {
    const [id] = await people(1);
    const at = `/Users/${id}`;
    const named = `${at}?attributes=photos,status,internalReplyMessage,userName`;
    const mail = { op: 'add', path: 'emails[type eq "work"].value', value: 'p@contoso.com' };
    await gate.patch(at, mail);
    const photo = { type: 'work', value: 'data:image/jpeg;base64,/9j/4AAQ' };
    const set = { photos: [photo], status: 'alwaysEnabled', internalReplyMessage: 'Away' };
    expect(await gate.patch(at, { op: 'add', value: set })).toMatchObject({ status: 200 });
    expect((await gate.send('GET', named)).body).toMatchObject(set);
    expect((await gate.send('GET', at)).body).not.toHaveProperty('photos');
    const remove = [
      { op: 'remove', path: 'photos[type eq "work"]' },
      { op: 'remove', path: 'internalReplyMessage' },
      { op: 'replace', path: 'status', value: 'disabled' },
    ];
    expect(await gate.patch(at, ...remove)).toMatchObject({ status: 200 });
    const { body } = await gate.send('GET', named);
    expect(body).toMatchObject({ userName: 'person-0@contoso.com', status: 'disabled' });
    expect(body).not.toHaveProperty('photos');
    expect(body).not.toHaveProperty('internalReplyMessage');
  });

  it('keeps a group and its members', async () => {
    const [ada = '', bob = ''] = await people(2);
    const made = await gate.send('POST', '/Groups', {
      displayName: 'Analysts',
      members: [{ value: ada }],
    });
    expect(made).toMatchObject({ status: 201, body: { displayName: 'Analysts' } });
    const at = `/Groups/${made.body.id}`;
    expect(
      await gate.patch(at, { op: 'add', path: 'members', value: [{ value: bob }] }),
    ).toMatchObject({ status: 204 });
    const members = async () =>
      (await gate.send('GET', at)).body.members?.map(({ value }: { value: string }) => value);
    expect((await members()).toSorted()).toEqual([ada, bob].toSorted());
    await gate.patch(at, { op: 'remove', path: `members[value eq "${ada}"]` });
    expect(await members()).toEqual([bob]);
    const { body } = await gate.send('GET', `/Users/${bob}?attributes=groups`);
    expect(body.groups).toMatchObject([{ value: made.body.id, display: 'Analysts' }]);
    expect(
      (await gate.list('/Groups', { filter: `id eq "${made.body.id}" and members eq "${ada}"` }))
        .body.totalResults,
    ).toBe(0);
  });

  it('is answered for Graph in words of SCIM', async () => {
    const [id] = await people(1);
    const again = { userName: 'person-0@contoso.com', displayName: 'Again' };
    expect(await gate.send('POST', '/Users', again)).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    });
    const tag = { 'if-match': 'W/"1"' };
    expect(await gate.send('PUT', `/Users/${id}`, again, tag)).toMatchObject({ status: 412 });
    expect(
      await gate.patch(`/Users/${id}`, { op: 'replace', path: 'startDateTime', value: 'x' }),
    ).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    const path = '/v1.0/users/';
    const busy = { status: 429, headers: { 'Retry-After': '9' } };
    graph.control.fault({ method: 'GET', path, effect: { type: 'answer', ...busy } });
    const waits = await gate.send('GET', `/Users/${id}`);
    expect([waits.status, waits.headers.get('retry-after')]).toEqual([429, '9']);
    graph.control.fault({ method: 'GET', path, effect: { type: 'answer', status: 503 } });
    expect(await gate.send('GET', `/Users/${id}`)).toMatchObject({ status: 503 });
    const twice = {
      op: 'replace',
      value: { city: 'Bern', 'addresses[type eq "work"].locality': 'Rom' },
    };
    expect(await gate.patch(`/Users/${id}`, twice)).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue', detail: expect.stringContaining('one attribute') },
    });
  });
});
