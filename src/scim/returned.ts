/** Attributes that are not told like others (RFC 7643 §2.2, §7: `returned`), by their places. */

import type { Filter } from '../identity/filter.ts';
import { badRequest } from './error.ts';
import { type Members, memberAt, type ResourceType } from './resource-type.ts';

/** Lower-case names from the resource down to the attribute. */
export type Place = readonly string[];

export interface Returned {
  readonly always: readonly Place[];
  readonly never: readonly Place[];
  /** Told to whoever names them. */
  readonly request: readonly Place[];
}

const KNOWN = new WeakMap<ResourceType, Returned | 'usual'>();

/** @returns `usual` where no attribute of the type is special, besides those that lie apart anyway. */
export function returnedOf(type: ResourceType): Returned | 'usual' {
  const known = KNOWN.get(type);
  if (known) return known;
  const found = {
    always: placesOf(type, 'always'),
    never: placesOf(type, 'never'),
    request: placesOf(type, 'request'),
  };
  const returned = Object.values(found).every((places) => places.length === 0) ? 'usual' : found;
  KNOWN.set(type, returned);
  return returned;
}

/** What is never told cannot be found out by asking what it is like. */
export function refuseHidden(type: ResourceType, filter: Filter): void {
  const returned = returnedOf(type);
  if (returned === 'usual' || returned.never.length === 0) return;
  switch (filter.type) {
    case 'and':
    case 'or':
      for (const operand of filter.operands) refuseHidden(type, operand);
      return;
    case 'not':
      refuseHidden(type, filter.operand);
      return;
    default: {
      const { attribute, subAttribute, where } = filter.path;
      const holder = memberAt(type, filter.path);
      const within = filter.type === 'some' ? filter.where : where;
      const parts = [subAttribute ?? [], within ? namesIn(within) : []].flat();
      const named = [holder, ...parts.map((name) => holder?.parts.get(name.toLowerCase()))];
      if (named.some((member) => member?.definition.returned === 'never'))
        throw badRequest('invalidFilter', `${attribute} is not searched by`);
    }
  }
}

function namesIn(filter: Filter): readonly string[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.operands.flatMap(namesIn);
    case 'not':
      return namesIn(filter.operand);
    default:
      return [filter.path.attribute];
  }
}

/** Every resource has these, or they are read only where somebody asks for them. */
const APART: ReadonlySet<string> = new Set(['id', 'schemas', 'groups']);

function placesOf(type: ResourceType, returned: keyof Returned): readonly Place[] {
  const extended = [...type.extended].flatMap(([urn, { members }]) =>
    placesIn(members, [urn], returned),
  );
  return [...placesIn(type.core, [], returned), ...extended].filter(
    ([first = '', ...below]) => below.length > 0 || !APART.has(first),
  );
}

function placesIn(members: Members, above: Place, returned: keyof Returned): readonly Place[] {
  return [...members].flatMap(([name, { definition, parts }]) => {
    const place = [...above, name];
    return definition.returned === returned ? [place] : placesIn(parts, place, returned);
  });
}
