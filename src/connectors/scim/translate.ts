/** Resources as a service provider writes them ⇄ our records. Pure. */

import {
  type Attributes,
  type AttributeValue,
  type ComplexValue,
  type IdentityRecord,
  isReference,
  type ObjectKind,
  type Scalar,
  type SystemName,
} from '../../identity/record.ts';
import { ConnectorError } from '../spi/index.ts';
import { extensionOf, type KnownPath, type Paths } from './paths.ts';
import type { Protocol } from './profile.ts';

/** A resource on the wire (RFC 7643 §3). */
export interface Resource {
  readonly [name: string]: unknown;
}

const ADSCIM_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
/** What is not an attribute of ours: bookkeeping, and the memberships, which are read from the groups. */
const NOT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'id',
  'schemas',
  'meta',
  'groups',
  '__proto__',
]);

/** Longer values are no attributes of a person, and would be held for each of them. */
export const MAX_CHARACTERS = 262_144;

/** The body of a create, from attributes by path. */
export function resourceOf(
  kind: ObjectKind,
  attributes: Attributes,
  paths: Paths,
  protocol: Protocol,
): Resource {
  const schema = protocol.resources[kind]?.schema;
  const schemas = schema === undefined ? [] : [schema];
  if (kind === 'group' && protocol.create.entraTemplate) schemas.push(ADSCIM_GROUP);
  const resource: Record<string, unknown> = { schemas };
  for (const text in attributes) {
    const value = attributes[text];
    if (value === undefined) continue;
    const known = paths(text);
    const extension = extensionOf(known.path);
    if (extension !== undefined && !Object.hasOwn(resource, extension)) schemas.push(extension);
    place(resource, known, wireValue(value, known));
  }
  for (const name of protocol.create.primary) markPrimary(resource[name]);
  if (protocol.create.entraTemplate) resource.meta = { resourceType: titled(kind) };
  return resource;
}

/** Puts a value where its path says; elements that a value filter names are made once. */
export function place(resource: Record<string, unknown>, known: KnownPath, value: unknown): void {
  const { attribute, subAttribute } = known.path;
  const extension = extensionOf(known.path);
  const holder = extension === undefined ? resource : part(resource, extension);
  if (known.where === undefined && subAttribute === undefined) {
    holder[attribute] = value;
    return;
  }
  const target =
    known.where !== undefined || known.multiValued
      ? element(holder, known)
      : part(holder, attribute);
  if (subAttribute !== undefined) target[subAttribute] = value;
  else Object.assign(target, value);
}

function element(holder: Record<string, unknown>, known: KnownPath): Record<string, unknown> {
  const { attribute } = known.path;
  const held = Object.hasOwn(holder, attribute) ? holder[attribute] : undefined;
  const elements: unknown[] = Array.isArray(held) ? held : [];
  if (elements !== held) holder[attribute] = elements;
  const wanted = Object.entries(known.implied);
  const found = elements.find(
    (candidate) =>
      isObject(candidate) && wanted.every(([name, value]) => candidate[name] === value),
  );
  if (isObject(found)) return found;
  const made: Record<string, unknown> = { ...known.implied };
  elements.push(made);
  return made;
}

function part(holder: Record<string, unknown>, name: string): Record<string, unknown> {
  const held = Object.hasOwn(holder, name) ? holder[name] : undefined;
  if (isObject(held)) return held;
  const made: Record<string, unknown> = {};
  holder[name] = made;
  return made;
}

function markPrimary(elements: unknown): void {
  if (!Array.isArray(elements)) return;
  if (elements.some((one) => isObject(one) && one.primary === true)) return;
  if (isObject(elements[0])) elements[0].primary = true;
}

/** A value of ours in the attribute's own type: references as ids, texts of booleans as booleans. */
export function wireValue(value: AttributeValue, known: KnownPath): unknown {
  if (isList(value)) return value.map((one) => wireValue(one, { ...known, multiValued: false }));
  if (isReference(value)) {
    const id = idOf(value, known.text);
    return known.path.subAttribute === undefined ? wrapped({ value: id }, known) : id;
  }
  if (typeof value === 'object') return wrapped(wireObject(value, known), known);
  const scalar = wireScalar(value, known.type);
  if (known.type === 'complex') return wrapped({ value: scalar }, known);
  return known.path.subAttribute === undefined ? wrapped(scalar, known) : scalar;
}

function wireObject(value: Attributes, known: KnownPath): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const name in value) {
    const inner = value[name];
    if (inner !== undefined) object[name] = wireInner(inner, known.text);
  }
  return object;
}

function wireInner(value: AttributeValue, text: string): unknown {
  if (isList(value)) return value.map((one) => wireInner(one, text));
  if (isReference(value)) return { value: idOf(value, text) };
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, wireInner(inner, text)]),
  );
}

/** A single value of an attribute that has many is a list of one. */
function wrapped(value: unknown, { multiValued, where }: KnownPath): unknown {
  return multiValued && where === undefined ? [value] : value;
}

/** In the attribute's type: `"False"` for a boolean is `false`. */
export function wireScalar(value: Scalar, type: KnownPath['type']): Scalar {
  switch (type) {
    case 'boolean':
      if (typeof value !== 'string') return value;
      return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : value;
    case 'integer':
    case 'decimal':
      return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
        ? Number(value)
        : value;
    case 'string':
      return typeof value === 'string' ? value : String(value);
    default:
      return value;
  }
}

