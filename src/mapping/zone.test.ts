import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isZone, momentShown, zoneOf } from './zone.ts';

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const begins = (text: string, zone: string) => new Date(momentShown(day(text), zone)).toISOString();

it.each([
  ['2027-01-31', 'Europe/Zurich', '2027-01-30T23:00:00.000Z'],
  ['2027-07-31', 'Europe/Zurich', '2027-07-30T22:00:00.000Z'],
  ['2027-07-31', 'Asia/Kolkata', '2027-07-30T18:30:00.000Z'],
  ['2028-02-29', 'America/Chicago', '2028-02-29T06:00:00.000Z'],
  ['2027-01-31', 'Pacific/Kiritimati', '2027-01-30T10:00:00.000Z'],
  ['2027-01-31', 'UTC', '2027-01-31T00:00:00.000Z'],
])('%s begins in %s at %s', (text, zone, expected) => {
  expect(begins(text, zone)).toBe(expected);
});

it('begins the days around a change of clocks at their own midnights', () => {
  expect(begins('2027-03-28', 'Europe/Zurich')).toBe('2027-03-27T23:00:00.000Z');
  expect(begins('2027-03-29', 'Europe/Zurich')).toBe('2027-03-28T22:00:00.000Z');
  expect(begins('2027-10-31', 'Europe/Zurich')).toBe('2027-10-30T22:00:00.000Z');
  expect(begins('2027-11-01', 'Europe/Zurich')).toBe('2027-10-31T23:00:00.000Z');
});

it('begins a day whose midnight is skipped when clocks go forward', () => {
  // Clocks went from 0:00 to 1:00.
  expect(begins('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
});

it('begins a day whose midnight comes twice at the first of them', () => {
  // Clocks went from 1:00 to 0:00.
  expect(begins('2026-11-01', 'America/Havana')).toBe('2026-11-01T04:00:00.000Z');
});

it('begins a day before which clocks go back to the evening after that evening', () => {
  // Clocks went from 0:00 to 23:00 of the day before.
  expect(begins('2018-02-18', 'America/Sao_Paulo')).toBe('2018-02-18T03:00:00.000Z');
});

it('begins days in the order of the calendar, 22 to 26 hours apart', () => {
  const zones = ['Europe/Zurich', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'America/St_Johns'];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 10_000, max: 30_000 }), (zone, n) => {
      const hours =
        (momentShown((n + 1) * 86_400_000, zone) - momentShown(n * 86_400_000, zone)) / 3_600_000;
      expect(hours).toBeGreaterThanOrEqual(22);
      expect(hours).toBeLessThanOrEqual(26);
    }),
  );
});

it('takes the zone of a place, then that of the name, then the one for everybody', () => {
  const rules = { zone: 'Europe/Zurich', by: 'office', zones: { Austin: 'America/Chicago' } };
  expect(zoneOf(rules, { office: 'Austin' })).toBe('America/Chicago');
  expect(zoneOf(rules, { office: 'Asia/Singapore' })).toBe('Asia/Singapore');
  expect(zoneOf(rules, { office: 'toString' })).toBe('Europe/Zurich');
  expect(zoneOf(rules, {})).toBe('Europe/Zurich');
});

it('knows zones by their names, and no bare offsets', () => {
  expect(['Europe/Zurich', 'UTC', 'Zurich', '+01:00', ''].map(isZone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
