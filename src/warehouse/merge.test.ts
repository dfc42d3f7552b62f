import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedNames, merge } from './merge.ts';
import type { Contribution } from './merge-rules.ts';

function contribution(
  system: string,
  attributes: Contribution['attributes'],
  more: { readonly present?: boolean; readonly department?: number; readonly rank?: number } = {},
): Contribution {
  const { present = true, department, rank = 100 } = more;
  return {
    rules: {
      system,
      kind: 'user',
      authority: true,
      precedence: department === undefined ? {} : { department },
      defaultPrecedence: rank,
    },
    id: `${system}-1`,
    attributes,
    present,
  };
}

describe('merging', () => {
  it('takes each value from whoever has the smallest precedence for it', () => {
    const entra = contribution('entra', { mail: 'ada@contoso.com', department: 'IT' });
    const hr = contribution(
      'hr',
      { department: 'Finance', city: 'Bonn' },
      { rank: 200, department: 1 },
    );
    expect(merge([entra, hr])).toEqual({
      attributes: { mail: 'ada@contoso.com', department: 'Finance', city: 'Bonn' },
      origins: { mail: 'entra', department: 'hr', city: 'hr' },
      present: true,
    });
  });

  it('falls back to the next when the first has no value', () => {
    const hr = contribution('hr', {}, { department: 1 });
    const entra = contribution('entra', { department: 'IT' });
    expect(merge([hr, entra]).origins).toEqual({ department: 'entra' });
  });

  it('ignores records that are gone, until nobody else vouches any more', () => {
    const gone = contribution('hr', { department: 'Finance' }, { present: false, department: 1 });
    const entra = contribution('entra', { department: 'IT' });
    expect(merge([gone, entra]).attributes).toEqual({ department: 'IT' });
    const both = merge([gone, { ...entra, present: false }]);
    expect(both).toEqual({
      attributes: { department: 'Finance' },
      origins: { department: 'hr' },
      present: false,
    });
  });

  it('does not depend on the order of reading', () => {
    const name = fc.constantFrom('mail', 'department', 'city', 'title');
    const anyContribution = fc
      .record({
        system: fc.constantFrom('hr', 'entra', 'ad', 'csv'),
        id: fc.constantFrom('1', '2'),
        attributes: fc.dictionary(name, fc.constantFrom('a', 'b', 'c')),
        precedence: fc.dictionary(name, fc.integer({ min: 1, max: 3 })),
        defaultPrecedence: fc.constantFrom(100, 200),
        authority: fc.boolean(),
        present: fc.boolean(),
      })
      .map(
        ({
          system,
          id,
          attributes,
          precedence,
          defaultPrecedence,
          authority,
          present,
        }): Contribution => ({
          rules: { system, kind: 'user', authority, precedence, defaultPrecedence },
          id,
          attributes,
          present,
        }),
      );
    const several = fc.uniqueArray(anyContribution, {
      selector: ({ rules, id }) => `${rules.system}/${id}`,
      maxLength: 6,
    });
    const shuffled = several.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([inOrder, inAnother]) => {
        expect(merge(inAnother)).toEqual(merge(inOrder));
        expect(Object.keys(merge(inAnother).attributes)).toEqual(
          Object.keys(merge(inOrder).attributes),
        );
      }),
    );
  });
});

describe('changed names', () => {
  it('are those that came, went or differ, whatever the order of parts', () => {
    const before = { a: 1, b: { x: 1, y: [1, 2] }, c: 'gone' };
    const after = { b: { y: [1, 2], x: 1 }, a: 2, d: 'new' };
    expect(changedNames(before, after).toSorted()).toEqual(['a', 'c', 'd']);
    expect(changedNames({ list: ['x'] }, { list: { 0: 'x' } })).toEqual(['list']);
  });
});
