import { describe, expect, it } from 'vitest';
import { compileRegex, hasWordBoundary, matches, RegexError } from './regex.ts';

function all(pattern: string, text: string): readonly string[] {
  return [...matches(compileRegex(pattern), text, () => {})].map(({ start, end }) =>
    text.slice(start, end),
  );
}

function refusal(pattern: string): string {
  try {
    compileRegex(pattern);
    return 'none';
  } catch (error) {
    if (error instanceof RegexError) return error.message;
    throw error;
  }
}

describe('a .NET pattern', () => {
  it('has classes over all of Unicode', () => {
    expect(all('\\w+', 'José Müller_1')).toEqual(['José', 'Müller_1']);
    expect(all('[\\w-]+', 'Ångström-x y')).toEqual(['Ångström-x', 'y']);
    expect(all('[^\\w]', 'é!')).toEqual(['!']);
    expect(all('[\\W]', 'é!')).toEqual(['!']);
    expect(all('\\s', 'a\u00a0b')).toEqual(['\u00a0']);
    expect(all('[\\S]+', 'a\u00a0é\u3000b')).toEqual(['a', 'é', 'b']);
    expect(all('\\d', '1٣')).toEqual(['1', '٣']);
  });

  it('has its own spellings of names, comments and characters', () => {
    expect(compileRegex("(?'area'\\d+)").named).toEqual(new Map([['area', 1]]));
    expect(all('(?#a comment)a\\u0062', 'ab')).toEqual(['ab']);
    expect(all('[[a]', '[a')).toEqual(['[', 'a']);
    expect(all('[]a]', ']a')).toEqual([']', 'a']);
    expect(all('(?<=\\+)\\d+', '+49 30')).toEqual(['49']);
  });

  it('numbers unnamed groups before named ones', () => {
    const { numbered, named } = compileRegex('(?<first>a)(b)(?<last>c)(d)');
    expect({ numbered, named: Object.fromEntries(named) }).toEqual({
      numbered: [2, 4, 1, 3],
      named: { first: 1, last: 3 },
    });
  });

  it('matches the empty text between characters, also after a match', () => {
    expect(all('a*', 'bab')).toEqual(['', 'a', '', '']);
  });

  it('is refused by the name of what it would need', () => {
    expect(refusal('a(?=b)')).toContain('lookahead');
    expect(refusal('a(?!b)')).toContain('negative lookahead');
    expect(refusal('(a)\\1')).toContain('back references');
    expect(refusal('(?<x>a)\\k<x>')).toContain('back references');
    expect(refusal('(?>a)')).toContain('atomic group');
    expect(refusal('[a-z-[aeiou]]')).toContain('class subtraction');
    expect(refusal('(?<open-close>a)')).toContain('balancing group');
    expect(refusal('(?x)a b')).toContain('options n and x');
    expect(refusal('(a')).toBe('missing closing ): `(a`');
    expect(refusal('[a')).toBe('a character class has no closing bracket');
    expect(refusal('a\\')).toBe('the pattern ends in a backslash');
  });

  it('costs what its text is long, not more, where others backtrack', () => {
    const started = performance.now();
    expect(all('^(a+)+$', `${'a'.repeat(2_000)}!`)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

it('knows where a word boundary is meant', () => {
  expect(hasWordBoundary('\\bword')).toBe(true);
  expect(hasWordBoundary('[\\b]')).toBe(false);
  expect(hasWordBoundary('\\\\b')).toBe(false);
});
