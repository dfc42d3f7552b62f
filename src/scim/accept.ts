/**
 * What a client sent, as attributes of ours. Only what the schema has gets through (nothing else
 * can be assigned), in the schema's type and spelling; what only the service may set is left out.
 */

import type { Attributes, AttributeValue, SystemName } from '../identity/record.ts';
import type { Leniency } from './clients.ts';
import { badRequest } from './error.ts';
import { isComplex } from './evaluate.ts';
import type { Member, Members, ResourceType } from './resource-type.ts';

export interface Acceptance {
  /** References are made to objects of this system. */
  readonly system: SystemName;
  readonly leniency: Leniency;
}

/** The body of a POST or PUT. Unknown attributes are ignored (RFC 7644 §3.3). */
export function acceptResource(
  type: ResourceType,
  body: Readonly<Record<string, unknown>>,
  acceptance: Acceptance,
): Attributes {
  const accepted: Record<string, AttributeValue> = {};
  const seen = new Set<string>();
  const attributes = attributesIn(type, body);
  for (const key in attributes) {
    const sent = attributes[key];
    const name = lowered(key);
    if (seen.has(name)) throw twice(key);
    seen.add(name);
    if (name === 'schemas') demandSchemas(type, sent, acceptance);
    const member = type.core.get(name);
    if (member) {
      const value = acceptMember(member, sent, acceptance);
      if (value !== undefined) accepted[member.definition.name] = value;
      continue;
    }
    const extension = type.extended.get(name);
    if (!extension) continue;
    const value = acceptParts(extension.members, sent, extension.id, acceptance);
    if (value) accepted[extension.id] = value;
  }
  return accepted;
}

/** Those of the type's own schema may stand under its URN, as those of an extension do. */
function attributesIn(
  { schema }: ResourceType,
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isOwn = (key: string): boolean =>
    key.length === schema.id.length && lowered(key) === schema.id.toLowerCase();
  if (!Object.keys(body).some(isOwn)) return body;
  const together: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(body)) {
    if (isOwn(key) && !isObject(value)) throw wrongType(key, 'an object');
    const inner = isOwn(key) && isObject(value) ? value : { [key]: value };
    for (const [name, one] of Object.entries(inner)) {
      if (name in together) throw twice(name);
      together[name] = one;
    }
  }
  return together;
}

/** Names that were looked up before: there are few, and they come with every body. */
const LOWERED = new Map<string, string>();
const MOST_LOWERED = 1_000;
const LONGEST_LOWERED = 100;

function lowered(name: string): string {
  const known = LOWERED.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (name.length > LONGEST_LOWERED) return lower;
  if (LOWERED.size >= MOST_LOWERED) LOWERED.clear();
  LOWERED.set(name, lower);
  return lower;
}

/** RFC 7643 §3: those of the type and no others, each once. Who sends none means the type's own. */
function demandSchemas(type: ResourceType, schemas: unknown, { leniency }: Acceptance): void {
  if (isUnassigned(schemas)) return;
  if (!Array.isArray(schemas) || !schemas.every((one) => typeof one === 'string'))
    throw badRequest('invalidSyntax', '"schemas" must be a list of URNs');
  if (leniency.unknownSchemas) return;
  if (areSpelledAsHere(type, schemas)) return;
  const own = type.schema.id.toLowerCase();
  const named = schemas.map((schema: string) => schema.toLowerCase());
  const unknown = named.findIndex((schema) => schema !== own && !type.extended.has(schema));
  if (unknown >= 0)
    throw badRequest('invalidValue', `schemas: a ${type.name} has no schema ${schemas[unknown]}`);
  if (!named.includes(own))
    throw badRequest('invalidValue', `schemas: ${type.schema.id} is that of a ${type.name}`);
  if (new Set(named).size < named.length)
    throw badRequest('invalidValue', 'schemas: one of them is given twice');
}

/** As nearly everybody sends them. */
function areSpelledAsHere({ schema, extended }: ResourceType, schemas: readonly string[]): boolean {
  return (
    schemas.includes(schema.id) &&
    schemas.every(
      (one, at) =>
        schemas.indexOf(one) === at &&
        (one === schema.id || extended.get(lowered(one))?.id === one),
    )
  );
}

/** Attributes named by paths, as in a PATCH without a path: `{ "name.givenName": "Ada" }`. */
export function acceptPaths(
  type: ResourceType,
  body: Readonly<Record<string, unknown>>,
  acceptance: Acceptance,
): readonly { readonly path: string; readonly value: unknown }[] {
  return Object.entries(body).flatMap(([path, value]) => {
    const extension = type.extended.get(path.toLowerCase());
    if (!extension) return [{ path, value }];
    if (!isObject(value)) throw wrongType(path, 'an object');
    return acceptPaths(type, value, acceptance).map((inner) => ({
      path: `${extension.id}:${inner.path}`,
      value: inner.value,
    }));
  });
}

