/** Whether two attribute paths of one system may be the same place. */

import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import { parsePath } from '../scim/path.ts';

/** `emails` and `emails[type eq "work"].value` meet; the addresses of work and of home do not. */
export function mayMeet(left: string, right: string): boolean {
  const [a, b] = [parsePath(left), parsePath(right)];
  if (!a.ok || !b.ok) return left.toLowerCase() === right.toLowerCase();
  return (
    same(schemaOf(a.value), schemaOf(b.value)) &&
    same(a.value.attribute, b.value.attribute) &&
    meetOrWhole(a.value.subAttribute, b.value.subAttribute) &&
    !excludeEachOther(a.value.where, b.value.where)
  );
}

const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(User|Group)$/i;

function schemaOf({ schema = '' }: AttributePath): string {
  return CORE.test(schema) ? '' : schema;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The whole of a complex value meets each of its parts. */
function meetOrWhole(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || same(a, b);
}

/** Two values of one attribute; whatever else filters say, the same element may satisfy both. */
function excludeEachOther(a: Filter | undefined, b: Filter | undefined): boolean {
  return (
    a?.type === 'compare' &&
    b?.type === 'compare' &&
    a.operator === 'eq' &&
    b.operator === 'eq' &&
    same(a.path.attribute, b.path.attribute) &&
    !same(String(a.value), String(b.value))
  );
}
