/**
 * References by `bulkId` (RFC 7644 §3.7.2): an operation names what another one of the same request
 * makes, as `bulkId:…` in place of an id, in its data or in its path. Pure.
 */

import { isObject } from './accept.ts';
import type { BulkOperation } from './bulk.ts';

const PREFIX = 'bulkId:';

/** No attribute lies deeper, also not in a PATCH; what does is not looked at. */
const MAX_DEPTH = 12;

/** Every `bulkId` that an operation names. */
export function bulkIdsNamed({
  path,
  data,
}: Pick<BulkOperation, 'path' | 'data'>): ReadonlySet<string> {
  const named = new Set<string>();
  for (const step of path.split('/')) if (step.startsWith(PREFIX)) named.add(idIn(step));
  collect(data, named, MAX_DEPTH);
  return named;
}

/** The same operation with ids in place of the references that are known. */
export function withIds(
  { path, data }: Pick<BulkOperation, 'path' | 'data'>,
  ids: ReadonlyMap<string, string>,
): Pick<BulkOperation, 'path' | 'data'> {
  const steps = path.split('/').map((step) => {
    const id = step.startsWith(PREFIX) ? ids.get(idIn(step)) : undefined;
    return id === undefined ? step : encodeURIComponent(id);
  });
  return { path: steps.join('/'), data: replaced(data, ids, MAX_DEPTH) };
}

export interface Split {
  readonly now: Readonly<Record<string, unknown>>;
  /** In the shape of the resource: what a PATCH without a path adds. */
  readonly later: Readonly<Record<string, unknown>>;
}

/**
 * Takes the values that name one of these out of a resource: a whole attribute, or the elements of
 * a list that do.
 */
export function split(
  resource: Readonly<Record<string, unknown>>,
  deferred: ReadonlySet<string>,
): Split {
  const now: [string, unknown][] = [];
  const later: [string, unknown][] = [];
  for (const [name, value] of Object.entries(resource)) {
    if (!names(value, deferred)) now.push([name, value]);
    else if (Array.isArray(value)) {
      now.push([name, value.filter((element) => !names(element, deferred))]);
      later.push([name, value.filter((element) => names(element, deferred))]);
    } else if (isObject(value) && /^urn:/i.test(name)) {
      const inner = split(value, deferred);
      now.push([name, inner.now]);
      later.push([name, inner.later]);
    } else later.push([name, value]);
  }
  return { now: Object.fromEntries(now), later: Object.fromEntries(later) };
}

function names(value: unknown, some: ReadonlySet<string>): boolean {
  const named = new Set<string>();
  collect(value, named, MAX_DEPTH);
  return !named.isDisjointFrom(some);
}

function collect(value: unknown, named: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    if (value.startsWith(PREFIX)) named.add(idIn(value));
  } else if (typeof value === 'object' && value !== null && depth > 0)
    for (const inner of Object.values(value)) collect(inner, named, depth - 1);
}

function replaced(value: unknown, ids: ReadonlyMap<string, string>, depth: number): unknown {
  if (typeof value === 'string')
    return value.startsWith(PREFIX) ? (ids.get(idIn(value)) ?? value) : value;
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, ids, depth - 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, replaced(inner, ids, depth - 1)]),
  );
}

function idIn(reference: string): string {
  return reference.slice(PREFIX.length);
}
