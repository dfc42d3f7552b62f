/**
 * Creates whose end nobody knows, because the answer was lost or may have been that of a second delivery:
 * what they asked for is looked for in the target until it would have shown it.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Attributes } from '../identity/record.ts';
import { holdsAsked, type Match, type MatchValue } from '../plan/match.ts';
import type { Target } from '../plan/target.ts';
import type { RefusedCreate, Subject } from '../warehouse/subject.ts';

/** While nobody knows how long a new account stays invisible. */
const UNKNOWN_LAG_SECONDS = 60;

/** What a create asked for: the account, if there is one, holds that. */
export function askedFor(
  asked: Attributes,
  paths: readonly string[] = Object.keys(asked),
): readonly MatchValue[] {
  return paths.flatMap((path) => {
    const value = asked[path];
    return value === undefined || typeof value === 'object' ? [] : [{ path, value }];
  });
}

/**
 * The account that a refused create made itself, or what is found by the values of today; nothing while
 * the first is not shown yet, and a second one could be made.
 *
 * @param values None for somebody who is out.
 */
export async function afterRefusal(
  refused: RefusedCreate,
  values: readonly MatchValue[],
  target: Target,
  now: Date,
  find: (values: readonly MatchValue[]) => Promise<Match>,
): Promise<Match | undefined> {
  const asked = askedFor(refused.asked, target.match);
  const match = await find(asked);
  if (match.type === 'one' && holdsAsked(match.record.attributes, refused.asked, target)) {
    return { ...match, made: true };
  }
  // The same name is refused again as long as somebody has it: asking again cannot do harm.
  if (values.length > 0 && isDeepStrictEqual(asked, values)) return match;
  if (isUnseen(refused, target, now)) return undefined;
  return values.length === 0 ? { type: 'none', tried: match.tried } : find(values);
}

/** Whether the account that a refused create may have made itself need not be shown yet. */
export function isUnseen({ since }: RefusedCreate, { traits }: Target, now: Date): boolean {
  return now < visibleAt(since, traits.visibilityLagSeconds ?? UNKNOWN_LAG_SECONDS);
}

/** Whether an account made by the create whose answer was lost may exist and not be seen yet. */
export function isStillHidden({ inFlight }: Subject, { traits }: Target, now: Date): boolean {
  if (inFlight === undefined) return false;
  const { visibilityLagSeconds, uniquePaths = [] } = traits;
  // Where the target refuses a second one, sending it again cannot do harm.
  if (visibilityLagSeconds === undefined) return uniquePaths.length === 0;
  return now.getTime() < visibleAt(inFlight.since, visibilityLagSeconds).getTime();
}

/** When to probe again; absent where nobody will ever know, and a person has to say. */
export function probeAgainAt(
  { inFlight, refusedCreate }: Subject,
  { traits }: Target,
  now: Date,
): Date | undefined {
  const { visibilityLagSeconds, uniquePaths = [] } = traits;
  if (inFlight === undefined) {
    if (refusedCreate === undefined) return now;
    return visibleAt(refusedCreate.since, visibilityLagSeconds ?? UNKNOWN_LAG_SECONDS);
  }
  if (visibilityLagSeconds === undefined && uniquePaths.length === 0) {
    const known = visibleAt(inFlight.since, UNKNOWN_LAG_SECONDS);
    return now < known ? known : undefined;
  }
  return visibleAt(inFlight.since, visibilityLagSeconds ?? 0);
}

function visibleAt(since: Date, lagSeconds: number): Date {
  return new Date(since.getTime() + lagSeconds * 1000);
}
