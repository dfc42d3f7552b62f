/**
 * The order of a bulk request's operations (RFC 7644 §3.7): as they were sent, but that one which
 * names what a later one makes waits for it. Pure.
 */

import type { BulkOperation } from './bulk.ts';
import { bulkIdsNamed } from './bulk-references.ts';

export type BulkStep =
  | {
      readonly type: 'run';
      readonly index: number;
      /**
       * References to what is not made yet, because that waits for this one: a circle (§3.7.1). The
       * operation runs without them, and a `complete` of it comes later.
       */
      readonly deferred: ReadonlySet<string>;
    }
  | { readonly type: 'complete'; readonly index: number; readonly deferred: ReadonlySet<string> };

/** References that no operation can fulfil are not waited for. */
export function bulkSteps(operations: readonly BulkOperation[]): readonly BulkStep[] {
  const makers = new Map<string, number>();
  operations.forEach(({ method, bulkId }, index) => {
    if (method === 'POST' && bulkId !== undefined) makers.set(bulkId, index);
  });
  const needs = operations.map(
    (operation) => new Set([...bulkIdsNamed(operation)].filter((id) => makers.has(id))),
  );
  const waitingFor = new Map<string, number[]>();
  const steps: BulkStep[] = [];
  const completions: BulkStep[] = [];
  const done = new Set<number>();

  function run(first: number): void {
    const ready = [first];
    for (let index = ready.shift(); index !== undefined; index = ready.shift()) {
      if (done.has(index)) continue;
      const deferred = needs[index] ?? new Set();
      const step = { index, deferred: new Set(deferred) };
      steps.push({ type: 'run', ...step });
      if (deferred.size > 0) completions.push({ type: 'complete', ...step });
      done.add(index);
      const made = operations[index]?.bulkId;
      if (made === undefined || makers.get(made) !== index) continue;
      for (const waiting of waitingFor.get(made) ?? []) {
        const left = needs[waiting];
        if (left?.delete(made) && left.size === 0) ready.push(waiting);
      }
    }
  }

  operations.forEach((_, index) => {
    const open = needs[index] ?? new Set();
    for (const id of open) {
      if (done.has(makers.get(id) ?? -1)) open.delete(id);
      else waitingFor.set(id, [...(waitingFor.get(id) ?? []), index]);
    }
    if (open.size === 0) run(index);
  });
  for (let index = 0; index < operations.length; index++)
    while (!done.has(index)) run(inCircle(index, needs, makers));
  return [...steps, ...completions];
}

/** Whoever waits leads, from one to the next, into a circle, since nothing else is left to wait for. */
function inCircle(
  start: number,
  needs: readonly ReadonlySet<string>[],
  makers: ReadonlyMap<string, number>,
): number {
  const passed = new Set<number>();
  let index = start;
  while (!passed.has(index)) {
    passed.add(index);
    const [next] = needs[index] ?? [];
    index = (next === undefined ? undefined : makers.get(next)) ?? index;
  }
  return index;
}
