import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressOf, decoded } from './address.ts';

it('is the path as it was sent, and what was asked', () => {
  const { path, query } = addressOf(
    'http://contoso.com/scim/v2/inbox/Users/a%20b?filter=title+eq+%22R%26D%22&count=2&count=3&x&y=#z',
  );
  expect(path).toBe('/scim/v2/inbox/Users/a%20b');
  expect({ ...query }).toEqual({ filter: 'title eq "R&D"', count: '2', x: '', y: '' });
});

it('is as URLSearchParams reads it', () => {
  const pairs = fc.array(
    fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(pairs, (asked) => {
      const text = new URLSearchParams(asked).toString();
      const { query } = addressOf(`https://contoso.com/Users?${text}`);
      const first = new Map(asked.toReversed());
      expect({ ...query }).toEqual(Object.fromEntries(first));
    }),
  );
});

it.each([
  ['http://contoso.com', '/', {}],
  ['http://contoso.com/#a?b=c', '/', {}],
  ['http://contoso.com/Users?__proto__=a', '/Users', { ['__proto__']: 'a' }],
])('takes %s apart', (url, path, query) => {
  const address = addressOf(url);
  expect([address.path, { ...address.query }]).toEqual([path, query]);
});

it('leaves what is no encoding as it is', () => {
  expect(['%zz', 'a%41b%ff', '100%'].map(decoded)).toEqual(['%zz', 'aAb%ff', '100%']);
});
