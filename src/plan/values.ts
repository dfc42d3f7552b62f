/** Whether two values say the same. */

import type { AttributeValue } from '../identity/record.ts';

/** Order of parts does not matter, order of elements does; capitals do. */
export function sameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((element: AttributeValue, index) => sameValue(element, b[index]));
  }
  const [left, right] = [a as Parts, b as Parts];
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && sameValue(left[name], right[name]));
}

type Parts = { readonly [part: string]: AttributeValue };

/** Whether it is true or false, as a boolean or in either spelling Entra's expressions give. */
export function asBoolean(value: AttributeValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
