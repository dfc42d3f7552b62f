/** Which methods an address knows (RFC 7644 §3.2, table 2), as far as the system can do them. */

import { abilitiesOf, canBeWritten } from './abilities.ts';
import type { ServedSystem } from './served.ts';

/**
 * @param path Behind the address of the service, step by step.
 * @returns Undefined where there is no such address.
 */
export function methodsAt(
  { types, connector }: ServedSystem,
  [first = '', second, ...more]: readonly string[],
): readonly string[] | undefined {
  if (more.length > 0) return undefined;
  if (first === 'Bulk')
    return second === undefined ? (canBeWritten(connector) ? ['POST'] : []) : undefined;
  const fixed = FIXED.get(first);
  if (fixed) return second === undefined ? fixed.all : fixed.one;
  const type = types.get(first);
  if (!type) return undefined;
  const { create, change, remove } = abilitiesOf(connector, type.kind);
  if (second === undefined) return [...READ, ...(create ? ['POST'] : [])];
  if (second === '.search') return ['POST'];
  return [...READ, ...(change ? ['PUT', 'PATCH'] : []), ...(remove ? ['DELETE'] : [])];
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
  ['Me', { all: [...READ, 'POST', 'PUT', 'PATCH', 'DELETE'] }],
  ['ServiceProviderConfig', { all: READ }],
  ['ResourceTypes', { all: READ, one: READ }],
  ['Schemas', { all: READ, one: READ }],
]);

/** An address in any capitals, or by a name that the service itself does not use, as it stands in the RFC. */
export function stepsMeant(
  { types }: ServedSystem,
  [first = '', ...rest]: readonly string[],
): readonly string[] {
  const asked = first.toLowerCase();
  const names = [...types.keys(), ...FIXED.keys(), 'Bulk'];
  const meant = ALIASES.get(asked) ?? names.find((name) => name.toLowerCase() === asked);
  return [meant ?? first, ...rest];
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['serviceconfiguration', 'ServiceProviderConfig'],
]);
