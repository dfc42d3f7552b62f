/** Records as resources: what is answered, and which part of it was asked for. */

import {
  type AttributeValue,
  type IdentityRecord,
  isReference,
  type ObjectKind,
} from '../../identity/record.ts';
import { badRequest } from '../../scim/error.ts';
import { parsePath } from '../../scim/path.ts';
import { type Place, type Returned, returnedOf } from '../../scim/returned.ts';
import { etag } from './etag.ts';
import type { ServedSystem, ServedType } from './served.ts';

export interface Resource {
  readonly [name: string]: unknown;
}

/** @param base Address of the service, without a slash at the end. */
export function resourceOf(
  served: ServedSystem,
  type: ServedType,
  { ref, attributes, version }: IdentityRecord,
  base: string,
): Resource {
  const schemas = [type.schema.id];
  const { meta } = attributes;
  const resource: Record<string, unknown> = {
    schemas,
    id: ref.id,
    meta: {
      resourceType: type.name,
      ...(isObject(meta) && meta),
      location: `${base}${type.endpoint}/${encodeURIComponent(ref.id)}`,
      ...(version !== undefined && { version: etag(version) }),
    },
  };
  for (const name in attributes) {
    const value = attributes[name];
    if (BESIDES.has(name)) continue;
    if (type.core.has(name.toLowerCase())) resource[name] = value;
    else if (type.extended.has(name.toLowerCase())) {
      resource[name] = value;
      schemas.push(name);
    }
  }
  for (const place of type.references) {
    const { extension, attribute } = place;
    if (extension === undefined) withLinks(resource, place, served, base);
    else {
      const inner = resource[extension];
      if (isObject(inner) && Object.hasOwn(inner, attribute))
        resource[extension] = withLinks({ ...inner }, place, served, base);
    }
  }
  if (type.kind === 'user' && Array.isArray(resource.groups))
    resource.groups = resource.groups.map((one) => withAddress(one, served, base));
  return resource;
}

/** Of every resource, and told by themselves. */
const BESIDES: ReadonlySet<string> = new Set(['schemas', 'meta']);

function withLinks(
  holder: Record<string, unknown>,
  { attribute, typed }: ServedType['references'][number],
  served: ServedSystem,
  base: string,
): Record<string, unknown> {
  const value = holder[attribute];
  if (value === undefined) return holder;
  const of = typed ? typedLinkOf : linkOf;
  const link = (one: unknown) => of(one as AttributeValue, served, base);
  holder[attribute] = Array.isArray(value) ? value.map(link) : link(value);
  return holder;
}

/** An address for a reference to an object that has one here; another value stays as it is. */
export function linkOf(value: AttributeValue, served: ServedSystem, base: string): unknown {
  if (!isReference(value) || !('id' in value.$ref)) return value;
  const { kind, id } = value.$ref;
  const type = typeOfKind(served, kind);
  return {
    value: id,
    ...(type && { $ref: `${base}${type.endpoint}/${encodeURIComponent(id)}` }),
  };
}

/** With the type of what it leads to: members are of several (RFC 7643 §4.2), a manager is of one. */
function typedLinkOf(value: AttributeValue, served: ServedSystem, base: string): unknown {
  const link = linkOf(value, served, base);
  if (!isReference(value) || !('id' in value.$ref) || !isObject(link)) return link;
  const type = typeOfKind(served, value.$ref.kind);
  return { ...link, ...(type && { type: type.name }) };
}

/** RFC 7643 §4.1.2: a group somebody is in, with where it is. */
function withAddress(group: unknown, served: ServedSystem, base: string): unknown {
  const type = typeOfKind(served, 'group');
  if (!type || !isObject(group) || typeof group.value !== 'string') return group;
  return { ...group, $ref: `${base}${type.endpoint}/${encodeURIComponent(group.value)}` };
}

function typeOfKind(served: ServedSystem, kind: ObjectKind): ServedType | undefined {
  for (const type of served.types.values()) if (type.kind === kind) return type;
  return undefined;
}

/** Which attributes an answer has (RFC 7644 §3.9). */
export interface Projection {
  readonly mode: 'only' | 'without';
  /** Lower-case names in the resource: `username`, or `name` with its parts. */
  readonly names: Selected;
  /** What is not told whatever was asked for. */
  readonly hidden?: Selected;
}

type Selected = ReadonlyMap<string, Selected | 'whole'>;

