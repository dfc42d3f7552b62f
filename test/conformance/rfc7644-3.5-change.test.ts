/** RFC 7644 §3.5, §3.6 and §3.14: replacing, patching, deleting, and versions. */

import { describe, expect, it } from 'vitest';
import { STRICT } from '../../src/scim/clients.ts';
import { ENTERPRISE, PATCH_OP } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const WORK = { type: 'work', value: 'ada@contoso.com', primary: true };
const HOME = { type: 'home', value: 'ada@example.org' };

async function ada(made: Service): Promise<string> {
  const id = await made.user('ada@contoso.com', {
    title: 'Analyst',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [WORK, HOME],
    [ENTERPRISE]: { department: 'R&D' },
  });
  return `/Users/${id}`;
}

describe('PUT (§3.5.1)', () => {
  it('sets what is there and clears what is not', async () => {
    const made = await service();
    const at = await ada(made);
    const { body, status } = await made.send('PUT', at, {
      userName: 'ada@contoso.com',
      nickName: 'A',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ userName: 'ada@contoso.com', nickName: 'A' });
    for (const name of ['title', 'emails', 'name', ENTERPRISE])
      expect(body).not.toHaveProperty(name);
  });

  it('cannot set id and dates', async () => {
    const made = await service();
    const at = await ada(made);
    const { body } = await made.send('PUT', at, {
      id: 'other',
      userName: 'ada@contoso.com',
      meta: { created: '2001-01-01T00:00:00Z' },
    });
    expect(`/Users/${body.id}`).toBe(at);
    expect(body.meta.created).not.toContain('2001');
  });

  it('replaces the members of a group', async () => {
    const made = await service();
    const [one, other] = [await made.user('a'), await made.user('b')];
    const group = await made.group('Analysts', one);
    const { body } = await made.send('PUT', `/Groups/${group}`, {
      displayName: 'Analysts',
      members: [{ value: other }],
    });
    expect(body.members).toMatchObject([{ value: other }]);
  });

  it('is 404 for what does not exist', async () => {
    const { send } = await service();
    expect(await send('PUT', '/Users/nobody', { userName: 'a' })).toMatchObject({ status: 404 });
  });
});

