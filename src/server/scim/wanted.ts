/** What a system is asked for, from what a client asked for (RFC 7644 §3.9). */

import { isRequested, isWanted, type Projection } from './render.ts';
import { namesOf } from './search.ts';
import type { ServedType } from './served.ts';

/**
 * Names of the attributes an answer needs: memberships, which lie apart, and where a client named
 * what it wants, that alone.
 *
 * @returns Undefined for everything usual.
 */
export function attributesWanted(
  type: ServedType,
  projection: Projection | undefined,
): readonly string[] | undefined {
  const apart = [
    ...(type.kind === 'group' && isWanted(projection, 'members') ? ['members'] : []),
    ...(type.kind === 'user' && isRequested(projection, 'groups') ? ['groups'] : []),
  ];
  if (projection?.mode !== 'only') return apart.length > 0 ? apart : undefined;
  const named = namesOf(type).filter((name) => isNamed(projection, name.toLowerCase()));
  // Where nothing but the id is wanted, some attribute has to be named all the same.
  return named.length + apart.length > 0 ? [...named, ...apart] : undefined;
}

function isNamed({ names }: Projection, name: string): boolean {
  const at = name.lastIndexOf(':');
  if (at < 0) return names.has(name);
  const extension = names.get(name.slice(0, at));
  return extension === 'whole' || (extension?.has(name.slice(at + 1)) ?? false);
}
