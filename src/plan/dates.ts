/** When somebody is looked at again though nothing is said of them: a date decides then. */

import { turnOf } from '../mapping/turn.ts';
import type { Subject } from '../warehouse/subject.ts';
import { evaluation } from './desired.ts';
import { standing, targetAttributes } from './standing.ts';
import type { Target } from './target.ts';

/** The next date that may decide otherwise about somebody's account: of the scope, or in a mapping. */
export function dateToCome(
  subject: Subject,
  target: Pick<Target, 'scope' | 'mapping' | 'assigned'>,
  now: Date,
): Date | undefined {
  const { identity } = subject;
  // Whoever has gone comes back with a record, not with a date.
  if (!identity.present) return undefined;
  const { scope, mapping } = target;
  const attributes = { ...identity.attributes, ...targetAttributes(subject) };
  const timed = mapping.rows.filter((row) => row.timed);
  return firstToCome(
    now,
    scope?.dated?.turnsAt(attributes, now),
    timed.length > 0 ? mappingTurns(subject, target, now) : undefined,
  );
}

function mappingTurns(
  subject: Subject,
  target: Pick<Target, 'scope' | 'mapping' | 'assigned'>,
  now: Date,
): Date | undefined {
  const { attributes } = subject.identity;
  const { mapping } = target;
  const isIn = standing(subject, target, now).in;
  return turnOf((at) => {
    // Nothing that is drawn is among them.
    const evaluated = evaluation(subject, { now: at, random: () => 0 }, isIn);
    return [
      mapping.omits?.(attributes, evaluated) ?? false,
      ...mapping.rows.flatMap((row) =>
        row.timed ? row.desired(attributes, evaluated, 'update') : [],
      ),
    ];
  }, now);
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
