/**
 * Instants as the language has them: parsed from what people and systems write, shown in UTC, and
 * calendar arithmetic. The range is that of .NET: the years 1 to 9999.
 */

import { ExpressionError } from './failure.ts';

/** An instant with the 100-nanosecond units that a `Date` cannot hold. */
export interface Precise {
  readonly date: Date;
  /** 0 to 9999 units of 100 ns beyond the milliseconds. */
  readonly ticks: number;
}

export interface CalendarFields {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  /** Units of 100 ns within the second. */
  readonly fraction?: number;
  readonly offsetMinutes?: number;
}

/** The instant of calendar fields, or nothing when there is no such day or time. */
export function instantOf({
  year,
  month,
  day,
  hour = 0,
  minute = 0,
  second = 0,
  fraction = 0,
  offsetMinutes = 0,
}: CalendarFields): Precise | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || Math.abs(offsetMinutes) > 14 * 60)
    return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offsetMinutes, second, Math.floor(fraction / 10_000));
  return inRange(date) ? { date, ticks: fraction % 10_000 } : undefined;
}

function inRange(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7})\d*)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*(AM|PM)?)?$/i;

/**
 * ISO dates and date-times, with an offset or without one (then UTC), and `M/d/yyyy h:mm:ss tt`.
 */
export function parseInstant(text: string): Precise | undefined {
  const trimmed = text.trim();
  return trimmed.length > 64 ? undefined : (parseIso(trimmed) ?? parseAmerican(trimmed));
}

export function parseIso(text: string): Precise | undefined {
  return readIso(text)?.instant;
}

/** A moment as it is written: with an offset, or as clocks show it somewhere. */
export interface WrittenMoment {
  /** As if it were written in UTC where nothing says otherwise. */
  readonly instant: Precise;
  /** No offset is written. */
  readonly local: boolean;
}

export function readIso(text: string): WrittenMoment | undefined {
  const found = ISO.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = found;
  const instant = instantOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction: Number(fraction.padEnd(7, '0')),
    offsetMinutes: offsetMinutes(zone),
  });
  return instant && { instant, local: zone === undefined };
}

function parseAmerican(text: string): Precise | undefined {
  const found = AMERICAN.exec(text);
  if (!found) return undefined;
  const [, month, day, year, hour = '0', minute = '0', second = '0', half] = found;
  const clock = half === undefined ? Number(hour) : hour24(Number(hour), half);
  if (clock === undefined) return undefined;
  return instantOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: clock,
    minute: Number(minute),
    second: Number(second),
  });
}

/** The hour of a 12-hour clock in that of 24, or nothing when there is no such hour. */
export function hour24(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

/** `Z`, `+02:00`, `-0700`. */
export function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || /^z$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** `M/d/yyyy h:mm:ss tt`, UTC: the text form of every date value. */
export function formatInstant(date: Date): string {
  const hour = date.getUTCHours();
  const two = (number: number) => String(number).padStart(2, '0');
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return (
    `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${year} ` +
    `${hour % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ` +
    (hour < 12 ? 'AM' : 'PM')
  );
}

export type Interval = 'yyyy' | 'm' | 'd' | 'ww' | 'h' | 'n' | 's';

const SECONDS: Readonly<Partial<Record<Interval, number>>> = {
  s: 1,
  n: 60,
  h: 3600,
  d: 86_400,
  ww: 7 * 86_400,
};

/** Months and years end at the last day of a shorter month. Nothing when it leaves the range. */
export function addTo(date: Date, interval: Interval, count: number): Date | undefined {
  const seconds = SECONDS[interval];
  const moved =
    seconds === undefined
      ? monthsLater(date, interval === 'yyyy' ? count * 12 : count)
      : new Date(date.getTime() + count * seconds * 1000);
  return moved && inRange(moved) ? moved : undefined;
}

function monthsLater(date: Date, months: number): Date | undefined {
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const year = Math.floor(month / 12);
  if (year < 1 || year > 9999) return undefined;
  const moved = new Date(date);
  const day = Math.min(date.getUTCDate(), daysIn(year, (month % 12) + 1));
  moved.setUTCFullYear(year, month % 12, day);
  return moved;
}

/**
 * As Visual Basic counts: elapsed whole units for days and less, Sundays passed for `ww`, calendar
 * boundaries for months and years.
 */
export function difference(interval: Interval, from: Date, to: Date): number {
  const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
  switch (interval) {
    case 'yyyy':
      return to.getUTCFullYear() - from.getUTCFullYear();
    case 'm':
      return months(to) - months(from);
    case 'ww':
      return Math.round((sunday(to) - sunday(from)) / 7);
    case 'd':
    case 'h':
    case 'n':
    case 's':
      // Adding zero turns -0 into 0.
      return Math.trunc((to.getTime() - from.getTime()) / 1000 / (SECONDS[interval] ?? 1)) + 0;
  }
}

/** The day number of the Sunday a week began with. */
function sunday(date: Date): number {
  return Math.floor(date.getTime() / 86_400_000) - date.getUTCDay();
}

const TICKS_PER_MILLISECOND = 10_000n;
/** From 1601-01-01 to 1970-01-01, as Windows counts: in units of 100 ns. */
const EPOCH = 116_444_736_000_000_000n;

/** @throws ExpressionError of class `range` beyond the years 1 to 9999. */
export function fromFileTime(ticks: bigint, offset: number): Date {
  const sinceUnix = ticks - EPOCH;
  const milliseconds = sinceUnix / TICKS_PER_MILLISECOND;
  const date = new Date(Number(milliseconds));
  if (!Number.isNaN(date.getTime()) && inRange(date)) return date;
  throw new ExpressionError(
    'range',
    `${ticks} is no date: it lies beyond the year 9999 or before the year 1`,
    offset,
    'Active Directory writes 9223372036854775807 for "never"; test for it with IIF first',
  );
}

export function toFileTime({ date, ticks }: Precise): bigint {
  return BigInt(date.getTime()) * TICKS_PER_MILLISECOND + BigInt(ticks) + EPOCH;
}
