import { describe, expect, it } from 'vitest';
import { contractFile } from '../contract.ts';
import { GraphFailure } from '../failure.ts';
import { fulfils } from './evaluate.ts';
import { parseFilter } from './filter.ts';
import { refuseUnsupportedFilter, refuseUnsupportedOrder } from './rule.ts';

const table = JSON.parse(contractFile('graph-filter-support.json'));

/** One row and operator of the published table as a filter somebody could write. */
function written(path: string, operator: string): string {
  const any = /^(.*)\/any\((\w+):(.*)\)$/.exec(path);
  if (any !== null) return `${any[1]}/any(${any[2]}:${written(any[3] ?? '', operator)})`;
  const named = path.replace('1-15', '7');
  switch (operator) {
    case 'startsWith':
      return `startsWith(${named},'a')`;
    case 'eq null':
      return `${named} eq null`;
    case 'ge/le':
      return `${named} ge 2026-01-01T00:00:00Z`;
    default:
      return `${named} eq 'a'`;
  }
}

function works(type: string, filter: string, advanced: boolean): boolean {
  try {
    refuseUnsupportedFilter(type, parseFilter(filter), { advanced, unknown: 'bad-request' });
    return true;
  } catch (error) {
    if (error instanceof GraphFailure) return false;
    throw error;
  }
}

const TYPES = ['user', 'group', 'application', 'servicePrincipal'];
const ALLOWED: Readonly<Record<string, readonly [boolean, boolean]>> = {
  D: [true, true],
  A: [false, true],
  O: [true, false],
  N: [false, false],
};

describe('the advanced-query rule', () => {
  for (const type of TYPES)
    it(`permits and refuses every row of the published table for ${type}`, () => {
      const wrong: string[] = [];
      for (const [path, codes] of Object.entries<Record<string, string>>(table.filter[type]))
        for (const [operator, code] of Object.entries(codes)) {
          const filter = written(path, operator);
          const is = [works(type, filter, false), works(type, filter, true)];
          if (String(is) !== String(ALLOWED[code])) wrong.push(`${filter}: ${code}, but ${is}`);
        }
      expect(wrong).toEqual([]);
    });

  it('holds for orders, for sizes of collections, and for directory extensions', () => {
    expect(works('user', 'proxyAddresses/$count eq 0', true)).toBe(true);
    expect(works('user', 'proxyAddresses/$count eq 0', false)).toBe(false);
    expect(works('user', 'proxyAddresses/$count eq 1', true)).toBe(false);
    expect(works('user', "extension_1_skill eq 'a'", false)).toBe(true);
    expect(works('user', "startsWith(extension_1_skill,'a')", false)).toBe(false);
    const mode = { advanced: false, unknown: 'bad-request' } as const;
    expect(() => refuseUnsupportedOrder('user', 'displayName', false, mode)).not.toThrow();
    expect(() => refuseUnsupportedOrder('user', 'createdDateTime', false, mode)).toThrow();
    expect(() => refuseUnsupportedOrder('user', 'city', false, mode)).toThrow('not supported');
  });
});

describe('a filter', () => {
  const ada: Readonly<Record<string, unknown>> = {
    displayName: 'Ada',
    accountEnabled: true,
    createdDateTime: '2026-03-01T12:00:00Z',
    proxyAddresses: ['SMTP:ada@contoso.com', 'smtp:countess@contoso.com'],
    employeeOrgData: { costCenter: 'CC-1' },
  };

  it.each([
    ["displayName eq 'ada'", true],
    ["displayName EQ 'Ada' AND accountEnabled eq true", true],
    ["displayName eq 'x' or accountEnabled eq true and displayName eq 'ada'", true],
    ["(displayName eq 'x' or accountEnabled eq true) and displayName eq 'x'", false],
    ["not (displayName eq 'ada')", false],
    ["not startsWith(displayName,'b')", true],
    ['createdDateTime ge 2026-03-01T13:00:00+01:00', true],
    ['createdDateTime gt 2026-03-01T12:00:00Z', false],
    ['createdDateTime lt 2026-03-01T12:00:01Z', true],
    ["employeeOrgData/costCenter eq 'CC-1'", true],
    ["proxyAddresses/any(p:startsWith(p,'smtp:countess'))", true],
    ["proxyAddresses/any(p:p eq 'smtp:nobody')", false],
    ['proxyAddresses/$count eq 0', false],
    ['city eq null', true],
    ["city ne 'London'", true],
    ["displayName in ('Grace', 'Ada')", true],
  ])('%s is %s of Ada', (filter, expected) => {
    expect(fulfils(parseFilter(filter), (name) => ada[name])).toBe(expected);
  });

  it.each([
    '',
    'displayName',
    'displayName eq',
    "displayName eq 'a' and",
    "(displayName eq 'a'",
    'a eq b',
    "displayName like 'a'",
    '§',
  ])('cannot be %j', (filter) => {
    expect(() => parseFilter(filter)).toThrow(GraphFailure);
  });

  it('names at most fifteen values in a list', () => {
    const values = Array.from({ length: 16 }, (_, index) => `'${index}'`);
    expect(() => parseFilter(`city in (${values.slice(1)})`)).not.toThrow();
    expect(() => parseFilter(`city in (${values})`)).toThrow('Too many');
  });
});
