/** Values are kept for a time of attributes that there are; a slip of the pen would keep them for ever. */

import { type Problem, suggestion } from '../identity/problem.ts';
import type { IdentityConfiguration, SystemConfiguration } from './configuration.ts';
import type { Source } from './source.ts';

/** @param systems With every name that is carried over from records. */
export function retentionProblems(
  attributes: Readonly<Record<string, number>> = {},
  systems: readonly SystemConfiguration[],
  identity: IdentityConfiguration,
  source: Source,
): readonly Problem[] {
  const names = systems.map(({ name }) => name);
  const known = new Set([
    ...systems.flatMap(({ read }) => Object.keys(read.user?.map ?? {})),
    ...Object.keys(identity.user ?? {}),
  ]);
  return Object.keys(attributes).flatMap((name): readonly Problem[] => {
    const place = source.keyPlace(['keep', 'attributes', name]);
    const slash = name.indexOf('/');
    if (slash > 0) {
      const system = name.slice(0, slash);
      if (names.includes(system)) return [];
      return [
        {
          code: 'unknown-system',
          severity: 'error',
          message: `keep.attributes names the system "${system}", which is not among the systems`,
          remedy: `systems here: ${names.join(', ')}`,
          place,
        },
      ];
    }
    if (known.has(name)) return [];
    const meant = suggestion(name, known);
    return [
      {
        code: 'unknown-attribute',
        severity: 'error',
        message: `no source supplies "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        remedy: `name an attribute of a read map, or a column as ${names[0] ?? 'hr'}/${name}`,
        place,
      },
    ];
  });
}
