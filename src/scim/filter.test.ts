import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Filter } from '../identity/filter.ts';
import type { Attributes } from '../identity/record.ts';
import { filterMatches, formatFilter, parseFilter } from './filter.ts';
import { filters } from './testing.ts';

const ada: Attributes = {
  userName: 'Ada@contoso.com',
  userType: 'Member',
  active: true,
  level: 7,
  emails: [
    { type: 'work', value: 'ada@contoso.com' },
    { type: 'home', value: 'ada@example.org' },
  ],
  meta: { lastModified: '2026-01-31T22:00:00Z' },
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    department: 'R&D',
    manager: { $ref: { system: 's', kind: 'user', id: '7' } },
  },
};

function filter(text: string): Filter {
  const result = parseFilter(text, { matches: true });
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.value;
}

describe('a filter that holds', () => {
  it.each([
    'userName eq "ada@CONTOSO.com"',
    'userName Eq "ada@contoso.com" And active eq true',
    'userName sw "ada" and userName ew ".com" and userName co "@"',
    'active eq "True"',
    'level gt 6 and level le 7 and level ge "7"',
    'emails[type eq "work" and value co "contoso"]',
    'emails[type eq "work"].value eq "ada@contoso.com"',
    'emails eq "ada@example.org"',
    'emails.type eq "home"',
    'meta.lastModified gt "2026-01-31T22:59:00+01:00"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName pr',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "R&D"',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "7"',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "7"',
    'title ne "x"',
    'title eq null',
    'not (title pr)',
    'not(userType eq "Guest")',
    'title pr or active eq true and level eq 7',
    '(title pr or active eq true) and level eq 7',
    'userType matches "^M.m"',
  ])('%s', (text) => {
    expect(filterMatches(filter(text), ada)).toBe(true);
  });
});

describe('a filter that does not hold', () => {
  it.each([
    'emails[type eq "home" and value co "contoso"]',
    'userName gt 5',
    'title pr',
    'title gt "a"',
    'userName eq null',
    'active eq false or level eq 8',
    'toString pr',
  ])('%s', (text) => {
    expect(filterMatches(filter(text), ada)).toBe(false);
  });

  it('heeds capitals where the schema says so', () => {
    const asked = filter('userName eq "ada@contoso.com"');
    expect(filterMatches(asked, ada, { caseExact: () => true })).toBe(false);
  });
});

describe('a text that is no filter', () => {
  it.each([
    ['', 1],
    ['userName', 9],
    ['userName eq', 12],
    ['userName eq ada', 13],
    ['userName is "ada"', 10],
    ['userName eq "ada" and', 22],
    ['(userName pr', 13],
    ['userName pr)', 12],
    ['userName eq "a\\x"', 13],
    ['emails[type eq "work"', 22],
    ['__proto__ pr', 1],
  ])('%s is refused at column %i', (text, column) => {
    expect(parseFilter(text)).toMatchObject({
      ok: false,
      problems: [{ code: 'filter-invalid', place: { line: 1, column } }],
    });
  });

  it('is one with "matches" that came from the network', () => {
    expect(parseFilter('userName matches ".*"')).toMatchObject({ ok: false });
  });

  it('is refused when it is long or deep, in no time', () => {
    expect(parseFilter(`userName eq "${'a'.repeat(100_000)}"`)).toMatchObject({ ok: false });
    expect(parseFilter(`${'('.repeat(1_000)}a pr${')'.repeat(1_000)}`)).toMatchObject({
      ok: false,
    });
    expect(parseFilter('not ('.repeat(1_000))).toMatchObject({ ok: false });
  });
});

it('parses what was printed to the same filter', () => {
  fc.assert(
    fc.property(filters, (value) => {
      expect(parseFilter(formatFilter(value))).toEqual({ ok: true, value });
    }),
  );
});
