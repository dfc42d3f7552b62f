import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact, folded } from './fold.ts';

describe('a folded text', () => {
  it('has no accents, and letters without a plain form are spelled out', () => {
    expect(
      ['Müller', 'STRASSE', 'Straße', 'Søren Kierkegård', 'Æsir', 'Łukasz', 'Đorđe', 'Þór'].map(
        folded,
      ),
    ).toEqual([
      'muller',
      'strasse',
      'strasse',
      'soren kierkegard',
      'aesir',
      'lukasz',
      'dorde',
      'thor',
    ]);
  });

  it('is Latin for Cyrillic, Greek and Georgian', () => {
    expect(
      ['Юлия Щербакова', 'Андрій', 'Γεώργιος Παπαδόπουλος', 'Χατζής', 'ნინო'].map(folded),
    ).toEqual(['yuliya shcherbakova', 'andriy', 'georgios papadopoulos', 'chatzis', 'nino']);
  });

  it('keeps letters of other scripts, to be compared among themselves', () => {
    expect(folded('王 小明')).toBe('王 小明');
  });

  it('has one space between words, and none for an apostrophe', () => {
    expect(['  O’Brien-Smith,  Jr. ', "D'Angelo"].map(folded)).toEqual([
      'obrien smith jr',
      'dangelo',
    ]);
    expect(compact('AB 12-34/X')).toBe('ab1234x');
  });

  it('folds to itself, whatever it was, and is bounded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
        const once = folded(text);
        expect(folded(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(96);
      }),
      { numRuns: 50 },
    );
  });
});
