/** What the cell of a spreadsheet says, as text: a date as ISO 8601, a number without its look. */

import type { Scalar } from '../../identity/record.ts';

/** How a number of some style is meant. */
export type NumberStyle =
  | { readonly type: 'plain' }
  | { readonly type: 'date' }
  /** Leading zeros, as a personnel number has them. */
  | { readonly type: 'padded'; readonly digits: number };

export interface CellText {
  /** As the file has it: n, s, str, inlineStr, b, e, d. */
  readonly type: string;
  readonly text: string;
  readonly style: NumberStyle;
}

export type CellValue =
  | { readonly ok: true; readonly value: Scalar }
  | { readonly ok: false; readonly message: string };

/** @param from1904 Whether the workbook counts its days from 1904. */
export function cellValue({ type, text, style }: CellText, from1904: boolean): CellValue {
  switch (type) {
    case 'e':
      return { ok: false, message: `holds the error ${text}` };
    case 'b':
      return { ok: true, value: text === '1' || text === 'true' };
    case 'n':
      return numberValue(text, style, from1904);
    case 'd':
      return { ok: true, value: text.replace(/T00:00:00(\.0+)?Z?$/, '') };
    default:
      return { ok: true, value: text };
  }
}

function numberValue(text: string, style: NumberStyle, from1904: boolean): CellValue {
  const number = Number(text);
  if (!Number.isFinite(number)) return { ok: false, message: `holds no number: ${text}` };
  switch (style.type) {
    case 'plain':
      return { ok: true, value: String(number) };
    case 'padded': {
      const padded = Number.isInteger(number) && number >= 0;
      return { ok: true, value: String(number).padStart(padded ? style.digits : 0, '0') };
    }
    case 'date': {
      const date = dateText(number, from1904);
      if (date !== undefined) return { ok: true, value: date };
      return { ok: false, message: `holds no date: ${text}` };
    }
  }
}

const SECONDS_PER_DAY = 86_400;
/** The last day of the year 9999. */
const LAST_DAY = 2_958_465;

/**
 * A day counted from 1900 or 1904, its time as a fraction: the date, with the time unless it is
 * midnight. A time without a day is a time.
 */
export function dateText(serial: number, from1904: boolean): string | undefined {
  const seconds = Math.round(serial * SECONDS_PER_DAY);
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  if (seconds < 0 || day > LAST_DAY) return undefined;
  const within = seconds - day * SECONDS_PER_DAY;
  const time = new Date(within * 1000).toISOString().slice(11, 19);
  if (day === 0 && within > 0) return time;
  // By the first programs 1900 was a leap year: day 60 never was, and what comes before is one less.
  if (!from1904 && (day === 0 || day === 60)) return undefined;
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < 60 ? 31 : 30);
  const date = new Date(epoch + day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10);
  return within === 0 ? date : `${date}T${time}`;
}

/** @param code The format's own text where the workbook has one; the rest are built in. */
export function numberStyle(id: number, code: string | undefined): NumberStyle {
  if (code === undefined) return isBuiltInDate(id) ? { type: 'date' } : { type: 'plain' };
  if (/^0{2,30}$/.test(code)) return { type: 'padded', digits: code.length };
  // Without what is quoted, escaped, or in brackets: colours, currencies, lapses of time.
  const bare = code.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '').split(';')[0] ?? '';
  const lapse = /\[(h+|m+|s+)\]/i.test(code);
  return !lapse && /[ymdhs]/i.test(bare.replace(/General/i, ''))
    ? { type: 'date' }
    : { type: 'plain' };
}

/** ECMA-376 part 1, §18.8.30, those of East Asian locales included. */
function isBuiltInDate(id: number): boolean {
  const between = (from: number, to: number): boolean => id >= from && id <= to;
  return between(14, 22) || between(27, 36) || id === 45 || id === 47 || between(50, 58);
}
