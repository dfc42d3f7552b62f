/**
 * Works out the next step of a reading while the database writes the one before, which would otherwise
 * wait for each other. What is worked out ahead is used if nobody wrote anything between the two
 * transactions, and if the first wrote nothing that the second had asked about; otherwise it is
 * worked out again, as if nothing had been.
 */

import { type WorkedOut, workOut } from './absorb.ts';
import type { Context } from './context.ts';
import { joinKeys } from './join.ts';
import type { Held, Space } from './space.ts';
import type { RecordStep } from './steps.ts';
import { isTouched } from './write.ts';

/** After a step that had to be worked out twice, so many are not worked out ahead. */
const RESTED_STEPS = 20;

interface Ahead {
  /** The transaction that it has to follow, and what that one writes. */
  readonly follows: number;
  readonly before: Space;
  /** Nothing where it failed: it will fail again when it counts. */
  readonly work: Promise<WorkedOut | undefined>;
}

/** Of one warehouse. */
export interface Foresight {
  /** Within the transaction that writes the step. */
  workedOut(context: Context, step: RecordStep): Promise<WorkedOut>;
  /**
   * Begins with the next step, within the transaction that is about to write the one before: resolves
   * when what it needs is read.
   *
   * @returns Lets it go on; called when the database has something to do.
   */
  ahead(context: Context, next: RecordStep | undefined, before: Space): Promise<() => void>;
}

export function openForesight(): Foresight {
  const known = new WeakMap<RecordStep, Ahead>();
  let resting = 0;
  return {
    workedOut: async (context, step) => {
      const ahead = known.get(step);
      if (ahead) {
        known.delete(step);
        const sequence = await context.store.sequence();
        const work = sequence?.after === ahead.follows ? await ahead.work : undefined;
        if (work && !isConcerned(work.space, ahead.before)) return work;
        if (work) resting = RESTED_STEPS;
      }
      return workOut(context, step.prepared());
    },
    ahead: async (context, next, before) => {
      if (next === undefined) return () => undefined;
      resting = Math.max(0, resting - 1);
      const sequence = resting > 0 ? undefined : await context.store.sequence();
      if (sequence === undefined) return () => void next.prepared();
      const { promise: readable, resolve: isRead } = Promise.withResolvers<void>();
      const { promise: goes, resolve: go } = Promise.withResolvers<void>();
      const pause = (): Promise<void> => {
        isRead();
        return goes;
      };
      const work = context.store
        .committed(() => workOut(context, next.prepared(), pause))
        .catch(() => undefined);
      known.set(next, { follows: sequence.number, before, work });
      await Promise.race([readable, work]);
      return go;
    },
  };
}

/** Whether what was asked of the store for a step has another answer since the one before was written. */
function isConcerned(next: Space, before: Space): boolean {
  const { asked, waited, glanced } = next.traces;
  const { gained, lost } = before.traces;
  for (const key of next.records.keys()) {
    const held = before.records.get(key);
    if (held && isTouched(held)) return true;
  }
  for (const id of before.people.keys()) if (next.people.has(id) || glanced.has(id)) return true;
  for (const keys of [gained, lost]) for (const key of keys.keys()) if (asked.has(key)) return true;
  for (const held of before.records.values()) {
    for (const key of waitedBy(held, before)) if (waited.has(key)) return true;
  }
  return false;
}

/** Keys for which a record waited before, or does now. */
function waitedBy(held: Held, space: Space): readonly string[] {
  const { rules, stored, present, identity } = held;
  if (rules === undefined) return [];
  const waits = present && identity === undefined;
  const waited = stored?.present === true && stored.identity === undefined;
  return [
    ...(waits ? joinKeys(rules, space.mappedOf(held)) : []),
    ...(waited ? joinKeys(rules, space.storedMappedOf(held)) : []),
  ];
}
