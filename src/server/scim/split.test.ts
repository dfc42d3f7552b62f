import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Filter } from '../../identity/filter.ts';
import { filterMatches, formatFilter, parseFilter } from '../../scim/filter.ts';
import { split } from './split.ts';

function filter(text: string): Filter {
  const parsed = parseFilter(text);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.problems[0]?.message);
}

/** Looks up by `a` and `b`, one at a time or both. */
function answers(one: Filter): boolean {
  if (one.type === 'and' || one.type === 'or') return one.operands.every(answers);
  return one.type === 'compare' && one.operator === 'eq' && /^[ab]$/.test(one.path.attribute);
}

function told(text: string): readonly (string | undefined)[] {
  const { pushed, rest } = split(filter(text), answers);
  return [pushed && formatFilter(pushed), rest && formatFilter(rest)];
}

it('asks the system for what it answers, and looks at the rest', () => {
  expect(told('a eq 1')).toEqual(['a eq 1', undefined]);
  expect(told('a eq 1 and c eq 2')).toEqual(['a eq 1', 'c eq 2']);
  expect(told('c eq 1 and (a eq 2 and (d pr and b eq 3))')).toEqual([
    'a eq 2 and b eq 3',
    'c eq 1 and d pr',
  ]);
});

it('asks for no half of an alternative or a negation', () => {
  expect(told('a eq 1 or c eq 2')).toEqual([undefined, 'a eq 1 or c eq 2']);
  expect(told('not (a eq 1 and c eq 2)')).toEqual([undefined, 'not (a eq 1 and c eq 2)']);
  expect(told('b eq 3 and (a eq 1 or c eq 2)')).toEqual(['b eq 3', 'a eq 1 or c eq 2']);
});

it('asks for two things at once only where the system does', () => {
  const one = (asked: Filter) => asked.type === 'compare' && answers(asked);
  const { pushed, rest } = split(filter('a eq 1 and b eq 2'), one);
  expect([pushed, rest].map((each) => each && formatFilter(each))).toEqual(['a eq 1', 'b eq 2']);
});

it('says the same as the filter, whatever it is', () => {
  const leaf = fc
    .record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.integer({ min: 0, max: 2 }) })
    .map(
      ({ name, value }): Filter => ({
        type: 'compare',
        operator: 'eq',
        path: { attribute: name },
        value,
      }),
    );
  const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc
        .record({
          type: fc.constantFrom('and' as const, 'or' as const),
          operands: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
        })
        .map((one): Filter => one),
      tie('tree').map((operand): Filter => ({ type: 'not', operand })),
    ),
  }));
  const value = fc.integer({ min: 0, max: 2 });
  fc.assert(
    fc.property(tree, fc.record({ a: value, b: value, c: value }), (whole, object) => {
      const { pushed, rest } = split(whole, answers);
      const parts = [pushed, rest].filter((part) => part !== undefined);
      expect(parts.every((part) => filterMatches(part, object))).toBe(filterMatches(whole, object));
    }),
  );
});
