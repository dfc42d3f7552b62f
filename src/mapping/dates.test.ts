import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateFormat, readDate, writeDate } from './date-format.ts';
import {
  addTo,
  difference,
  formatInstant,
  fromFileTime,
  parseInstant,
  toFileTime,
} from './dates.ts';

const now = new Date('2025-07-30T10:00:00Z');

function reformatted(text: string, input: string, output: string): string | undefined {
  const read = readDate(dateFormat(input, 0), text, now);
  return read && writeDate(dateFormat(output, 0), read);
}

describe('a .NET date format', () => {
  it.each([
    ['9 Jul 2025', 'd MMM yyyy', 'yyyy-MM-dd', '2025-07-09'],
    ['Wednesday, 9 July 2025', 'dddd, d MMMM yyyy', 'ddd', 'Wed'],
    ['090725', 'ddMMyy', 'yyyy', '2025'],
    ['12:05 AM', 'hh:mm tt', 'yyyy-MM-dd HH:mm', '2025-07-30 00:05'],
    [
      '2025-07-09T01:30:00.1234567+05:30',
      "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz",
      'dd HH:mm.fffffff',
      '08 20:00.1234567',
    ],
    ['2025-07-09Z', 'yyyy-MM-ddK', "yyyy-MM-dd'Z'", '2025-07-09Z'],
    ['  2025-07-09 ', 'yyyy-MM-dd', 'M/d/yy', '7/9/25'],
    ['07h', 'HH\\h', 'h t', '7 A'],
  ])('reads %s as %s and writes it as %s', (text, input, output, expected) => {
    expect(reformatted(text, input, output)).toBe(expected);
  });

  it.each([
    ['2025-7-9', 'yyyy-MM-dd'],
    ['2025-02-30', 'yyyy-MM-dd'],
    ['Monday 9 July 2025', 'dddd d MMMM yyyy'],
    ['13:00 PM', 'hh:mm tt'],
    ['2025-07-09 and more', 'yyyy-MM-dd'],
    ['25:00', 'HH:mm'],
  ])('does not read %s as %s', (text, input) => {
    expect(reformatted(text, input, 'yyyy')).toBe(undefined);
  });
});

const anyDate = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
});

it('reads its own text form, to the second', () => {
  fc.assert(
    fc.property(anyDate, (date) => {
      const seconds = Math.floor(date.getTime() / 1000) * 1000;
      expect(parseInstant(formatInstant(date))?.date.getTime()).toBe(seconds);
    }),
  );
});

it('reads what a format writes, where the format holds everything', () => {
  const format = dateFormat("dddd d MMMM yyyy h:mm:ss.fff tt zzz 'at' K", 0);
  fc.assert(
    fc.property(anyDate, (date) => {
      expect(readDate(format, writeDate(format, { date, ticks: 0 }), now)?.date).toEqual(date);
    }),
  );
});

it('counts file times there and back', () => {
  fc.assert(
    fc.property(anyDate, (date) => {
      expect(fromFileTime(toFileTime({ date, ticks: 0 }), 0)).toEqual(date);
    }),
  );
  expect(() => fromFileTime(9223372036854775807n, 0)).toThrow('beyond the year 9999');
});

it('adds what it counts as the difference', () => {
  fc.assert(
    fc.property(
      anyDate,
      fc.constantFrom('d', 'ww', 'h', 'n', 's', 'm', 'yyyy'),
      fc.integer({ min: -500, max: 500 }),
      (date, interval, count) => {
        const later = addTo(date, interval, count);
        if (later) expect(difference(interval, date, later)).toBe(count);
      },
    ),
  );
});
