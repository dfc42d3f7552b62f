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
  const positions = new Map<number, number>();
  const waits: { readonly position: number; readonly after: readonly number[] }[] = [];
  let length = 0;
  return {
    add({ identity, after }) {
      positions.set(short(identity), length);
      if (after.length > 0) waits.push({ position: length, after: after.map(short) });
      length++;
    },
    order() {
      const order = new Uint8Array(length);
      let left = waits.map(({ position, after }) => ({
        position,
        after: after.flatMap((id) => positions.get(id) ?? []).filter((each) => each !== position),
      }));
      const waiting = new Set(left.map(({ position }) => position));
      for (const { after } of left) {
        for (const position of after) order[position] = AWAITED;
      }
      for (let level = 1; left.length > 0; level++) {
        const ready = left.filter(({ after }) => !after.some((position) => waiting.has(position)));
        const placed = ready.length > 0 ? ready : left;
        for (const { position, after } of placed) {
          if (after.length > 0) order[position] = (order[position] ?? 0) | Math.min(level, LEVEL);
          waiting.delete(position);
        }
        left = left.filter(({ position }) => waiting.has(position));
      }
      return order;
    },
  };
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
