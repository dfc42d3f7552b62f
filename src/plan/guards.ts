/**
 * Guards look at a whole plan and ask for a person where it would do more than a day's work usually
 * does. A share of a CSV file that cannot be read looks as if everybody had left.
 */

import type { Action, Hold } from './plan.ts';
import type { Limit, Target } from './target.ts';

export interface Guarded {
  readonly counts: Readonly<Partial<Record<Action, number>>>;
  /** Accounts under management. */
  readonly managed: number;
  /** No plan of this target was ever applied. */
  readonly first: boolean;
  /** What started the run: a person who typed it has looked. */
  readonly typed: boolean;
  /** Readings whose absences were not believed. */
  readonly withheld: readonly WithheldReading[];
}

export interface WithheldReading {
  readonly system: string;
  readonly kind: string;
  /** Records that would have become absent. */
  readonly absent: number;
  readonly before: number;
}

export function holdsOf(plan: Guarded, target: Target): readonly Hold[] {
  return [
    firstRun(plan, target),
    ...plan.withheld.map((reading) => implausible(reading, plan)),
    beyond('disables', ['disable'], 'disabled', target.limits.disable, plan),
    beyond('deletions', ['delete'], 'deleted', target.limits.delete, plan),
    beyond('updates', ['update'], 'changed', target.limits.update, plan),
  ].filter((hold) => hold !== undefined);
}

function firstRun(
  { first, typed, counts }: Guarded,
  { firstRun, system }: Target,
): Hold | undefined {
  const policy = firstRun ?? (typed ? 'go' : 'hold');
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (!first || policy === 'go' || total === 0) return undefined;
  return {
    guard: 'first-run',
    message: `the first plan for ${system}: ${total} operations wait for a person to look at them`,
  };
}

/** Nothing that takes away goes on while a source looks emptier than it can be. */
function implausible(
  { system, kind, absent, before }: WithheldReading,
  { counts }: Guarded,
): Hold | undefined {
  if ((counts.disable ?? 0) + (counts.delete ?? 0) === 0) return undefined;
  const guard = absent === before ? 'empty-source' : 'implausible-reading';
  return {
    guard,
    message: `${absent} of ${before} ${kind} records of ${system} were not in its last reading`,
    actions: ['disable', 'delete'],
  };
}

/** Held when a plan does more than both the share and the count allow. */
function beyond(
  guard: Hold['guard'],
  actions: readonly Action[],
  done: string,
  limit: Limit,
  { counts, managed }: Guarded,
): Hold | undefined {
  const count = actions.reduce((sum, action) => sum + (counts[action] ?? 0), 0);
  if (count <= limit.count || count <= managed * limit.share) return undefined;
  return { guard, message: `${count} of ${managed} accounts would be ${done}`, actions };
}
