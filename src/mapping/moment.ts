/**
 * Dates in filters that are relative to the time they are asked at: `employeeHireDate le "now+14d"`.
 * Such a comparison changes its answer by itself, and it is known when: nobody has to ask every day.
 */

import type { ComparisonOperator, Filter, FilterValue } from '../identity/filter.ts';
import type { Problem } from '../identity/problem.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import { formatPath, readPath } from '../scim/path.ts';
import { readIso, type WrittenMoment } from './dates.ts';
import { type DateRules, momentShown, zoneOf } from './zone.ts';

export interface DatedTest {
  holds(attributes: Attributes, now: Date): boolean;
  /** When it may change its answer, past or to come. */
  turns(attributes: Attributes): readonly number[];
  /** The attribute, if it has a value that is no date. */
  unreadable(attributes: Attributes): string | undefined;
}

type Comparison = Extract<Filter, { readonly type: 'compare' }>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The comparison as a test of instants, where it is one with the time it is asked at. */
export function datedTest(
  { path, operator, value }: Comparison,
  rules: DateRules,
): DatedTest | undefined {
  const distance = distanceOf(value);
  if (distance === undefined) return undefined;
  const order = ORDERS[operator];
  if (order === undefined) return undefined;
  const instants = (attributes: Attributes) =>
    valuesOf(readPath(attributes, path)).flatMap((each) => {
      const date = typeof each === 'string' ? readIso(each) : undefined;
      return date === undefined ? [] : [instantBefore(date, distance, rules, attributes)];
    });
  return {
    holds: (attributes, now) =>
      instants(attributes).some((instant) => order.holds(instant, now.getTime())),
    turns: (attributes) => instants(attributes).map((instant) => instant + order.after),
    unreadable: (attributes) => {
      const isDate = (each: AttributeValue) =>
        typeof each === 'string' && readIso(each) !== undefined;
      return valuesOf(readPath(attributes, path)).every(isDate) ? undefined : formatPath(path);
    },
  };
}

/** What makes a comparison with the time impossible; nothing for any other. */
export function momentProblems(
  { operator, value }: Comparison,
  where: 'clause' | 'path' | 'undated',
): readonly Problem[] {
  if (typeof value !== 'string' || !/^now\b/.test(value)) return [];
  if (where === 'undated') {
    // "ne" and the like may mean the word.
    return ORDERS[operator] === undefined
      ? []
      : [
          {
            ...invalid(
              `"${value}" is compared as a word here, not as a time`,
              'compare with the time in a scope, or in the members of a group and say: groups eq "its name"',
            ),
            severity: 'warning',
          },
        ];
  }
  if (where === 'path') {
    return [invalid(`"${value}" cannot choose the element of a path`, 'compare in a clause')];
  }
  if (distanceOf(value) === undefined) {
    return [invalid(`"${value}" is no time`, 'write "now", "now+14d", "now-6h"')];
  }
  if (ORDERS[operator] !== undefined) return [];
  return [
    invalid(`"${operator}" never holds for longer than a moment`, 'compare with lt, le, gt, ge'),
  ];
}

/** How far from now. */
interface Distance {
  readonly days: number;
  readonly hours: number;
}

/** Nothing for what is no such time. */
function distanceOf(value: FilterValue): Distance | undefined {
  if (typeof value !== 'string') return undefined;
  const [, sign = '', number = '0', unit] = /^now(?:([+-])(\d{1,5})([hd]))?$/.exec(value) ?? [];
  if (value !== 'now' && unit === undefined) return undefined;
  const amount = Number(`${sign}${number}`);
  return unit === 'h' ? { days: 0, hours: amount } : { days: amount, hours: 0 };
}

interface Order {
  holds(instant: number, now: number): boolean;
  /** Whether it turns at the instant itself, or right after it. */
  readonly after: 0 | 1;
}

const ORDERS: Readonly<Partial<Record<ComparisonOperator, Order>>> = {
  le: { holds: (instant, now) => instant <= now, after: 0 },
  gt: { holds: (instant, now) => instant > now, after: 0 },
  lt: { holds: (instant, now) => instant < now, after: 1 },
  ge: { holds: (instant, now) => instant >= now, after: 1 },
};

/** Days back are days of the calendar where the date is one of a place, however long they are. */
function instantBefore(
  { instant, local }: WrittenMoment,
  { days, hours }: Distance,
  rules: DateRules,
  attributes: Attributes,
): number {
  const shown = instant.date.getTime() - days * DAY;
  return (local ? momentShown(shown, zoneOf(rules, attributes)) : shown) - hours * HOUR;
}

function valuesOf(value: AttributeValue | undefined): readonly AttributeValue[] {
  if (value === undefined || value === '') return [];
  return Array.isArray(value) ? value.flatMap((each: AttributeValue) => valuesOf(each)) : [value];
}

function invalid(message: string, remedy: string): Problem {
  return { code: 'scope-date', severity: 'error', message, remedy };
}
