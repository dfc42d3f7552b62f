/**
 * Which names an object has besides those that every object of its kind may have. They are kept beside its
 * JSON: who passes that on sees by them what it has to be told with, and whether all of it is told.
 */

import type { Attributes, ObjectKind } from '../../identity/record.ts';
import { GROUP_SCHEMA, type SchemaDefinition, USER_SCHEMA } from '../../scim/schemas.ts';

export interface NamesBeside {
  /** URNs, as they stand in a JSON list behind another: `,"urn:a","urn:b"`; empty for none. */
  readonly extensions: string;
  /** Other names, in the same notation. */
  readonly further: string;
}

export function namesBeside(kind: ObjectKind, attributes: Attributes): NamesBeside {
  const usual = USUAL[kind];
  let extensions = '';
  let further = '';
  for (const name in attributes) {
    if (usual?.has(name)) continue;
    if (name.includes(':')) extensions += `,${JSON.stringify(name)}`;
    else further += `,${JSON.stringify(name)}`;
  }
  return { extensions, further };
}

/** What is told by itself, and not as it is kept; a password is never kept. */
const BY_ITSELF: ReadonlySet<string> = new Set(['groups', 'members', 'password']);

const USUAL: Readonly<Record<ObjectKind, ReadonlySet<string>>> = {
  user: namesIn(USER_SCHEMA),
  group: namesIn(GROUP_SCHEMA),
};

function namesIn({ attributes }: SchemaDefinition): ReadonlySet<string> {
  const names = attributes.map(({ name }) => name);
  return new Set(names.filter((name) => !BY_ITSELF.has(name)));
}