export function projectionOf(
  type: ServedType,
  attributes: string | undefined,
  excluded: string | undefined,
): Projection | undefined {
  const asked: Projection | undefined = attributes
    ? { mode: 'only', names: selected(type, attributes) }
    : excluded
      ? { mode: 'without', names: selected(type, excluded) }
      : undefined;
  const returned = returnedOf(type);
  return returned === 'usual' ? asked : withReturned(returned, asked);
}

function withReturned(returned: Returned, asked: Projection | undefined): Projection {
  if (asked?.mode !== 'only') {
    const left = asked ? withoutPlaces(asked.names, returned.always) : [];
    const names: Tree = new Map(left) as Tree;
    for (const place of [...returned.never, ...returned.request]) choose(names, place);
    return { mode: 'without', names };
  }
  const names = asked.names as Tree;
  const hidden: Tree = new Map();
  for (const place of returned.never) choose(hidden, place);
  for (const place of returned.request) if (!isNamed(names, place)) choose(hidden, place);
  for (const place of returned.always) choose(names, place);
  return { mode: 'only', names, hidden };
}

/** What is always told cannot be left out. */
function withoutPlaces(names: Selected, places: readonly Place[]): Selected {
  const kept: Tree = new Map();
  for (const [name, choice] of names) {
    const below = places.flatMap(([first, ...rest]) => (first === name ? [rest] : []));
    if (below.some((place) => place.length === 0)) continue;
    kept.set(name, choice === 'whole' ? choice : (withoutPlaces(choice, below) as Tree));
  }
  return kept;
}

function isNamed(names: Selected, [first = '', ...rest]: Place): boolean {
  const choice = names.get(first);
  if (choice === undefined) return false;
  return rest.length === 0 ? choice === 'whole' : choice !== 'whole' && isNamed(choice, rest);
}

/** Whether an attribute that is returned on request alone was asked for (RFC 7643 §2.2). */
export function isRequested(projection: Projection | undefined, name: string): boolean {
  return projection?.mode === 'only' && projection.names.has(name.toLowerCase());
}

/** Whether the answer will have an attribute of the resource itself. */
export function isWanted(projection: Projection | undefined, name: string): boolean {
  if (!projection) return true;
  return (projection.mode === 'only') === projection.names.has(name.toLowerCase());
}

export function projected(resource: Resource, projection: Projection | undefined): Resource {
  if (!projection) return resource;
  const { schemas, id, ...rest } = resource;
  const { mode, names, hidden } = projection;
  const shown = hidden ? without(rest, hidden) : rest;
  const kept = mode === 'only' ? only(shown, names) : without(shown, names);
  return { schemas, id, ...(isObject(kept) && kept) };
}

function selected(type: ServedType, list: string): Selected {
  const names = new Map<string, Map<string, Map<string, 'whole'> | 'whole'> | 'whole'>();
  for (const text of list.split(',')) {
    const path = parsePath(text.trim());
    if (!path.ok) throw badRequest('invalidPath', `${text}: ${path.problems[0]?.message}`);
    const { schema, attribute, subAttribute } = path.value;
    const extension = schema?.toLowerCase();
    const steps = [
      ...(extension !== undefined && type.extended.has(extension) ? [extension] : []),
      attribute.toLowerCase(),
      ...(subAttribute === undefined ? [] : [subAttribute.toLowerCase()]),
    ];
    choose(names as Tree, steps);
  }
  return names;
}

type Tree = Map<string, Tree | 'whole'>;

function choose(tree: Tree, [step, ...rest]: readonly string[]): void {
  if (step === undefined) return;
  const held = tree.get(step);
  if (rest.length === 0 || held === 'whole') {
    tree.set(step, 'whole');
    return;
  }
  const inner: Tree = held ?? new Map();
  tree.set(step, inner);
  choose(inner, rest);
}

function only(value: unknown, names: Selected): unknown {
  if (Array.isArray(value)) return value.map((one) => only(one, names));
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const name in value) {
    const choice = names.get(name.toLowerCase());
    if (choice === 'whole') kept[name] = value[name];
    else if (choice) {
      const part = only(value[name], choice);
      // Of nothing that was asked for there is nothing to tell.
      if (!isObject(part) || Object.keys(part).length > 0) kept[name] = part;
    }
  }
  return kept;
}

function without(value: unknown, names: Selected): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, names));
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const name in value) {
    const choice = names.get(name.toLowerCase());
    if (choice === 'whole') continue;
    const part = choice ? without(value[name], choice) : value[name];
    if (!choice || !isObject(part) || Object.keys(part).length > 0) kept[name] = part;
  }
  return kept;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
