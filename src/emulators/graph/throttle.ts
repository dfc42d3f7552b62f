/**
 * The quotas of the identity service: units of requests for each application in this tenant,
 * counted in a sliding window so that no window ever grants more than the limit.
 */

import type { Clock } from './clock.ts';
import { GraphFailure } from './failure.ts';
import type { QueryOptions } from './query/options.ts';
import type { Switches } from './settings.ts';

const WINDOW_SECONDS = 10;
/** Writes are counted apart, whatever they cost. */
const WRITE_WINDOW_SECONDS = 150;
const MOST_WRITES = 3_000;

/** Units of a request where it is not one, by method and pattern of its route. */
const COSTS: Readonly<Record<string, number>> = {
  'GET applications': 2,
  'GET groups/{}/members': 3,
  'GET groups/{}/transitiveMembers': 5,
  'POST directoryObjects/getByIds': 5,
  'GET users': 2,
  'GET users/{}/memberOf': 2,
  'GET users/{}/transitiveMemberOf': 2,
  'GET servicePrincipals/{}/appRoleAssignments': 2,
};

const GET_BY_IDS_SELECTED = 2;
const SMALL_PAGE = 20;

export function unitsOf(method: string, pattern: string, options: QueryOptions): number {
  const selects = options.select !== undefined;
  if (pattern === 'directoryObjects/getByIds') return selects ? GET_BY_IDS_SELECTED : 5;
  let units = COSTS[`${method} ${pattern}`] ?? 1;
  if (selects) units -= 1;
  if (options.expand !== undefined) units += 1;
  if (options.top !== undefined && options.top < SMALL_PAGE) units -= 1;
  return Math.max(1, units);
}

/** Units in ten seconds that one application has in a tenant of that many users. */
function limitFor(users: number): number {
  if (users < 50) return 3_500;
  return users <= 500 ? 5_000 : 8_000;
}

export interface Charge {
  readonly units: number;
  /** Of the limit, above 0.8 only. */
  readonly percentage?: number;
}

export interface Throttle {
  /** Charges a request; fails as `429` when it would pass the limit. */
  charge(appId: string, units: number, low: boolean, writes?: boolean): Charge;
  /** Multiplies all limits; 0 turns throttling off. */
  scale(factor: number): void;
  /** Uses up or gives back everything, for all applications. */
  fill(): void;
  empty(): void;
}

interface Window {
  readonly charged: { readonly at: number; readonly units: number }[];
  total: number;
}

export interface ThrottleOptions {
  readonly clock: Clock;
  readonly tenantId: string;
  readonly users: () => number;
  readonly switches: () => Switches;
  /** Told of an application that comes back before its time. */
  readonly early: (appId: string) => void;
}

const LOW_PRIORITY_SHARE = 0.9;
const SHOWN_SHARE = 0.8;
/** Requests during a wait are charged as well, but never so much that the wait has no end. */
const MOST_CHARGED = 1.8;

export function throttle(options: ThrottleOptions): Throttle {
  const windows = new Map<string, Window>();
  /** When an application may come back, by its id. */
  const waits = new Map<string, number>();
  let factor = 1;
  let refusing = false;

  const windowOf = (key: string, seconds: number): Window => {
    const window = windows.get(key) ?? { charged: [], total: 0 };
    windows.set(key, window);
    const since = options.clock.now() - seconds * 1000;
    while (window.charged[0] !== undefined && window.charged[0].at <= since)
      window.total -= window.charged.shift()?.units ?? 0;
    return window;
  };

  /** @returns The share of the limit that is used now. */
  const spend = (appId: string, units: number, limit: number, share: number): number => {
    const window = windowOf(appId, WINDOW_SECONDS);
    const now = options.clock.now();
    const add = (): void => {
      window.charged.push({ at: now, units });
      window.total += units;
    };
    if (!refusing && window.total + units <= limit * share) {
      add();
      return window.total / limit;
    }
    if (window.total + units <= limit * MOST_CHARGED) add();
    const wait = waitSeconds(window, units, limit * share, now, WINDOW_SECONDS);
    waits.set(appId, now + wait * 1000);
    throw refusal(options, appId, wait, 'ReadWrite');
  };

  const spendWrite = (appId: string): void => {
    const window = windowOf(`${appId} writes`, WRITE_WINDOW_SECONDS);
    const now = options.clock.now();
    const limit = MOST_WRITES * factor;
    if (window.total + 1 > limit) {
      const wait = waitSeconds(window, 1, limit, now, WRITE_WINDOW_SECONDS);
      waits.set(appId, now + wait * 1000);
      throw refusal(options, appId, wait, 'Write');
    }
    window.charged.push({ at: now, units: 1 });
    window.total += 1;
  };

  return {
    charge: (appId, units, low, writes = false) => {
      if (factor === 0) return { units };
      if (options.clock.now() < (waits.get(appId) ?? 0)) options.early(appId);
      const share = low ? LOW_PRIORITY_SHARE : 1;
      const limit = limitFor(options.users()) * factor;
      if (writes) spendWrite(appId);
      const used = spend(appId, units, limit, share);
      return used > SHOWN_SHARE ? { units, percentage: Math.round(used * 100) / 100 } : { units };
    },
    scale: (to) => {
      factor = to;
    },
    fill: () => {
      refusing = true;
    },
    empty: () => {
      refusing = false;
      windows.clear();
      waits.clear();
    },
  };
}

/** Seconds until enough of the window has passed for a request to fit. */
function waitSeconds(
  { charged, total }: Window,
  units: number,
  limit: number,
  now: number,
  seconds: number,
): number {
  let used = total;
  for (const { at, units: freed } of charged) {
    used -= freed;
    if (used + units <= limit) return Math.max(0.1, (at - now) / 1000 + seconds);
  }
  return seconds;
}

function refusal(
  { tenantId, switches }: ThrottleOptions,
  appId: string,
  seconds: number,
  scope: 'ReadWrite' | 'Write',
): GraphFailure {
  const position = switches();
  const wait = RETRY_AFTER[position['throttle.retryAfter']](seconds);
  return new GraphFailure(429, position['throttle.code'], 'Too many requests.', {
    innerCode: '429',
    headers: {
      ...(wait !== undefined && { 'Retry-After': wait }),
      'x-ms-throttle-limit-percentage': '1.0',
      'x-ms-throttle-scope': `Tenant_Application/${scope}/${appId}/${tenantId}`,
      'x-ms-throttle-information':
        scope === 'Write' ? 'WriteLimitExceeded' : 'ResourceUnitLimitExceeded',
    },
  });
}

const RETRY_AFTER: Readonly<
  Record<Switches['throttle.retryAfter'], (seconds: number) => string | undefined>
> = {
  integer: (seconds) => String(Math.ceil(seconds)),
  fraction: (seconds) => seconds.toFixed(3),
  'always-one': () => '1',
  absent: () => undefined,
};
