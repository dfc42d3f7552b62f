/** Which methods an address knows (RFC 7644 §3.2, table 2). */

import type { ServedSystem } from './served.ts';

/**
 * @param path Behind the address of the service, step by step.
 * @returns Undefined where there is no such address.
 */
export function methodsAt(
  { types }: ServedSystem,
  [first = '', second, ...more]: readonly string[],
): readonly string[] | undefined {
  if (second === '' || more.length > 0) return undefined;
  const fixed = FIXED.get(first);
  if (fixed) return second === undefined ? fixed.all : fixed.one;
  if (!types.has(first)) return undefined;
  if (second === undefined) return [...READ, 'POST'];
  return second === '.search' ? ['POST'] : [...READ, 'PUT', 'PATCH', 'DELETE'];
}

interface Methods {
  readonly all: readonly string[];
  /** Of what lies below it. */
  readonly one?: readonly string[];
}

const READ = ['GET', 'HEAD'];

const FIXED: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ['', { all: READ }],
  ['.search', { all: ['POST'] }],
  ['Bulk', { all: ['POST'] }],
  ['Me', { all: [...READ, 'POST', 'PUT', 'PATCH', 'DELETE'] }],
  ['ServiceProviderConfig', { all: READ }],
  ['ResourceTypes', { all: READ, one: READ }],
  ['Schemas', { all: READ, one: READ }],
]);
