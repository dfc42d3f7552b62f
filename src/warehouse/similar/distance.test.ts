import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, jaroWinkler, trigramSimilarity, trigrams } from './distance.ts';

const name = fc.string({ unit: fc.constantFrom(...'abcd '), maxLength: 12 });

describe('Jaro and Winkler', () => {
  it('are as published for the names they are known by', () => {
    expect(jaroWinkler('martha', 'marhta')).toBeCloseTo(0.9611, 4);
    expect(jaroWinkler('dwayne', 'duane')).toBeCloseTo(0.84, 4);
    expect(jaroWinkler('dixon', 'dicksonx')).toBeCloseTo(0.8133, 4);
    expect(jaroWinkler('ada', 'xyz')).toBe(0);
  });

  it('are symmetric and between 0 and 1', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const similarity = jaroWinkler(a, b);
        expect(similarity).toBeCloseTo(jaroWinkler(b, a), 10);
        expect(similarity >= 0 && similarity <= 1).toBe(true);
      }),
    );
  });
});

describe('the edit distance', () => {
  it('counts letters put in, left out, changed, and neighbours exchanged', () => {
    expect(
      [
        ['schmidt', 'schmitt'],
        ['lovelace', 'lovelcae'],
        ['hopper', 'hoper'],
        ['kitten', 'sitting'],
        ['', 'ada'],
      ].map(([a = '', b = '']) => editDistance(a, b, 9)),
    ).toEqual([1, 1, 1, 3, 3]);
  });

  it('stops beyond what is asked for', () => {
    expect(editDistance('lovelace', 'hopper', 2)).toBe(3);
  });

  it('is symmetric, nothing for the same, and never more than the longer text', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const edits = editDistance(a, b, 20);
        expect(edits).toBe(editDistance(b, a, 20));
        expect(edits === 0).toBe(a === b);
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('the similarity of trigrams', () => {
  it('is high for a street with another number, and low for another street', () => {
    const similarity = (a: string, b: string): number =>
      trigramSimilarity(trigrams(a), trigrams(b));
    expect(similarity('hauptstrasse 12', 'hauptstrasse 17')).toBeGreaterThan(0.8);
    expect(similarity('hauptstrasse 12', 'lindenallee 3')).toBeLessThan(0.2);
  });
});
