/** Days as they are compared: what hands do to them when they are typed. */

import { editDistance } from './distance.ts';

export interface Day {
  /** `20010431`; not necessarily a day there was. */
  readonly digits: string;
  readonly year: string;
  /** Day and month with the smaller first, so that an exchange of the two does not show. */
  readonly dayAndMonth: string;
}

const YEAR_FIRST = /^(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:$|[T ])/;
const YEAR_LAST = /^(\d{1,2})([-/. ])(\d{1,2})[-/. ](\d{4})$/;

/** ISO 8601 in either form, and days with the year last: with slashes month first, else day first. */
export function day(text: string): Day | undefined {
  const iso = YEAR_FIRST.exec(text.trim());
  if (iso) return dayOf(iso[1], iso[2], iso[3]);
  const typed = YEAR_LAST.exec(text.trim());
  if (!typed) return undefined;
  const [, first = '', separator, second = '', year = ''] = typed;
  const monthFirst = separator === '/' && Number(first) <= 12;
  return monthFirst ? dayOf(year, first, second) : dayOf(year, second, first);
}

function dayOf(year = '', month = '', date = ''): Day | undefined {
  const [m, d] = [month.padStart(2, '0'), date.padStart(2, '0')];
  if (Number(m) === 0 || Number(m) > 31 || Number(d) === 0 || Number(d) > 31) return undefined;
  // Where nothing is known, software writes the beginning of its calendar.
  if (year <= '1900' || year >= '2200') return undefined;
  return { digits: `${year}${m}${d}`, year, dayAndMonth: m < d ? m + d : d + m };
}

/** `exchanged`: day and month. `digit`: one is another, or two neighbours changed places. */
export type DayLevel = 'same' | 'exchanged' | 'digit' | 'different';

export function compareDays(left: Day, right: Day): DayLevel {
  if (left.digits === right.digits) return 'same';
  if (left.year === right.year && left.dayAndMonth === right.dayAndMonth) return 'exchanged';
  return editDistance(left.digits, right.digits, 1) === 1 ? 'digit' : 'different';
}
