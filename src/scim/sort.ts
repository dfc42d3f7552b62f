/**
 * What resources are sorted by (RFC 7644 §3.4.2.3): the value at a path, of several the primary one
 * or else the first. Pure, and in the order in which databases compare bytes of UTF-8.
 */

import type { AttributePath } from '../identity/path.ts';
import { type Attributes, type AttributeValue, isReference } from '../identity/record.ts';
import { isComplex, isList, member } from './evaluate.ts';
import { readPath } from './path.ts';

/** Folded where capitals make no difference; false before true. */
export type SortKey = string | number;

/** @returns Undefined for a resource without a value. */
export function sortKey(
  attributes: Attributes,
  { subAttribute, ...whole }: AttributePath,
  caseExact: boolean,
): SortKey | undefined {
  const element = chosen(readPath(attributes, whole));
  const value = isComplex(element) ? chosen(member(element, subAttribute ?? 'value')) : element;
  if (isReference(value)) return 'id' in value.$ref ? value.$ref.id : undefined;
  switch (typeof value) {
    case 'string':
      if (value === '') return undefined;
      return caseExact ? value : value.toLowerCase();
    case 'number':
      return value;
    case 'boolean':
      return Number(value);
    default:
      return undefined;
  }
}

/** Ascending: numbers, texts, and last what has no value. */
export function compareKeys(one: SortKey | undefined, other: SortKey | undefined): number {
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  if (rank !== otherRank) return rank - otherRank;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return typeof one === 'string' && typeof other === 'string' ? compareTexts(one, other) : 0;
}

export function compareTexts(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const [unit, otherUnit] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (unit !== otherUnit) return inUtf8(unit) - inUtf8(otherUnit);
  }
  return one.length - other.length;
}

/** Surrogates stand for what is beyond all other code units. */
function inUtf8(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

function rankOf(key: SortKey | undefined): number {
  if (key === undefined) return 2;
  return typeof key === 'number' ? 0 : 1;
}

function chosen(value: AttributeValue | undefined): AttributeValue | undefined {
  if (!isList(value)) return value;
  return (
    value.find((element) => isComplex(element) && member(element, 'primary') === true) ?? value[0]
  );
}
