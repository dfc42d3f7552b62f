/**
 * Guards look at a whole plan and ask for a person where it would do more than a day's work usually
 * does. A share of a CSV file that cannot be read looks as if everybody had left.
 */

import { churnHolds } from './churn.ts';
import type { Action, Hold, Operation } from './plan.ts';
import { forKind, type Limit, type Target } from './target.ts';
import type { Counted } from './window.ts';

export interface Guarded {
  readonly counts: Readonly<Partial<Record<Action, number>>>;
  /** What the plan would do, as guards count it. */
  readonly counted: ReadonlyMap<Counted, number>;
  /** What was done within the window, as guards count it. */
  readonly recent: ReadonlyMap<Counted, number>;
  /** An identifier would go from one account to another. */
  readonly swap?: Hold;
  /** Why the last run stopped, where too much of it failed and nobody has looked since. */
  readonly stopped?: string;
  /** Accounts under management. */
  readonly managed: number;
  /** Memberships of groups the target has, as far as we know. */
  readonly memberships: number;
  /** No plan for everybody in this target was ever applied. */
  readonly first: boolean;
  /** Nobody has decided yet about accounts that were there before the first plan. */
  readonly leaversWait: boolean;
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
  const { limits } = target;
  return [
    firstRun(plan, target),
    firstLeavers(plan),
    ...plan.withheld.map((reading) => implausible(reading, plan)),
    failureRate(plan),
    beyond('disables', 'disable', 'disabled', limits.disable, plan),
    beyond('deletions', 'delete', 'deleted', limits.delete, plan),
    beyond('updates', 'update', 'changed', limits.update, plan),
    membersTaken(forKind(target, 'group').limits.members, plan),
    ...churnHolds(plan.counted, plan.recent, plan.managed, limits.churn),
    plan.swap,
  ].filter((hold) => hold !== undefined);
}

/** Whether a hold is about this operation, so that it waits even where the rest goes on. */
export function isHeldBy(hold: Hold, operation: Operation): boolean {
  const { actions, path, people } = hold;
  if (actions !== undefined && !actions.includes(operation.action)) return false;
  if (people !== undefined && !people.includes(operation.identity)) return false;
  if (path === undefined) return true;
  return 'changes' in operation && operation.changes.some((change) => change.path === path);
}

function firstRun(
  { first, typed, counts }: Guarded,
  { firstRun, system }: Target,
): Hold | undefined {
  const policy = firstRun ?? (typed ? 'go' : 'hold');
  if (!first || policy === 'go' || total(counts) === 0) return undefined;
  return {
    guard: 'first-run',
    message: `the first plan for ${system} waits for a person to look at it; operations in it: ${total(counts)}`,
  };
}

/** Whatever the first plan takes away was made by somebody else, or by us before the store was lost. */
function firstLeavers({ leaversWait, counts }: Guarded): Hold | undefined {
  const { disable = 0, delete: deleted = 0 } = counts;
  if (!leaversWait || disable + deleted === 0) return undefined;
  return {
    guard: 'first-leavers',
    message: `${disable + deleted} accounts that were there before the first run would be taken away: their people are out`,
    actions: ['disable', 'delete'],
  };
}

/** Nothing that takes away goes on while a source looks emptier than it can be. */
function implausible(
  { system, kind, absent, before }: WithheldReading,
  { counts }: Guarded,
): Hold | undefined {
  const { disable = 0, delete: deleted = 0, 'remove-members': members = 0 } = counts;
  if (disable + deleted + members === 0) return undefined;
  const guard = absent === before ? 'empty-source' : 'implausible-reading';
  return {
    guard,
    message: `${absent} of ${before} ${kind} records of ${system} were not in its last reading`,
    actions: ['disable', 'delete', 'remove-members'],
  };
}

function failureRate({ stopped, counts }: Guarded): Hold | undefined {
  if (stopped === undefined || total(counts) === 0) return undefined;
  return { guard: 'failure-rate', message: `the last run was stopped: ${stopped}` };
}

/** Held when a plan, with what was done shortly before, does more than both the share and the count allow. */
function beyond(
  guard: Hold['guard'],
  action: 'disable' | 'delete' | 'update',
  done: string,
  limit: Limit,
  { counted, recent, managed }: Guarded,
): Hold | undefined {
  const planned = counted.get(action) ?? 0;
  const before = recent.get(action) ?? 0;
  const count = planned + before;
  if (planned === 0 || count <= limit.count || count <= managed * limit.share) return undefined;
  const earlier = before > 0 ? `, ${before} of them already` : '';
  return {
    guard,
    message: `${count} of ${managed} accounts would be ${done}${earlier}`,
    actions: [action],
  };
}

/** A share of the memberships there are, counting those that went within the window. */
function membersTaken(limit: Limit, { counted, recent, memberships }: Guarded): Hold | undefined {
  const planned = counted.get('members') ?? 0;
  const before = recent.get('members') ?? 0;
  const [count, all] = [planned + before, memberships + before];
  if (planned === 0 || count <= limit.count || count <= all * limit.share) return undefined;
  const earlier = before > 0 ? `, ${before} of them already` : '';
  return {
    guard: 'memberships',
    message: `${count} of ${all} memberships of groups would be taken away${earlier}`,
    actions: ['remove-members'],
  };
}

function total(counts: Guarded['counts']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
