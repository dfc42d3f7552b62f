/** What a system is asked for, from what a client asked for (RFC 7644 §3.9). */

import { isObject } from '../../scim/accept.ts';
import type { PatchOperation } from '../../scim/patch.ts';
import { parsePath } from '../../scim/path.ts';
import { type Place, returnedOf } from '../../scim/returned.ts';
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

/**
 * What has to be known before a PATCH that is about something told only where it is named: without
 * that a photo to be taken away would look as if there was none.
 *
 * @returns Undefined for everything usual.
 */
export function attributesTouched(
  type: ServedType,
  operations: readonly PatchOperation[],
): readonly string[] | undefined {
  const returned = returnedOf(type);
  if (returned === 'usual' || returned.request.length === 0) return undefined;
  const special = new Set(returned.request.map((place) => headOf(type, place)));
  const touched = new Set(operations.flatMap(headsIn).map((name) => name.toLowerCase()));
  if (special.isDisjointFrom(touched)) return undefined;
  return namesOf(type).filter((name) => {
    const head = name.toLowerCase();
    return touched.has(head) || !special.has(head);
  });
}

function headOf({ extended }: ServedType, [first = '', second = '']: Place): string {
  return extended.has(first) ? `${first}:${second}` : first;
}

/** The attributes an operation names, in its path or as the members of its value. */
function headsIn({ path, value }: PatchOperation): readonly string[] {
  if (path !== undefined) return headIn(path);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...headIn(name),
    ...(isObject(inner) ? Object.keys(inner).flatMap((part) => headIn(`${name}:${part}`)) : []),
  ]);
}

function headIn(text: string): readonly string[] {
  const path = parsePath(text);
  if (!path.ok) return [];
  const { schema, attribute } = path.value;
  const isCore = schema === undefined || /^urn:ietf:params:scim:schemas:core:/i.test(schema);
  return [isCore ? attribute : `${schema}:${attribute}`];
}
