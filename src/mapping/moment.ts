/**
 * Dates in filters that are relative to the time they are asked at: `employeeHireDate le "now+14d"`.
 * Such a comparison changes its answer by itself, and it is known when: nobody has to ask every day.
 */

import type { ComparisonOperator, Filter, FilterValue } from '../identity/filter.ts';
import type { Problem } from '../identity/problem.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import { readPath } from '../scim/path.ts';

export interface DatedTest {
  holds(attributes: Attributes, now: Date): boolean;
  /** When it may change its answer, past or to come. */
  turns(attributes: Attributes): readonly number[];
}

type Comparison = Extract<Filter, { readonly type: 'compare' }>;

const MILLISECONDS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** The comparison as a test of instants, where it is one with the time it is asked at. */
export function datedTest({ path, operator, value }: Comparison): DatedTest | undefined {
  const distance = distanceOf(value);
  if (distance === undefined) return undefined;
  const order = ORDERS[operator];
  if (order === undefined) return undefined;
  const instants = (attributes: Attributes) =>
    instantsIn(readPath(attributes, path)).map((instant) => instant - distance);
  return {
    holds: (attributes, now) =>
      instants(attributes).some((instant) => order.holds(instant, now.getTime())),
    turns: (attributes) => instants(attributes).map((instant) => instant + order.after),
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
              'compare with the time in the members of a group, and say: scope: groups eq "its name"',
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

/** Milliseconds from now; nothing for what is no such time. */
function distanceOf(value: FilterValue): number | undefined {
  if (typeof value !== 'string') return undefined;
  const [, sign, number, unit] = /^now(?:([+-])(\d{1,5})([hd]))?$/.exec(value) ?? [];
  if (value !== 'now' && unit === undefined) return undefined;
  return Number(`${sign ?? ''}${number ?? 0}`) * (MILLISECONDS[unit ?? ''] ?? 0);
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

/** A date alone is its first moment, and a time without a zone is one of UTC. */
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i;

function instantsIn(value: AttributeValue | undefined): readonly number[] {
  if (Array.isArray(value)) return value.flatMap((each: AttributeValue) => instantsIn(each));
  const instant = typeof value === 'string' ? instantOf(value) : undefined;
  return instant === undefined ? [] : [instant];
}

function instantOf(text: string): number | undefined {
  const [, time, zone = 'Z'] = TIME.exec(text) ?? [];
  const instant = Date.parse(DATE.test(text) ? `${text}T00:00:00Z` : `${time}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}

function invalid(message: string, remedy: string): Problem {
  return { code: 'scope-date', severity: 'error', message, remedy };
}
