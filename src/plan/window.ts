/**
 * What was done in a target within the last hours, nobody having looked at it: many small runs
 * must not do unseen what one large run would be held for.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { Operation } from './plan.ts';

/** What guards count: an action's name, `members`, or `churn:` with a path. */
export type Counted = 'disable' | 'delete' | 'update' | 'members' | `churn:${string}`;

/** What one operation adds to each count. */
function countedIn(operation: Operation): readonly (readonly [Counted, number])[] {
  // Whom a person named is whom she meant.
  if (operation.cause === 'requested') return [];
  switch (operation.action) {
    case 'create':
    case 'link':
    case 'unlink':
    case 'add-members':
      return [];
    case 'enable':
      return churnOf(operation.changes);
    case 'disable':
    case 'delete':
      return [[operation.action, 1]];
    case 'remove-members':
      return [['members', operation.members.length]];
    case 'update':
      return [['update', 1], ...churnOf(operation.changes)];
  }
}

/** A first value takes nothing away; a value that is replaced or cleared does. */
function churnOf(changes: readonly AttributeChange[]): readonly (readonly [Counted, number])[] {
  return changes.flatMap(({ path, before }) =>
    before === undefined ? [] : [[`churn:${path}`, 1] as const],
  );
}

export interface Tally {
  add(operation: Operation): void;
  readonly counts: ReadonlyMap<Counted, number>;
}

/** Adds up what operations count as. As large as the mapping, not as the plan. */
export function tally(): Tally {
  const counts = new Map<Counted, number>();
  return {
    add: (operation) => {
      for (const [counted, number] of countedIn(operation)) {
        counts.set(counted, (counts.get(counted) ?? 0) + number);
      }
    },
    counts,
  };
}
