import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../identity/record.ts';
import { alike } from './evidence.ts';
import { type Compared, featuresOf } from './features.ts';

const compared: readonly Compared[] = [
  { attribute: 'givenName', comparison: { as: 'given-name' } },
  { attribute: 'surname', comparison: { as: 'surname' } },
  { attribute: 'birthDate', comparison: { as: 'birth-date' } },
  { attribute: 'mail', comparison: { as: 'email', tags: false, dots: false } },
  { attribute: 'mobile', comparison: { as: 'phone', country: 'DE' } },
  { attribute: 'streetAddress', comparison: { as: 'text' } },
];

const grace = {
  givenName: 'Grace',
  surname: 'Hopper',
  birthDate: '1980-12-09',
  mail: 'hoppers@contoso.com',
  mobile: '0151 2345678',
  streetAddress: 'Main Street 4',
};

function compare(other: Attributes, one: Attributes = grace) {
  return alike(featuresOf(one, compared), featuresOf(other, compared), compared);
}

describe('two records', () => {
  it('that say the same are one person', () => {
    expect(compare(grace).confidence).toBeGreaterThan(0.9999);
  });

  it('of twins who share all but the given name are left to a person', () => {
    const { confidence, otherwise } = compare({ ...grace, givenName: 'Ada' });
    expect(confidence).toBeLessThan(0.9);
    expect(otherwise).toBe('twin');
  });

  it('of mother and daughter of one name are left to a person', () => {
    const { confidence, otherwise } = compare({ ...grace, birthDate: '2004-05-17' });
    expect(confidence).toBeLessThan(0.9);
    expect(otherwise).toBe('namesake');
  });

  it('of which only the name is the same leave it open', () => {
    const { givenName, surname } = grace;
    expect(compare({ givenName, surname }).confidence).toBeLessThan(0.5);
  });

  it('of somebody who married and kept her number are one person', () => {
    const { givenName, birthDate, mobile } = grace;
    expect(compare({ givenName, birthDate, mobile, surname: 'Murray' }).confidence).toBeGreaterThan(
      0.97,
    );
  });

  it('are alike in both directions', () => {
    const other = { ...grace, givenName: 'G.', birthDate: '1980-09-12' };
    expect(compare(other).confidence).toBeCloseTo(compare(grace, other).confidence, 12);
  });

  it('are told apart attribute by attribute', () => {
    const { evidence } = compare({ ...grace, birthDate: '1980-09-12', mobile: '0160 7654321' });
    expect(evidence.map(({ attribute, level }) => `${attribute} ${level}`)).toEqual([
      'givenName same',
      'surname same',
      'birthDate exchanged',
      'mail same',
      'mobile different',
      'streetAddress same',
    ]);
    expect(evidence.find(({ attribute }) => attribute === 'mobile')?.bits).toBeLessThan(0);
  });
});
