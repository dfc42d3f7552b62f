/**
 * The order of a plan: an operation comes after those it awaits. Kept as numbers, a few bytes for
 * each operation, because a plan may be as large as the directory.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { Operation } from './plan.ts';

/** One byte for each operation, by position. */
export type Order = Uint8Array;

const LEVEL = 0x7f;
const AWAITED = 0x80;

/** Operations of a level wait for those of the levels below. */
export function levelAt(order: Order, position: number): number {
  return (order[position] ?? 0) & LEVEL;
}

/** Whether another operation awaits this one, so that its answer must be at hand. */
export function isAwaited(order: Order, position: number): boolean {
  return ((order[position] ?? 0) & AWAITED) !== 0;
}

export interface Ordering {
  add(operation: Pick<Operation, 'identity' | 'after'>): void;
  /**
   * Whoever awaits nobody in the plan is on level 0, others one above the highest they await. Of a
   * cycle, the operations left over go last, together: each is sent without what is not there yet,
   * and follows up when it is.
   */
  order(): Order;
}

export function ordering(): Ordering {
  let ids = new Float64Array(1024);
  let length = 0;
  // An entry for each awaited identity, those of one operation side by side.
  let waiters = new Uint32Array(1024);
  let awaited = new Float64Array(1024);
  let entries = 0;
  return {
    add({ identity, after }) {
      if (length === ids.length) ids = twice(ids, new Float64Array(2 * length));
      ids[length] = short(identity);
      for (const id of after) {
        if (entries === waiters.length) {
          waiters = twice(waiters, new Uint32Array(2 * entries));
          awaited = twice(awaited, new Float64Array(2 * entries));
        }
        waiters[entries] = length;
        awaited[entries] = short(id);
        entries++;
      }
      length++;
    },
    order: () =>
      levelled(ids.subarray(0, length), waiters.subarray(0, entries), awaited.subarray(0, entries)),
  };
}

function twice<Numbers extends Float64Array | Uint32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

function levelled(ids: Float64Array, waiters: Uint32Array, awaited: Float64Array): Order {
  const order = new Uint8Array(ids.length);
  const waiting = new Uint8Array(ids.length);
  const positionOf = positions(ids);
  /** Whom each entry leads to; -1 where nobody of the plan, or to itself. */
  const referents = Int32Array.from(awaited, (id, entry) => {
    const position = positionOf(id);
    return position === waiters[entry] ? -1 : position;
  });
  for (const waiter of waiters) waiting[waiter] = 1;
  for (const referent of referents) if (referent >= 0) order[referent] = AWAITED;
  const some = (first: number, holds: (referent: number) => boolean): boolean => {
    for (let entry = first; waiters[entry] === waiters[first]; entry++) {
      const referent = referents[entry] ?? -1;
      if (referent >= 0 && holds(referent)) return true;
    }
    return false;
  };
  let left = Uint32Array.from(waiters.keys()).filter(
    (entry) => waiters[entry] !== waiters[entry - 1],
  );
  for (let level = 1; left.length > 0; level++) {
    const ready = left.filter((first) => !some(first, (referent) => waiting[referent] === 1));
    for (const first of ready.length > 0 ? ready : left) {
      const position = waiters[first] ?? 0;
      if (some(first, () => true))
        order[position] = (order[position] ?? 0) | Math.min(level, LEVEL);
      waiting[position] = 0;
    }
    left = left.filter((first) => waiting[waiters[first] ?? 0] === 1);
  }
  return order;
}

/** Where an id stands, or -1; a table of numbers, because there may be a million of them. */
function positions(ids: Float64Array): (id: number) => number {
  const size = 2 ** Math.ceil(Math.log2(2 * ids.length + 2));
  const table = new Int32Array(size).fill(-1);
  const slotOf = (id: number): number => {
    let slot = id % size;
    for (let held = table[slot]; held !== -1 && ids[held ?? 0] !== id; held = table[slot]) {
      slot = (slot + 1) % size;
    }
    return slot;
  };
  for (const [position, id] of ids.entries()) table[slotOf(id)] = position;
  return (id) => table[slotOf(id)] ?? -1;
}

/** 52 bits of an id. Two ids that share them would at worst wait for each other without need. */
function short(id: IdentityId): number {
  let [high, low] = [0x811c9dc5, 0xc9dc5811];
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b) + 0x1b873593;
  }
  return ((high >>> 0) & 0xfffff) * 0x1_0000_0000 + (low >>> 0);
}