describe('PATCH (§3.5.2)', () => {
  it.each<[string, unknown, Readonly<Record<string, unknown>>]>([
    ['adds a value', { op: 'add', path: 'nickName', value: 'A' }, { nickName: 'A' }],
    [
      'adds to a list',
      { op: 'add', path: 'emails', value: [{ type: 'other', value: 'a' }] },
      { emails: [WORK, HOME, { type: 'other', value: 'a' }] },
    ],
    ['adds nothing twice', { op: 'add', path: 'emails', value: [HOME] }, { emails: [WORK, HOME] }],
    [
      'adds without a path',
      { op: 'add', value: { nickName: 'A', [ENTERPRISE]: { division: 'B' } } },
      { nickName: 'A', [ENTERPRISE]: { department: 'R&D', division: 'B' } },
    ],
    ['replaces a value', { op: 'replace', path: 'title', value: 'Owner' }, { title: 'Owner' }],
    [
      'replaces parts of a complex value',
      { op: 'replace', path: 'name', value: { givenName: 'A' } },
      { name: { givenName: 'A', familyName: 'Lovelace' } },
    ],
    [
      'replaces a sub-attribute',
      { op: 'replace', path: 'name.givenName', value: 'A' },
      { name: { givenName: 'A', familyName: 'Lovelace' } },
    ],
    ['replaces a list', { op: 'replace', path: 'emails', value: [HOME] }, { emails: [HOME] }],
    [
      'replaces a part of the elements a filter finds',
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'h' },
      { emails: [WORK, { type: 'home', value: 'h' }] },
    ],
    [
      'moves the primary flag',
      { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
      {
        emails: [
          { ...WORK, primary: false },
          { ...HOME, primary: true },
        ],
      },
    ],
    [
      'replaces in an extension',
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Navy' },
      { [ENTERPRISE]: { department: 'Navy' } },
    ],
    [
      'makes the first element of a list by a part of it',
      { op: 'add', path: 'phoneNumbers.value', value: '+44 1' },
      { phoneNumbers: [{ value: '+44 1' }] },
    ],
    [
      'replaces a part of every element where none is named',
      { op: 'replace', path: 'emails.display', value: 'Ada' },
      {
        emails: [
          { ...WORK, display: 'Ada' },
          { ...HOME, display: 'Ada' },
        ],
      },
    ],
    ['removes a value', { op: 'remove', path: 'title' }, { title: undefined }],
    [
      'removes the elements a filter finds',
      { op: 'remove', path: 'emails[type eq "home"]' },
      { emails: [WORK] },
    ],
    ['removes an extension', { op: 'remove', path: ENTERPRISE }, { [ENTERPRISE]: undefined }],
    [
      'removes by replacing with null',
      { op: 'replace', path: 'title', value: null },
      { title: undefined },
    ],
    [
      'does nothing for what is as asked',
      { op: 'replace', path: 'title', value: 'Analyst' },
      { title: 'Analyst' },
    ],
  ])('%s', async (_, operation, expected) => {
    const made = await service({}, STRICT);
    const at = await ada(made);
    const { body, status } = await made.patch(at, operation);
    expect(status).toBe(200);
    for (const [name, value] of Object.entries(expected)) expect(body[name]).toEqual(value);
  });

  it.each<[string, unknown, string]>([
    ['an attribute nobody has', { op: 'add', path: 'shoeSize', value: 1 }, 'invalidPath'],
    ['a path that is none', { op: 'add', path: 'name.', value: 'a' }, 'invalidPath'],
    ['the prototype', { op: 'add', path: '__proto__.admin', value: true }, 'invalidPath'],
    [
      'the prototype, in an extension',
      { op: 'add', path: `${ENTERPRISE}:__proto__`, value: 1 },
      'invalidPath',
    ],
    [
      'an element that is not there',
      { op: 'replace', path: 'emails[type eq "fax"].value', value: 'a' },
      'noTarget',
    ],
    ['a removal of nothing in particular', { op: 'remove' }, 'noTarget'],
    ['id', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['meta', { op: 'replace', path: 'meta.created', value: '2001-01-01T00:00:00Z' }, 'mutability'],
    ['a required attribute away', { op: 'remove', path: 'userName' }, 'mutability'],
    ['a text for a boolean', { op: 'replace', path: 'active', value: 'False' }, 'invalidValue'],
    ['an operation nobody knows', { op: 'move', path: 'title' }, 'invalidSyntax'],
    ['a value without a value', { op: 'add', path: 'title' }, 'invalidValue'],
  ])('refuses %s, and changes nothing of the whole request', async (_, operation, scimType) => {
    const made = await service({}, STRICT);
    const at = await ada(made);
    const before = await made.send('GET', at);
    const answer = await made.patch(at, { op: 'replace', path: 'title', value: 'X' }, operation);
    expect(answer).toMatchObject({ status: 400, body: { scimType } });
    expect((await made.send('GET', at)).body).toEqual(before.body);
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  it('ignores, without a path, what cannot be set', async () => {
    const made = await service();
    const at = await ada(made);
    const { body } = await made.patch(at, {
      op: 'replace',
      value: { id: 'x', meta: {}, shoeSize: 43, title: 'Owner' },
    });
    expect(body).toMatchObject({ title: 'Owner' });
    expect(`/Users/${body.id}`).toBe(at);
  });

  it('needs its schema and operations', async () => {
    const made = await service();
    const at = await ada(made);
    for (const body of [{}, { schemas: [PATCH_OP] }, { schemas: [PATCH_OP], Operations: [] }, []])
      expect(await made.send('PATCH', at, body)).toMatchObject({
        status: 400,
        body: { scimType: 'invalidSyntax' },
      });
  });

  it('adds and removes members without reading the others, and answers 204', async () => {
    const made = await service();
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => made.user(name)));
    const group = `/Groups/${await made.group('Analysts', ids[0] ?? '')}`;
    const add = { op: 'add', path: 'members', value: ids.slice(1).map((value) => ({ value })) };
    expect(await made.patch(group, add)).toMatchObject({ status: 204, body: undefined });
    await made.patch(group, { op: 'remove', path: `members[value eq "${ids[0]}"]` });
    const { body } = await made.send('GET', group);
    expect(body.members.map(({ value }: { value: string }) => value).sort()).toEqual(
      ids.slice(1).sort(),
    );
  });

  it('of a strict service removes all members where none is named', async () => {
    const made = await service({}, STRICT);
    const group = `/Groups/${await made.group('Analysts', await made.user('a'))}`;
    await made.patch(group, { op: 'remove', path: 'members' });
    expect((await made.send('GET', group)).body).not.toHaveProperty('members');
  });

  it('loses nothing of two that come at once', async () => {
    const made = await service();
    const at = await ada(made);
    const answers = await Promise.all([
      made.patch(at, { op: 'replace', path: 'title', value: 'Owner' }),
      made.patch(at, { op: 'replace', path: 'nickName', value: 'A' }),
      made.patch(at, { op: 'replace', path: `${ENTERPRISE}:division`, value: 'B' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await made.send('GET', at)).body).toMatchObject({
      title: 'Owner',
      nickName: 'A',
      [ENTERPRISE]: { department: 'R&D', division: 'B' },
    });
  });
});

describe('a version', () => {
  it('changes with the resource, and not with a request that changes nothing', async () => {
    const made = await service();
    const at = await ada(made);
    const first = (await made.send('GET', at)).headers.get('etag');
    const same = await made.patch(at, { op: 'replace', path: 'title', value: 'Analyst' });
    expect(same.headers.get('etag')).toBe(first);
    const other = await made.patch(at, { op: 'replace', path: 'title', value: 'Owner' });
    expect(other.headers.get('etag')).not.toBe(first);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('that has passed stops a %s with 412', async (method) => {
    const made = await service();
    const at = await ada(made);
    const body =
      method === 'PUT'
        ? { userName: 'other' }
        : { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'X' }] };
    const sent = (tag: string) =>
      made.send(method, at, method === 'DELETE' ? undefined : body, { 'if-match': tag });
    expect(await sent('W/"0"')).toMatchObject({ status: 412, body: { status: '412' } });
    expect((await made.send('GET', at)).body).toMatchObject({ title: 'Analyst' });
    const tag = (await made.send('GET', at)).headers.get('etag') ?? '';
    expect((await sent(`W/"0", ${tag}`)).status).toBeLessThan(300);
  });
});

describe('DELETE', () => {
  it('answers 204 once and 404 afterwards', async () => {
    const made = await service();
    const at = await ada(made);
    expect(await made.send('DELETE', at)).toMatchObject({ status: 204, body: undefined });
    expect(await made.send('DELETE', at)).toMatchObject({ status: 404 });
    expect(await made.send('GET', at)).toMatchObject({ status: 404 });
    expect((await made.list('/Users')).body.totalResults).toBe(0);
  });
});

it('knows a group that becomes a member by its id alone, or is called a person (RFC 7643 §4.2)', async () => {
  const made = await service();
  const [inner, other] = [await made.group('Inner'), await made.group('Other')];
  const { body } = await made.send('POST', '/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Outer',
    members: [{ value: inner }, { value: 'nobody' }],
  });
  const add = { op: 'add', path: 'members', value: [{ value: other, type: 'User' }] };
  expect((await made.patch(`/Groups/${body.id}`, add)).status).toBe(204);
  const { body: outer } = await made.send('GET', `/Groups/${body.id}`);
  const kinds = (members: readonly { value: string; type: string; $ref: string }[]) =>
    Object.fromEntries(
      members.map(({ value, type, $ref }) => [value, `${type} ${$ref.includes('/Groups/')}`]),
    );
  expect(kinds(body.members)).toEqual({ [inner]: 'Group true', nobody: 'User false' });
  expect(kinds(outer.members)).toEqual({
    [inner]: 'Group true',
    [other]: 'Group true',
    nobody: 'User false',
  });
});
