/** One object that a path names, found and shown. */

import type { ObjectType } from '../directory.ts';
import { GraphFailure, notFound } from '../failure.ts';
import { contextOf } from '../query/shape.ts';
import { type Found, liveAt, textOf } from '../tenant.ts';
import type { Answer, Call } from './call.ts';
import { elementShape } from './element.ts';

/** Object types by the entity set they are in. */
export const TYPES = {
  users: 'user',
  groups: 'group',
  applications: 'application',
  servicePrincipals: 'servicePrincipal',
} as const satisfies Readonly<Record<string, ObjectType>>;

export function castOf(segment: string): ObjectType | undefined {
  return Object.values(TYPES).find((type) => segment === `microsoft.graph.${type}`);
}

/** The object a path names: by id, by user principal name, by `appId='…'`. */
export function one(call: Call, type: ObjectType): Found {
  const key = call.captured[0] ?? '';
  const id =
    type === 'user' ? (call.tenant.upns.get(key.toLowerCase()) ?? key) : idOf(call, type, key);
  const found = liveAt(call.tenant, id, call.number);
  if (found?.entry.type !== type) throw notFound(key);
  return found;
}

function idOf({ tenant }: Call, type: ObjectType, key: string): string {
  const [, name, value] = /^(appId|uniqueName)='(.*)'$/.exec(key) ?? [];
  if (name === undefined || value === undefined) return key;
  const entry = tenant.directory
    .entries(type)
    .find(({ current }) => textOf(current.properties, name).toLowerCase() === value.toLowerCase());
  return entry?.id ?? key;
}

export function single(call: Call, found: Found, context: string): Answer {
  const { type } = found.entry;
  const { select, expand } = call.options;
  const { selection, shape } = elementShape(call, type, select, expand);
  return {
    status: 200,
    type,
    body: {
      '@odata.context': contextOf(call.base, context, selection),
      ...shape(found),
      // The certificate itself is shown on a single object that selects it, and nowhere else.
      ...(select?.includes('keyCredentials') === true && {
        keyCredentials: found.version.properties.keyCredentials,
      }),
    },
  };
}

export function unknownSegment(segment: string): GraphFailure {
  return new GraphFailure(
    404,
    'Request_BadRequest',
    `Resource not found for the segment '${segment}'.`,
  );
}
