import { describe, expect, it } from 'vitest';
import {
  compareGivenNames,
  compareSurnames,
  fullName,
  givenName,
  type Name,
  surname,
} from './names.ts';

const given = (text: string): Name => givenName(text) ?? [];
const family = (text: string): Name => surname(text) ?? [];

describe('given names', () => {
  it.each([
    ['Jürgen', 'JURGEN', 'same'],
    ['Anna Maria', 'Annamaria', 'same'],
    ['Юлия', 'Julija', 'spelling'],
    ['Juergen', 'Jürgen', 'spelling'],
    ['William', 'Bill', 'other-form'],
    ['Александр', 'Sascha', 'other-form'],
    ['Małgorzata', 'Gosia', 'other-form'],
    ['Katharina', 'Ekaterina', 'other-form'],
    ['Anna Maria', 'Anna', 'part'],
    ['J.', 'Johannes', 'initial'],
    ['Wolgfang', 'Wolfgang', 'near'],
    ['Peter', 'Petra', 'different'],
    ['Martin', 'Martina', 'different'],
    ['Anna', 'Berta', 'different'],
  ])('%s and %s are: %s', (a, b, level) => {
    expect([compareGivenNames(given(a), given(b)), compareGivenNames(given(b), given(a))]).toEqual([
      level,
      level,
    ]);
  });
});

describe('surnames', () => {
  it.each([
    ['Müller', 'Muller', 'same'],
    ['von der Leyen', 'Leyen', 'same'],
    ['Mueller', 'Müller', 'spelling'],
    ['Щербаков', 'Schtscherbakow', 'spelling'],
    ['Meier-Schulz', 'Schulz-Meier', 'spelling'],
    ['Meier-Schulz', 'Schulz', 'part'],
    ['Hartworth', 'Hrtworth', 'near'],
    ['Hopper', 'Lovelace', 'different'],
  ])('%s and %s are: %s', (a, b, level) => {
    expect(compareSurnames(family(a), family(b))).toBe(level);
  });
});

describe('a full name', () => {
  const parts = (text: string) => {
    const { given: first, surname: last } = fullName(text);
    return [first, last].map((name) => name?.map((part) => part.text).join(' '));
  };

  it('has its surname last, before a comma, or from the particle on', () => {
    expect(
      ['Grace Hopper', 'Hopper, Grace Brewster', 'Dr. Ludwig van Beethoven', 'Madonna'].map(parts),
    ).toEqual([
      ['grace', 'hopper'],
      ['grace brewster', 'hopper'],
      ['ludwig', 'beethoven'],
      [undefined, 'madonna'],
    ]);
  });
});