function idOf({ $ref }: { readonly $ref: object }, text: string): string {
  if ('id' in $ref && typeof $ref.id === 'string') return $ref.id;
  throw new ConnectorError('invalid', `${text} names somebody without an account here`, {
    code: 'unresolved-reference',
    remedy: 'Provision the person it names first.',
  });
}

/**
 * What a service provider answered, as a record.
 *
 * @param tooLong Takes the names of attributes that were left out because of their length.
 * @returns Undefined when the resource has no id.
 */
export function recordOf(
  system: SystemName,
  kind: ObjectKind,
  resource: Resource,
  tooLong: string[] = [],
): IdentityRecord | undefined {
  const id = resource.id;
  if ((typeof id !== 'string' || id === '') && typeof id !== 'number') return undefined;
  const ref = { system, kind, id: String(id) };
  const attributes = attributesOf(system, resource, tooLong);
  const meta = isObject(resource.meta) ? resource.meta : {};
  const { version } = meta;
  return {
    ref,
    attributes,
    ...(typeof version === 'string' && version !== '' && { version }),
    ...modifiedOf(meta),
  };
}

/** RFC 7643 §3.1 knows when; by whom is an addition of some. */
function modifiedOf({ lastModified, lastModifiedBy }: Resource): Pick<IdentityRecord, 'modified'> {
  if (typeof lastModified !== 'string' || lastModified === '') return {};
  const by = isObject(lastModifiedBy) ? lastModifiedBy.value : lastModifiedBy;
  const modified = { at: lastModified };
  return { modified: typeof by === 'string' && by !== '' ? { ...modified, by } : modified };
}

/** Without what says nothing: nulls, empty texts and lists. References become ours. */
export function attributesOf(
  system: SystemName,
  resource: Resource,
  tooLong: string[] = [],
): Attributes {
  const reading: Reading = { system, tooLong };
  const attributes: Record<string, AttributeValue> = {};
  for (const name of Object.keys(resource)) {
    if (NOT_ATTRIBUTES.has(name)) continue;
    const value = ours(name, resource[name], reading);
    if (value === undefined) continue;
    // GitLab answers with a flat `name.formatted`.
    const dot = name.startsWith('urn:') ? -1 : name.indexOf('.');
    if (dot > 0) merge(attributes, name.slice(0, dot), { [name.slice(dot + 1)]: value });
    else if (Object.hasOwn(attributes, name)) merge(attributes, name, value);
    else attributes[name] = value;
  }
  return attributes;
}

interface Reading {
  readonly system: SystemName;
  readonly tooLong: string[];
}

function merge(
  attributes: Record<string, AttributeValue>,
  name: string,
  value: AttributeValue,
): void {
  const held = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  attributes[name] = isParts(held) && isParts(value) ? { ...held, ...value } : value;
}

function isParts(value: AttributeValue | undefined): value is ComplexValue {
  return typeof value === 'object' && !isList(value) && !isReference(value);
}

function ours(name: string, value: unknown, reading: Reading): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
      if (value === '') return undefined;
      if (value.length > MAX_CHARACTERS) {
        reading.tooLong.push(name);
        return undefined;
      }
      return name === 'manager' ? reference(reading.system, 'user', value) : value;
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'object':
      if (value === null) return undefined;
      if (Array.isArray(value)) return list(name, value, reading);
      return isObject(value) ? object(name, value, reading) : undefined;
    default:
      return undefined;
  }
}

function list(
  name: string,
  values: readonly unknown[],
  reading: Reading,
): AttributeValue | undefined {
  // Entra's older traffic wraps a manager into a list.
  if (name === 'manager') return ours(name, values[0], reading);
  const kept: AttributeValue[] = [];
  for (const value of values) {
    const one = name === 'members' ? memberOf(reading.system, value) : ours(name, value, reading);
    if (one !== undefined) kept.push(one);
  }
  return kept.length > 0 ? kept : undefined;
}

function object(name: string, value: Resource, reading: Reading): AttributeValue | undefined {
  if (name === 'manager') {
    const id = value.value ?? value.managerId;
    return typeof id === 'string' && id !== '' ? reference(reading.system, 'user', id) : undefined;
  }
  const kept: Record<string, AttributeValue> = {};
  let any = false;
  for (const part of Object.keys(value)) {
    if (part === '__proto__') continue;
    const inner = ours(part, value[part], reading);
    if (inner === undefined) continue;
    kept[part] = inner;
    any = true;
  }
  return any ? kept : undefined;
}

function memberOf(system: SystemName, member: unknown): AttributeValue | undefined {
  const id = isObject(member) ? member.value : member;
  if (typeof id !== 'string' || id === '') return undefined;
  return reference(system, isGroup(member) ? 'group' : 'user', id);
}

function isGroup(member: unknown): boolean {
  if (!isObject(member)) return false;
  if (typeof member.type === 'string') return member.type.toLowerCase() === 'group';
  return typeof member.$ref === 'string' && member.$ref.includes('/Groups/');
}

function reference(system: SystemName, kind: ObjectKind, id: string): AttributeValue {
  return { $ref: { system, kind, id } };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function titled(kind: ObjectKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
