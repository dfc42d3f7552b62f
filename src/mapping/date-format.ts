/** .NET custom date formats, invariant culture: exact parsing, and writing. */

import { type CalendarFields, hour24, instantOf, offsetMinutes, type Precise } from './dates.ts';
import { ExpressionError } from './failure.ts';

/** One piece of a format: a specifier such as `yyyy`, or text that stands for itself. */
type Piece =
  | { readonly type: 'specifier'; readonly letter: string; readonly count: number }
  | { readonly type: 'literal'; readonly text: string };

export type DateFormat = readonly Piece[];

const SPECIFIERS = 'yMdHhmsftzK';
/** The longest run of each letter that has a meaning; .NET reads longer runs as the longest. */
const LONGEST: Readonly<Record<string, number>> = {
  y: 4,
  M: 4,
  d: 4,
  H: 2,
  h: 2,
  m: 2,
  s: 2,
  f: 7,
  t: 2,
  z: 3,
  K: 1,
};

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** @throws ExpressionError of class `range` for a format that is none. */
export function dateFormat(text: string, offset: number): DateFormat {
  if (text.length < 2) {
    throw new ExpressionError(
      'range',
      `the date format ${JSON.stringify(text)} is ${text === '' ? 'empty' : "one of .NET's standard formats, which are not known here"}`,
      offset,
      'write it out, such as "yyyy-MM-dd"',
    );
  }
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPECIFIERS.includes(char)) {
      let count = 1;
      while (text.charAt(at + count) === char) count++;
      if (char === 'f' && count > 7) {
        throw new ExpressionError('range', 'a second has at most 7 decimals: fffffff', offset);
      }
      pieces.push({
        type: 'specifier',
        letter: char,
        count: Math.min(count, LONGEST[char] ?? count),
      });
      at += count;
    } else if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      if (end < 0) {
        throw new ExpressionError('range', `the date format has no closing ${char}`, offset);
      }
      pieces.push({ type: 'literal', text: text.slice(at + 1, end) });
      at = end + 1;
    } else if (char === '\\' || char === '%') {
      // `\d` is the letter d; `%d` is the specifier, set off from its neighbours.
      if (char === '\\') pieces.push({ type: 'literal', text: text.charAt(at + 1) });
      at += char === '\\' ? 2 : 1;
    } else {
      pieces.push({ type: 'literal', text: char });
      at++;
    }
  }
  return pieces;
}

export function writeDate(format: DateFormat, { date, ticks }: Precise): string {
  return format
    .map((piece) => (piece.type === 'literal' ? piece.text : written(piece, date, ticks)))
    .join('');
}

function written(
  { letter, count }: Piece & { readonly type: 'specifier' },
  date: Date,
  ticks: number,
): string {
  const padded = (value: number) => String(value).padStart(Math.min(count, 2), '0');
  const hour = date.getUTCHours();
  switch (letter) {
    case 'y': {
      const year = date.getUTCFullYear();
      return count < 3 ? padded(year % 100) : String(year).padStart(count, '0');
    }
    case 'M':
      return count < 3
        ? padded(date.getUTCMonth() + 1)
        : named(MONTHS[date.getUTCMonth()], count === 3);
    case 'd':
      return count < 3 ? padded(date.getUTCDate()) : named(DAYS[date.getUTCDay()], count === 3);
    case 'H':
      return padded(hour);
    case 'h':
      return padded(hour % 12 || 12);
    case 'm':
      return padded(date.getUTCMinutes());
    case 's':
      return padded(date.getUTCSeconds());
    case 'f': {
      const fraction = date.getUTCMilliseconds() * 10_000 + ticks;
      return String(fraction).padStart(7, '0').slice(0, count);
    }
    case 't':
      return (hour < 12 ? 'AM' : 'PM').slice(0, count);
    case 'z':
      return ['+0', '+00', '+00:00'][count - 1] ?? '+00:00';
    default:
      return 'Z';
  }
}

function named(name: string | undefined, short: boolean): string {
  return short ? (name ?? '').slice(0, 3) : (name ?? '');
}

/** What has been read so far; `half` is AM or PM, `weekday` counts from Sunday. */
interface Reading {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  hour12?: number;
  half?: string;
  minute?: number;
  second?: number;
  fraction?: number;
  offsetMinutes?: number;
  weekday?: number;
}

/**
 * The instant a text states, which must follow the format exactly; white space around it is
 * allowed. Parts the format does not have: those of `now` for a missing date, else the first.
 *
 * @returns Nothing when the text is not of the format or no such date exists.
 */