/** @returns Undefined for what means "no value" (RFC 7643 §2.5) and for read-only attributes. */
export function acceptMember(
  member: Member,
  value: unknown,
  acceptance: Acceptance,
): AttributeValue | undefined {
  const { definition } = member;
  if (definition.mutability === 'readOnly' || isUnassigned(value)) return undefined;
  if (!definition.multiValued) {
    if (!Array.isArray(value)) return acceptOne(member, value, acceptance);
    if (acceptance.leniency.listsOfOne && value.length === 1)
      return isUnassigned(value[0]) ? undefined : acceptOne(member, value[0], acceptance);
    throw wrongType(definition.name, 'a single value');
  }
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (elements !== value && !acceptance.leniency.valuesForLists)
    throw wrongType(definition.name, 'a list');
  const accepted = elements.flatMap((element) =>
    isUnassigned(element) ? [] : (acceptOne(member, element, acceptance) ?? []),
  );
  if (accepted.filter(isPrimary).length < 2) return accepted.length > 0 ? accepted : undefined;
  if (!acceptance.leniency.severalPrimaries)
    throw badRequest('invalidValue', `${definition.name}: "primary" is true more than once`);
  const first = accepted.findIndex(isPrimary);
  return accepted.map((element, index) =>
    index > first && isComplex(element) && isPrimary(element)
      ? { ...element, primary: false }
      : element,
  );
}

/** One value, or one element of several. */
export function acceptOne(
  member: Member,
  value: unknown,
  acceptance: Acceptance,
): AttributeValue | undefined {
  const { definition, refersTo } = member;
  if (refersTo !== undefined) return acceptReference(member, refersTo, value, acceptance);
  switch (definition.type) {
    case 'complex':
      // A bare text for an element that has a value, such as a role's.
      if (!isObject(value) && definition.multiValued && member.parts.has('value'))
        return acceptParts(member.parts, { value }, definition.name, acceptance);
      return acceptParts(member.parts, value, definition.name, acceptance);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (acceptance.leniency.textBooleans && typeof value === 'string') {
        if (/^true$/i.test(value)) return true;
        if (/^false$/i.test(value)) return false;
      }
      throw wrongType(definition.name, 'true or false');
    case 'integer':
      if (Number.isSafeInteger(value)) return Number(value);
      throw wrongType(definition.name, 'a whole number');
    case 'decimal':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw wrongType(definition.name, 'a number');
    case 'dateTime':
      if (typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value)))
        return new Date(value).toISOString();
      throw wrongType(definition.name, 'a date and time such as 2026-01-31T08:00:00Z');
    case 'string':
      return canonical(member, acceptText(definition.name, value));
    case 'reference':
    case 'binary':
      return acceptText(definition.name, value);
  }
}

function acceptText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'a text');
  // No database and no other system keeps these as they are.
  if (!value.isWellFormed() || value.includes('\0'))
    throw wrongType(name, 'a text of whole characters, without U+0000');
  return value;
}

/** Of the RFC's own schemas these values are suggestions; of others they are all there are. */
function canonical({ definition, restricted }: Member, value: string): string {
  const { canonicalValues = [], caseExact, name } = definition;
  if (!restricted || canonicalValues.length === 0) return value;
  const found = canonicalValues.find((one) =>
    caseExact ? one === value : one.toLowerCase() === value.toLowerCase(),
  );
  if (found !== undefined) return found;
  throw wrongType(name, `one of ${canonicalValues.join(', ')}`);
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

function acceptParts(
  members: Members,
  value: unknown,
  name: string,
  acceptance: Acceptance,
): Attributes | undefined {
  if (isUnassigned(value)) return undefined;
  if (!isObject(value)) throw wrongType(name, 'an object');
  const accepted: Record<string, AttributeValue> = {};
  let any = false;
  for (const key in value) {
    const member = members.get(lowered(key));
    if (!member) continue;
    // No name is there twice in the same capitals: of two, one at least has others than the schema.
    if (key !== member.definition.name && isTwice(value, key)) throw twice(`${name}.${key}`);
    const inner = acceptMember(member, value[key], acceptance);
    if (inner === undefined) continue;
    accepted[member.definition.name] = inner;
    any = true;
  }
  return any ? accepted : undefined;
}

function isTwice(value: Readonly<Record<string, unknown>>, name: string): boolean {
  const lower = lowered(name);
  return Object.keys(value).filter((key) => lowered(key) === lower).length > 1;
}

/** No system has longer ones, and no index of a database holds them. */
const LONGEST_ID = 512;

/** `"7"`, `{ "value": "7" }`, or the `[{ "$ref": …, "value": "7" }]` of Entra. */
function acceptReference(
  { definition }: Member,
  kind: string,
  value: unknown,
  { system }: Acceptance,
): AttributeValue | undefined {
  const id = isObject(value) ? own(value, 'value') : value;
  if (isUnassigned(id)) return undefined;
  if (typeof id !== 'string' || id.length > LONGEST_ID) throw wrongType(definition.name, 'an id');
  acceptText(definition.name, id);
  const group = isObject(value) && /^group$/i.test(String(own(value, 'type') ?? ''));
  return { $ref: { system, kind: group ? 'group' : kind, id } };
}

export function isUnassigned(value: unknown): boolean {
  return value === null || value === undefined || value === '' || isEmptyList(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isPrimary(value: AttributeValue): boolean {
  return typeof value === 'object' && 'primary' in value && value.primary === true;
}

function wrongType(name: string, expected: string): Error {
  return badRequest('invalidValue', `${name} must be ${expected}`);
}

/** Which of two values is meant, nobody can know: names are the same in any capitals. */
function twice(name: string): Error {
  return badRequest('invalidSyntax', `${name} is given twice`);
}
