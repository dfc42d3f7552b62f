/** `=`, `<>` and their kin, as a condition of `IIF` and `CBool` has them. */

import type { Operator } from './syntax.ts';
import { numeric, textOf, type Value } from './value.ts';

/**
 * Two numbers, also as text, compare as numbers; two dates by time; everything else by its
 * characters, case-sensitive. No value is the empty text.
 */
export function compares(left: Value, operator: Operator, right: Value, offset: number): boolean {
  const order = orderOf(left, right, offset);
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function orderOf(left: Value, right: Value, offset: number): number {
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  const a = textOf(left, offset) ?? '';
  const b = textOf(right, offset) ?? '';
  if (a === b) return 0;
  if (numeric(a) && numeric(b)) return numericOrder(a, b);
  return a < b ? -1 : 1;
}

/** Integers too long for a double are told apart all the same. */
function numericOrder(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 || a.includes('.') || b.includes('.')) return difference;
  const [x, y] = [BigInt(a), BigInt(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
