/**
 * Where the days of people begin. What HR calls a day is one of the place somebody works at, so that
 * a date without a time is a moment only together with a time zone.
 */

import type { Attributes } from '../identity/record.ts';

/** Which zone counts for whom. */
export interface DateRules {
  /** An IANA name, such as `Europe/Zurich`. */
  readonly zone: string;
  /** The identity attribute that says otherwise of single people. */
  readonly by?: string;
  /** Zones by its values; a value that is not among them may be the name of a zone. */
  readonly zones?: Readonly<Record<string, string>>;
}

export const UTC: DateRules = { zone: 'UTC' };

const MILLISECONDS_PER_DAY = 86_400_000;

export function zoneOf({ zone, by, zones = {} }: DateRules, attributes: Attributes): string {
  const value = by === undefined ? undefined : attributes[by];
  if (typeof value !== 'string') return zone;
  if (Object.hasOwn(zones, value)) return zones[value] ?? zone;
  return isZone(value) ? value : zone;
}

/** Whether the name is one of the time zones that are known here. */
export function isZone(name: string): boolean {
  return formatOf(name) !== undefined;
}

/**
 * The moment at which clocks of the zone show this time. One that is shown twice is the first of them;
 * one that is skipped, such as a midnight, is when clocks go forward.
 *
 * @param shown Milliseconds, as if the zone were UTC.
 */
export function momentShown(shown: number, zone: string): number {
  if (zone === UTC.zone) return shown;
  let moments = MOMENTS.get(zone);
  if (moments === undefined || moments.size >= MOST_MOMENTS) {
    moments = new Map();
    MOMENTS.set(zone, moments);
  }
  let moment = moments.get(shown);
  if (moment === undefined) {
    moment = momentIn(zone, shown);
    moments.set(shown, moment);
  }
  return moment;
}

/** Everybody's days are the same few thousand, and asking for an offset takes long. */
const MOMENTS = new Map<string, Map<number, number>>();
const MOST_MOMENTS = 10_000;

function momentIn(zone: string, shown: number): number {
  const before = offsetAt(shown - MILLISECONDS_PER_DAY, zone);
  const after = offsetAt(shown + MILLISECONDS_PER_DAY, zone);
  if (before === after) return shown - before;
  const found = [shown - before, shown - after].filter(
    (instant) => instant + offsetAt(instant, zone) === shown,
  );
  return found.length === 0 ? shown - before : Math.min(...found);
}

/** How far clocks of the zone are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const format = formatOf(zone);
  if (format === undefined) return 0;
  const parts: Partial<Record<string, string>> = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return shown - Math.floor(instant / 1000) * 1000;
}

/** Also of what is no zone: the places of people are asked for again and again. */
const FORMATS = new Map<string, Intl.DateTimeFormat | undefined>();
const MOST_FORMATS = 5000;

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (FORMATS.has(zone)) return FORMATS.get(zone);
  if (FORMATS.size >= MOST_FORMATS) FORMATS.clear();
  const format = formatFor(zone);
  FORMATS.set(zone, format);
  return format;
}

function formatFor(zone: string): Intl.DateTimeFormat | undefined {
  // An offset such as "+01:00" knows no summer time, and is nobody's place.
  if (!/^[A-Za-z]/.test(zone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
