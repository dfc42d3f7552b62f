import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributePath } from '../identity/path.ts';
import type { Attributes } from '../identity/record.ts';
import { formatPath, parsePath, readPath, removePath, writePath } from './path.ts';
import { paths } from './testing.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ada: Attributes = {
  userName: 'ada@contoso.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { type: 'work', value: 'ada@contoso.com', primary: true },
    { type: 'home', value: 'ada@example.org' },
  ],
  roles: [{ primary: true, value: 'BUSINESS_USER' }],
  [ENTERPRISE]: { department: 'R&D', manager: { $ref: { system: 's', kind: 'user', id: '7' } } },
};

function path(text: string): AttributePath {
  const result = parsePath(text);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.value;
}

describe('reading a path', () => {
  it.each([
    ['userName', 'ada@contoso.com'],
    ['USERNAME', 'ada@contoso.com'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'ada@contoso.com'],
    ['name.givenName', 'Ada'],
    ['emails[type eq "work"].value', 'ada@contoso.com'],
    ['emails.[type eq "home"].value', 'ada@example.org'],
    ['emails[type eq "other"].value', undefined],
    ['emails.type', ['work', 'home']],
    ['roles[primary eq "True"].value', 'BUSINESS_USER'],
    [`${ENTERPRISE}:department`, 'R&D'],
    [`${ENTERPRISE}.department`, 'R&D'],
    [`${ENTERPRISE}:manager.value`, { $ref: { system: 's', kind: 'user', id: '7' } }],
    ['constructor', undefined],
    ['name.toString', undefined],
  ])('%s', (text, value) => {
    expect(readPath(ada, path(text))).toEqual(value);
  });

  it('takes a URN that ends with a resource type for the whole extension', () => {
    expect(path(ENTERPRISE)).toEqual({ attribute: ENTERPRISE });
    expect(readPath(ada, path(ENTERPRISE))).toEqual(ada[ENTERPRISE]);
  });
});

describe('writing a path', () => {
  it.each<[string, string, Attributes, Attributes]>([
    ['name.givenName', 'Ada', {}, { name: { givenName: 'Ada' } }],
    [
      'emails[type eq "work"].value',
      'a@x.com',
      {},
      { emails: [{ type: 'work', value: 'a@x.com' }] },
    ],
    [
      'emails[type eq "work"].value',
      'new@contoso.com',
      { emails: [{ type: 'work', value: 'old@contoso.com', primary: true }, { type: 'home' }] },
      { emails: [{ type: 'work', value: 'new@contoso.com', primary: true }, { type: 'home' }] },
    ],
    [
      'roles[primary eq "True"].value',
      'AUDITOR',
      {},
      { roles: [{ primary: true, value: 'AUDITOR' }] },
    ],
    [`${ENTERPRISE}:department`, 'R&D', {}, { [ENTERPRISE]: { department: 'R&D' } }],
    ['USERNAME', 'ada', { userName: 'a' }, { userName: 'ada' }],
  ])('%s', (text, value, before, after) => {
    const untouched = structuredClone(before);
    expect(writePath(before, path(text), value)).toEqual(after);
    expect(before).toEqual(untouched);
  });
});

describe('removing a path', () => {
  it.each<[string, Attributes]>([
    ['name', { nickName: 'A', emails: [{ type: 'work', value: 'a' }] }],
    ['name.givenName', { nickName: 'A', emails: [{ type: 'work', value: 'a' }] }],
    ['emails[type eq "work"].value', { nickName: 'A', name: { givenName: 'Ada' } }],
  ])('%s takes along what becomes empty', (text, left) => {
    const before = {
      nickName: 'A',
      name: { givenName: 'Ada' },
      emails: [{ type: 'work', value: 'a' }],
    };
    expect(removePath(before, path(text))).toEqual(left);
  });
});

describe('a path that is none', () => {
  it.each([
    ['', 1],
    ['name.', 6],
    ['emails[type eq "work"', 22],
    ['emails[type]', 12],
    ['__proto__.polluted', 1],
    ['name.__proto__', 1],
    ['user name', 6],
    ['urn:', 4],
  ])('%s is refused at column %i', (text, column) => {
    expect(parsePath(text)).toMatchObject({ ok: false, problems: [{ place: { column } }] });
  });

  it('is refused when it nests without end, in no time', () => {
    expect(parsePath(`a${'[a'.repeat(1_000)}`)).toMatchObject({ ok: false });
    expect(parsePath('a['.repeat(100_000))).toMatchObject({ ok: false });
  });
});

it('parses what was printed to the same path', () => {
  fc.assert(
    fc.property(paths, (value) => {
      expect(parsePath(formatPath(value))).toEqual({ ok: true, value });
    }),
  );
});

it('reads what was written, and nothing once it is removed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(WRITABLE)),
      fc.string({ minLength: 1 }),
      (text, value) => {
        const target = path(text);
        const written = writePath(ada, target, value);
        expect(readPath(written, target)).toBe(value);
        expect(readPath(removePath(written, target), target)).toBeUndefined();
      },
    ),
  );
});

const WRITABLE = {
  userName: true,
  'name.givenName': true,
  'emails[type eq "work"].value': true,
  'addresses[type eq "work" and primary eq true].locality': true,
  [`${ENTERPRISE}:department`]: true,
};
