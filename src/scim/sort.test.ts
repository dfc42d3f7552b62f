import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePath } from './path.ts';
import { compareKeys, compareTexts, type SortKey, sortKey } from './sort.ts';

const ADA = {
  userName: 'Ada',
  active: true,
  title: '',
  name: { familyName: 'Lovelace' },
  emails: [{ value: 'a@contoso.com' }, { value: 'B@contoso.com', type: 'home', primary: true }],
  phoneNumbers: [{ value: '2' }, { value: '1' }],
  'urn:contoso:Badge': { number: 7, holder: { $ref: { system: 's', kind: 'user', id: 'Id' } } },
};

it.each<[string, boolean, SortKey | undefined]>([
  ['userName', false, 'ada'],
  ['USERNAME', true, 'Ada'],
  ['active', false, 1],
  ['name.familyName', false, 'lovelace'],
  ['name', false, undefined],
  ['emails', true, 'B@contoso.com'],
  ['emails.type', false, 'home'],
  ['phoneNumbers.value', false, '2'],
  ['phoneNumbers.type', false, undefined],
  ['urn:contoso:Badge:number', false, 7],
  ['urn:contoso:Badge:holder', false, 'Id'],
  ['urn:contoso:Badge:holder.value', false, 'Id'],
  ['title', false, undefined],
  ['nickName', false, undefined],
])('by %s', (text, caseExact, key) => {
  const path = parsePath(text);
  expect(path.ok && sortKey(ADA, path.value, caseExact)).toBe(key);
});

it('puts what has no value last', () => {
  const keys = [undefined, 'b', 2, 'a', undefined, 1];
  const tagged = keys.map((key) => ({ key }));
  expect(
    tagged.sort((one, other) => compareKeys(one.key, other.key)).map(({ key }) => key),
  ).toEqual([1, 2, 'a', 'b', undefined, undefined]);
});

it('compares texts as the bytes of UTF-8 compare', () => {
  const unit = fc.constantFrom('a', 'B', 'é', '\uE000', '\uFFFD', '\u{1F600}');
  const text = fc.string({ unit, maxLength: 6 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const bytes = Buffer.compare(Buffer.from(one), Buffer.from(other));
      expect(Math.sign(compareTexts(one, other))).toBe(bytes);
    }),
  );
});
