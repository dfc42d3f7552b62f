import { expect, it } from 'vitest';
import { bulkIdsNamed, split, withIds } from './bulk-references.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ADA = {
  userName: 'ada',
  emails: [{ value: 'ada@contoso.com' }],
  [ENTERPRISE]: { department: 'R&D', manager: { value: 'bulkId:grace' } },
};

it('finds references in data and in a path', () => {
  expect([...bulkIdsNamed({ path: '/Users/bulkId:x', data: ADA })]).toEqual(['x', 'grace']);
});

it('puts ids in their place, encoded where that is a path', () => {
  const ids = new Map([
    ['x', 'a/b'],
    ['grace', '7'],
  ]);
  expect(withIds({ path: '/Users/bulkId:x', data: ADA }, ids)).toEqual({
    path: '/Users/a%2Fb',
    data: { ...ADA, [ENTERPRISE]: { department: 'R&D', manager: { value: '7' } } },
  });
});

it('leaves a reference alone that it does not know', () => {
  const sent = { path: '/Users/bulkId:x', data: ADA };
  expect(withIds(sent, new Map())).toEqual(sent);
});

it('takes out an attribute of an extension, or the elements of a list, and nothing besides', () => {
  expect(split(ADA, new Set(['grace']))).toEqual({
    now: { userName: 'ada', emails: ADA.emails, [ENTERPRISE]: { department: 'R&D' } },
    later: { [ENTERPRISE]: { manager: { value: 'bulkId:grace' } } },
  });
  const members = [{ value: 'bulkId:a' }, { value: '7' }, { value: 'bulkId:b' }];
  expect(split({ members }, new Set(['b']))).toEqual({
    now: { members: [{ value: 'bulkId:a' }, { value: '7' }] },
    later: { members: [{ value: 'bulkId:b' }] },
  });
});

it('gives no prototype away and does not follow what is deeper than any attribute', () => {
  const data: unknown = JSON.parse('{ "__proto__": { "value": "bulkId:a" } }');
  const { data: known } = withIds({ path: '', data }, new Map([['a', '1']]));
  expect(Object.getOwnPropertyNames(known)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(known)).toBe(Object.prototype);
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}"bulkId:a"${']'.repeat(100_000)}`);
  expect(bulkIdsNamed({ path: '', data: deep }).size).toBe(0);
});
