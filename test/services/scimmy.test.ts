/**
 * A SCIM service provider that somebody else wrote (`scimmy-routers` on Express, from npm) takes what
 * we send: the protocol as a stranger reads it.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scim } from '../../src/connectors/scim/connector.ts';
import type { ChangePage, Connector } from '../../src/connectors/spi/index.ts';
import type { ObjectRef } from '../../src/identity/record.ts';
import { type ScimmyProvider, startScimmy } from './scimmy.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const { signal } = new AbortController();

let connector: Connector;
let provider: ScimmyProvider;

beforeAll(async () => {
  provider = await startScimmy('letmein');
  connector = await scim.connect(
    scim.options.parse({ url: provider.url, token: 'letmein' }),
    context,
  );
});

afterAll(async () => {
  await connector[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

beforeEach(() => provider.clear());

const context = {
  system: 'stranger',
  fetch: globalThis.fetch,
  now: () => new Date(),
  baseDirectory: '/',
};

const ada = {
  userName: 'ada@contoso.com',
  active: 'True',
  externalId: 'e-1',
  'name.givenName': 'Ada',
  'name.familyName': 'Lovelace',
  'emails[type eq "work"].value': 'ada@contoso.com',
  'addresses[type eq "work"].locality': 'London',
  [`${ENTERPRISE}:department`]: 'R&D',
};

async function create(attributes: Readonly<Record<string, string>>): Promise<ObjectRef> {
  const record = await connector.create?.('user', attributes, { signal });
  if (record === undefined) throw new Error('no record');
  return record.ref;
}

async function pagesOf(kind: string): Promise<readonly ChangePage[]> {
  const pages: ChangePage[] = [];
  for await (const page of connector.read?.(kind, { signal }) ?? []) pages.push(page);
  return pages;
}

describe('a stranger’s service provider', () => {
  it('passes the check', async () => {
    expect((await connector.check({ signal })).map(({ status }) => status)).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('creates a person, and has her as she was asked for', async () => {
    const record = await connector.create?.('user', ada, { signal });
    expect(record?.attributes).toEqual({
      userName: 'ada@contoso.com',
      active: true,
      externalId: 'e-1',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ type: 'work', value: 'ada@contoso.com', primary: true }],
      addresses: [{ type: 'work', locality: 'London' }],
      [ENTERPRISE]: { department: 'R&D' },
    });
  });

  it('finds her by every match attribute, and nobody by what nobody has', async () => {
    const ref = await create(ada);
    for (const path of ['userName', 'externalId', 'emails[type eq "work"].value']) {
      const value = path === 'externalId' ? 'e-1' : 'ada@contoso.com';
      expect([path, (await connector.find?.('user', path, value, { signal }))?.ref]).toEqual([
        path,
        ref,
      ]);
      expect(await connector.find?.('user', path, 'nobody at all', { signal })).toBeUndefined();
    }
  });

  it('renames, moves, links to a manager, and clears', async () => {
    const boss = await create({ userName: 'grace@contoso.com' });
    const ref = await create(ada);
    const record = await connector.update?.(
      ref,
      [
        { path: 'name.familyName', before: 'Lovelace', after: 'Byron' },
        {
          path: 'emails[type eq "work"].value',
          before: 'ada@contoso.com',
          after: 'ab@contoso.com',
        },
        { path: `${ENTERPRISE}:department`, before: 'R&D' },
        { path: `${ENTERPRISE}:manager`, after: { $ref: boss } },
        { path: 'phoneNumbers[type eq "mobile"].value', after: '+44 20 1' },
      ],
      { signal },
    );
    expect(record?.attributes).toMatchObject({
      name: { givenName: 'Ada', familyName: 'Byron' },
      emails: [{ type: 'work', value: 'ab@contoso.com' }],
      phoneNumbers: [{ type: 'mobile', value: '+44 20 1' }],
      [ENTERPRISE]: { manager: { $ref: boss } },
    });
    expect(record?.attributes[ENTERPRISE]).not.toHaveProperty('department');
    expect((await connector.get?.(ref, { signal }))?.attributes).toEqual(record?.attributes);
  });

  it('disables, still shows who is disabled, and enables again', async () => {
    const ref = await create(ada);
    for (const [before, after] of [
      [true, 'False'],
      [false, 'True'],
    ] as const) {
      await connector.update?.(ref, [{ path: 'active', before, after }], { signal });
      const found = await connector.find?.('user', 'userName', 'ada@contoso.com', { signal });
      expect(found?.attributes.active).toBe(after === 'True');
    }
  });

  it('refuses a second account of one name as a conflict', async () => {
    await create(ada);
    await expect(create(ada)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('deletes, once', async () => {
    const ref = await create(ada);
    await connector.delete?.(ref, { signal });
    expect(await connector.get?.(ref, { signal })).toBeUndefined();
    await expect(connector.delete?.(ref, { signal })).rejects.toMatchObject({ kind: 'missing' });
  });

  it('lists everybody, page by page, to a proven end', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `user${index}@contoso.com`);
    for (const userName of names) await create({ userName });
    const pages = await pagesOf('user');
    const listed = pages.flatMap(({ changes }) =>
      changes.flatMap((change) =>
        change.type === 'present' ? [change.record.attributes.userName] : [],
      ),
    );
    expect(listed.toSorted()).toEqual(names.toSorted());
    expect(pages.map(({ complete }) => complete)).toEqual([undefined, undefined, true]);
  });

  it('keeps groups and their members', async () => {
    const people = [await create(ada), await create({ userName: 'grace@contoso.com' })];
    const group = await connector.create?.('group', { displayName: 'Engineering' }, { signal });
    if (group === undefined) throw new Error('no group');
    await connector.addMembers?.(group.ref, people, { signal });
    await connector.removeMembers?.(group.ref, people.slice(0, 1), { signal });
    expect((await pagesOf('group')).flatMap(({ changes }) => changes)).toEqual([
      { type: 'present', record: { ...group, attributes: { displayName: 'Engineering' } } },
      { type: 'members', group: group.ref, added: people.slice(1), removed: [] },
    ]);
  });

  it('describes itself', async () => {
    const schema = await connector.describe?.({ signal });
    expect(schema?.kinds.map(({ kind, enabledPath }) => [kind, enabledPath])).toEqual([
      ['user', 'active'],
      ['group', undefined],
    ]);
    const paths = schema?.kinds[0]?.attributes.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'userName',
        'name.givenName',
        'emails.value',
        `${ENTERPRISE}:manager`,
      ]),
    );
  });

  it('refuses a wrong token as the system’s fault, not the person’s', async () => {
    const stranger = await scim.connect(
      scim.options.parse({ url: provider.url, token: 'wrong' }),
      context,
    );
    await expect(stranger.create?.('user', ada, { signal })).rejects.toMatchObject({
      kind: 'denied',
      code: 'credentials-refused',
      general: true,
    });
  });
});
