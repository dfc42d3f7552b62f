import { describe, expect, it } from 'vitest';
import { mail, phone } from './address.ts';
import { compareDays, day } from './dates.ts';
import { blocksOf, type Compared, featuresOf } from './features.ts';
import { sound } from './sound.ts';

describe('a telephone number', () => {
  it('is E.164, however it is written', () => {
    expect(
      ['030 1234567', '+49 (0)30 1234567', '0049-30-1234567', '+49301234567'].map((text) =>
        phone(text, 'DE'),
      ),
    ).toEqual(Array(4).fill('+49301234567'));
  });

  it('is its digits where no country is known, and nothing where it names nobody', () => {
    expect(
      ['030 1234567', '0000000', '12', 'unknown'].map((text) => phone(text, undefined)),
    ).toEqual(['0301234567', undefined, undefined, undefined]);
  });
});

describe('an address', () => {
  const plain = { tags: false, dots: false };

  it('is compared without case, and without tags and dots only where that is said', () => {
    expect(mail('Ada.L+pay@Contoso.com', plain)?.text).toBe('ada.l+pay@contoso.com');
    expect(mail('Ada.L+pay@Contoso.com', { tags: true, dots: true })?.text).toBe(
      'adal@contoso.com',
    );
  });

  it('of whoever is there names no person', () => {
    expect(mail('info@contoso.com', plain)).toEqual({ text: 'info@contoso.com', local: undefined });
    expect(mail('nobody', plain)).toBeUndefined();
  });
});

describe('days', () => {
  it('are the same in every notation', () => {
    expect(
      ['1980-04-03', '19800403', '03.04.1980', '4/3/1980', '1980-04-03T00:00:00Z'].map(
        (text) => day(text)?.digits,
      ),
    ).toEqual(Array(5).fill('19800403'));
  });

  it.each([
    ['1980-04-03', '1980-03-04', 'exchanged'],
    ['1980-04-03', '1980-04-08', 'digit'],
    ['1980-04-03', '1908-04-03', 'digit'],
    ['1980-04-03', '1984-07-03', 'different'],
  ])('%s and %s are: %s', (a, b, level) => {
    const [left, right] = [day(a), day(b)];
    expect(left && right && compareDays(left, right)).toBe(level);
  });

  it('at the beginning of a calendar are nobody’s', () => {
    expect(['1900-01-01', '0001-01-01', 'soon', ''].map(day)).toEqual(Array(4).fill(undefined));
  });
});

describe('blocks', () => {
  const compared: readonly Compared[] = [
    { attribute: 'givenName', comparison: { as: 'given-name' } },
    { attribute: 'surname', comparison: { as: 'surname' } },
    { attribute: 'birthDate', comparison: { as: 'birth-date' } },
    { attribute: 'mail', comparison: { as: 'email', tags: false, dots: false } },
    { attribute: 'mobile', comparison: { as: 'phone', country: 'DE' } },
  ];
  const together = (a: Record<string, string>, b: Record<string, string>): boolean => {
    const meet = (kept: typeof a, sought: typeof a): boolean => {
      const known = new Set(blocksOf(featuresOf(kept, compared)).kept);
      return blocksOf(featuresOf(sought, compared)).sought.some((block) => known.has(block));
    };
    expect(meet(a, b)).toBe(meet(b, a));
    return meet(a, b);
  };
  const grace = { givenName: 'William', surname: 'Hopper', birthDate: '1980-04-03' };

  it.each([
    ['a short form', { givenName: 'Bill', surname: 'Hopper' }],
    ['another surname', { givenName: 'William', surname: 'Murray', birthDate: '1980-04-03' }],
    ['a slip in the surname', { givenName: 'Will', surname: 'Hupper', birthDate: '1980-04-03' }],
    ['names exchanged', { givenName: 'Hopper', surname: 'William' }],
    ['day and month exchanged', { ...grace, givenName: 'Bill', birthDate: '1980-03-04' }],
  ])('are shared by one person with %s', (_, other) => {
    expect(together(grace, other)).toBe(true);
  });

  it('are not shared by two of one name whose birthdays are nothing like each other', () => {
    expect(together(grace, { ...grace, birthDate: '1991-07-22' })).toBe(false);
  });

  it('are shared by whoever has one number or one mailbox', () => {
    expect(together({ mobile: '+49 151 2345678' }, { mobile: '0151/2345678' })).toBe(true);
    expect(together({ mail: 'ghopper@contoso.com' }, { mail: 'ghopper@fabrikam.com' })).toBe(true);
    expect(together({ mail: 'info@contoso.com' }, { mail: 'info@fabrikam.com' })).toBe(false);
  });

  it('are few, however long a name is', () => {
    const long = {
      givenName: 'Anna '.repeat(40),
      surname: 'Meier-'.repeat(40),
      birthDate: '1980-04-03',
    };
    expect(blocksOf(featuresOf(long, compared)).kept.length).toBeLessThan(20);
  });
});

describe('sounds', () => {
  it('are one for spellings of one name', () => {
    for (const names of [
      ['meier', 'mayr', 'maier', 'meyer'],
      ['schmidt', 'schmitt', 'shmid'],
      ['muller', 'mueller'],
      ['philipp', 'filip'],
      ['shcherbakov', 'schtscherbakow'],
    ]) {
      expect(new Set(names.map(sound)).size).toBe(1);
    }
  });
});
