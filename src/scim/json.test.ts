import fc from 'fast-check';
import { expect, it } from 'vitest';
import { doubledName } from './json.ts';

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"x":[{"a":"a","b":{"c":1,"c":1}}]}', 'c'],
  ['[{"a":1},{"b":{},"a":[],"b":1}]', 'b'],
  ['{"\\\\":1,"\\\\":2}', '\\'],
])('finds the name that stands twice in %s', (text, name) => {
  expect(doubledName(text)).toBe(name);
});

it.each(['{"a":{"a":1},"b":["a","a"]}', '"a"', '[]', '{"a":"\\"","b":"\\\\","c":",\\"c\\":"}'])(
  'finds none in %s',
  (text) => {
    expect(doubledName(text)).toBeUndefined();
  },
);

it('finds none in what was written from a value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => doubledName(JSON.stringify(value)) === undefined),
  );
});
