/** When somebody is looked at again though nothing is said of them: a date decides then. */

import type { Subject } from '../warehouse/subject.ts';
import { targetAttributes } from './standing.ts';
import type { Target } from './target.ts';

/** The next date that may decide otherwise about somebody's account. */
export function dateToCome(
  subject: Subject,
  { scope }: Pick<Target, 'scope'>,
  now: Date,
): Date | undefined {
  // Whoever has gone comes back with a record, not with a date.
  if (scope?.dated === undefined || !subject.identity.present) return undefined;
  return scope.dated.turnsAt({ ...subject.identity.attributes, ...targetAttributes(subject) }, now);
}

/** Attributes of somebody that the scope has to compare with the time, and cannot. */
export function unreadableDates(
  { identity }: Subject,
  { scope }: Pick<Target, 'scope'>,
): readonly string[] {
  return scope?.dated?.unreadable(identity.attributes) ?? [];
}

/** Of moments, the one that comes first and has not come yet. */
export function firstToCome(now: Date, ...dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.flatMap((date) => (date !== undefined && date > now ? date.getTime() : []));
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
