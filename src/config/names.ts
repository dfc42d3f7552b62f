/** Which identity attributes there can be: what the read maps supply, and what every target adds. */

import { type Place, type Problem, suggestion } from '../identity/problem.ts';
import type { LoadedSystem } from './system.ts';

export interface KnownNames {
  readonly names: ReadonlySet<string>;
  /** Some source has attributes that are known only when it is read: the columns of a file. */
  readonly open: boolean;
}

/** Towards one target only: whether the person should be off there, and by which roles they are assigned. */
export const TOWARDS_TARGET: readonly string[] = ['IsSoftDeleted', 'appRoleAssignments'];

/** @param others What is known of identities without any source. */
export function identityNames(
  systems: readonly LoadedSystem[],
  others: readonly string[] = [],
): KnownNames {
  const reads = systems.flatMap(({ configuration, defaultReadMap }) =>
    Object.entries(configuration.read).map(([kind, { map }]) => ({
      names: Object.keys(map),
      open: Object.keys(defaultReadMap[kind] ?? {}).length === 0,
    })),
  );
  return {
    names: new Set([...TOWARDS_TARGET, ...others, ...reads.flatMap(({ names }) => names)]),
    open: reads.some(({ open }) => open),
  };
}

/** An error where a known name was probably meant and no file may supply this one, else a warning. */
export function unknownName(name: string, known: KnownNames, place: Place): readonly Problem[] {
  if (known.names.has(name) || known.names.size === TOWARDS_TARGET.length) return [];
  if (isExtension(name)) return [];
  const meant = suggestion(name, known.names);
  return [
    {
      code: 'unknown-attribute',
      severity: known.open || meant === undefined ? 'warning' : 'error',
      message: `no source supplies the attribute "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
      remedy: known.open
        ? `nothing to do when it is a column of a file; otherwise correct the name`
        : `add it to a read map: map: { ${name}: "[…]" }`,
      place,
    },
  ];
}

/** Directory extensions are as many as there are tenants. */
export function isExtension(name: string): boolean {
  return /^extension_[0-9a-f]{32}_/i.test(name);
}