export function readDate(format: DateFormat, text: string, now: Date): Precise | undefined {
  const reading: Reading = {};
  let rest = text.trim();
  for (const piece of format) {
    const length =
      piece.type === 'literal' ? literal(piece.text, rest) : read(piece, rest, reading);
    if (length === undefined) return undefined;
    rest = rest.slice(length);
  }
  return rest.trim() === '' ? assembled(reading, now) : undefined;
}

function literal(text: string, rest: string): number | undefined {
  return rest.startsWith(text) ? text.length : undefined;
}

/** @returns How many characters it took, or nothing when they do not fit. */
function read(
  { letter, count }: Piece & { readonly type: 'specifier' },
  rest: string,
  reading: Reading,
): number | undefined {
  const number = (digits: RegExp, set: (value: number) => void): number | undefined => {
    const found = digits.exec(rest)?.[0];
    if (found === undefined) return undefined;
    set(Number(found));
    return found.length;
  };
  const small = count === 1 ? /^\d{1,2}/ : /^\d\d/;
  switch (letter) {
    case 'y':
      // .NET reads two digits as 1950 to 2049.
      return count < 3
        ? number(small, (value) => {
            reading.year = value + (value < 50 ? 2000 : 1900);
          })
        : number(count === 3 ? /^\d{3,4}/ : /^\d{4}/, (value) => {
            reading.year = value;
          });
    case 'M':
      if (count > 2)
        return name(MONTHS, count === 3, rest, (index) => {
          reading.month = index + 1;
        });
      return number(small, (value) => {
        reading.month = value;
      });
    case 'd':
      if (count > 2)
        return name(DAYS, count === 3, rest, (index) => {
          reading.weekday = index;
        });
      return number(small, (value) => {
        reading.day = value;
      });
    case 'H':
      return number(small, (value) => {
        reading.hour = value;
      });
    case 'h':
      return number(small, (value) => {
        reading.hour12 = value;
      });
    case 'm':
      return number(small, (value) => {
        reading.minute = value;
      });
    case 's':
      return number(small, (value) => {
        reading.second = value;
      });
    case 'f':
      return number(new RegExp(`^\\d{${count}}`), (value) => {
        reading.fraction = value * 10 ** (7 - count);
      });
    case 't': {
      const found = (count === 1 ? /^[AP]/i : /^[AP]M/i).exec(rest)?.[0];
      if (found !== undefined) reading.half = found;
      return found?.length;
    }
    default: {
      const found = zone(letter, count).exec(rest)?.[0];
      if (found !== undefined && found !== '') reading.offsetMinutes = zoneMinutes(found);
      return found?.length;
    }
  }
}

function name(
  names: readonly string[],
  short: boolean,
  rest: string,
  set: (index: number) => void,
): number | undefined {
  const lower = rest.toLowerCase();
  const index = names.findIndex((full) =>
    lower.startsWith((short ? full.slice(0, 3) : full).toLowerCase()),
  );
  if (index < 0) return undefined;
  set(index);
  return short ? 3 : names[index]?.length;
}

function zone(letter: string, count: number): RegExp {
  if (letter === 'K') return /^(?:Z|[+-]\d\d:\d\d)?/;
  return [/^[+-]\d{1,2}/, /^[+-]\d\d/, /^[+-]\d\d:\d\d/][count - 1] ?? /^[+-]\d\d:\d\d/;
}

function zoneMinutes(text: string): number {
  return offsetMinutes(/^[+-]\d$/.test(text) ? `${text.charAt(0)}0${text.slice(1)}` : text);
}

function assembled(reading: Reading, now: Date): Precise | undefined {
  const { half, hour12, weekday } = reading;
  const hour =
    hour12 === undefined ? reading.hour : half === undefined ? hour12 : hour24(hour12, half);
  if (hour12 !== undefined && hour === undefined) return undefined;
  const undated =
    reading.year === undefined && reading.month === undefined && reading.day === undefined;
  const fields: CalendarFields = {
    year: reading.year ?? now.getUTCFullYear(),
    month: reading.month ?? (undated ? now.getUTCMonth() + 1 : 1),
    day: reading.day ?? (undated ? now.getUTCDate() : 1),
    hour: hour ?? 0,
    minute: reading.minute ?? 0,
    second: reading.second ?? 0,
    fraction: reading.fraction ?? 0,
  };
  const local = instantOf(fields);
  if (weekday !== undefined && local?.date.getUTCDay() !== weekday) return undefined;
  return instantOf({ ...fields, offsetMinutes: reading.offsetMinutes ?? 0 });
}
