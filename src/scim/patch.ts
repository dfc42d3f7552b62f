/**
 * PATCH (RFC 7644 §3.5.2) as a function of values: what a resource is after the operations. Either
 * all of them apply or none. Memberships are not an attribute here: a group's members may be too
 * many to read, so changes to them come out as steps.
 */

import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import {
  type Attributes,
  type AttributeValue,
  isReference,
  type ObjectRef,
} from '../identity/record.ts';
import {
  type Acceptance,
  acceptMember,
  acceptOne,
  acceptPaths,
  isObject,
  isUnassigned,
} from './accept.ts';
import { badRequest } from './error.ts';
import { elementsOf, fields, filterMatches, isComplex, isList, member } from './evaluate.ts';
import { formatPath, parsePath, readPath, removePath, writePath } from './path.ts';
import { type Member, memberAt, qualifiedPath, type ResourceType } from './resource-type.ts';
import { PATCH_OP } from './urn.ts';

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path?: string;
  readonly value?: unknown;
}

/** In the order asked. */
export type MembershipStep =
  | { readonly type: 'add' | 'remove' | 'set'; readonly members: readonly ObjectRef[] }
  | { readonly type: 'clear' };

export interface Patched {
  readonly attributes: Attributes;
  /** Paths of the attributes that were asked for, changed by that or not: `name`, `urn:…:department`. */
  readonly touched: ReadonlySet<string>;
  readonly memberships: readonly MembershipStep[];
}

const MAX_OPERATIONS = 1_000;

/** The operations of a PATCH body; their names come in any case, as Entra writes them. */
export function parsePatch(body: unknown): readonly PatchOperation[] {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'the body must be a JSON object');
  const schemas = anyCase(body, 'schemas');
  if (!Array.isArray(schemas) || !schemas.includes(PATCH_OP))
    throw badRequest('invalidSyntax', `"schemas" must contain ${PATCH_OP}`);
  const operations = anyCase(body, 'Operations');
  if (!Array.isArray(operations) || operations.length === 0)
    throw badRequest('invalidSyntax', '"Operations" must be a list of at least one operation');
  if (operations.length > MAX_OPERATIONS)
    throw badRequest('tooMany', `a PATCH may have ${MAX_OPERATIONS} operations`);
  return operations.map(parseOperation);
}

function parseOperation(operation: unknown): PatchOperation {
  if (!isObject(operation)) throw badRequest('invalidSyntax', 'an operation must be an object');
  const { op, path, value } = operation;
  const name = typeof op === 'string' ? op.toLowerCase() : '';
  if (name !== 'add' && name !== 'replace' && name !== 'remove')
    throw badRequest('invalidSyntax', '"op" must be add, replace or remove');
  if (path !== undefined && path !== null && typeof path !== 'string')
    throw badRequest('invalidPath', '"path" must be a text');
  if (name !== 'remove' && value === undefined)
    throw badRequest('invalidValue', `${name} needs a "value"`);
  return {
    op: name,
    ...(typeof path === 'string' && path !== '' && { path }),
    ...(value !== undefined && { value }),
  };
}

export function applyPatch(
  type: ResourceType,
  attributes: Attributes,
  operations: readonly PatchOperation[],
  acceptance: Acceptance,
): Patched {
  let patched: Patched = { attributes, touched: new Set(), memberships: [] };
  for (const operation of operations) patched = applied(type, patched, operation, acceptance);
  return patched;
}

function applied(
  type: ResourceType,
  patched: Patched,
  operation: PatchOperation,
  acceptance: Acceptance,
): Patched {
  if (operation.path === undefined) return withoutPath(type, patched, operation, acceptance);
  const parsed = parsePath(operation.path);
  if (!parsed.ok)
    throw badRequest('invalidPath', `${operation.path}: ${parsed.problems[0]?.message}`);
  const path = meant(type, parsed.value, acceptance);
  const extension = type.extended.get(path.attribute.toLowerCase());
  if (extension && !path.where && path.subAttribute === undefined)
    return wholeExtension(type, patched, operation, extension.id, acceptance);
  const target = targetOf(type, path);
  if (target.holder.definition.name === 'members' && type.kind === 'group') {
    const step = membershipStep(target.holder, path, operation, acceptance);
    return { ...patched, memberships: [...patched.memberships, step] };
  }
  const { schema, attribute } = target.path;
  return {
    ...patched,
    attributes: changed(patched.attributes, target, operation, acceptance),
    touched: new Set(patched.touched).add(formatPath({ ...(schema && { schema }), attribute })),
  };
}

function withoutPath(
  type: ResourceType,
  patched: Patched,
  { op, value }: PatchOperation,
  acceptance: Acceptance,
): Patched {
  if (op === 'remove') throw badRequest('noTarget', 'remove needs a "path"');
  if (!isObject(value))
    throw badRequest('invalidValue', `${op} without a "path" needs an object as its "value"`);
  let result = patched;
  for (const inner of acceptPaths(type, value, acceptance)) {
    // Clients send what they read, so bookkeeping and attributes of others come along.
    if (isIgnored(type, inner.path, acceptance)) continue;
    result = applied(type, result, { op, ...inner }, acceptance);
  }
  return result;
}

function isIgnored(type: ResourceType, text: string, acceptance: Acceptance): boolean {
  const parsed = parsePath(text);
  const target = parsed.ok && memberAt(type, meant(type, parsed.value, acceptance));
  return !target || target.definition.mutability === 'readOnly';
}

function meant(type: ResourceType, path: AttributePath, { leniency }: Acceptance): AttributePath {
  return qualifiedPath(type, path, leniency.bareNames);
}

function wholeExtension(
  type: ResourceType,
  patched: Patched,
  { op, value }: PatchOperation,
  id: string,
  acceptance: Acceptance,
): Patched {
  if (op !== 'remove')
    return withoutPath(type, patched, { op, value: { [id]: value } }, acceptance);
  const members = type.extended.get(id.toLowerCase())?.members.values() ?? [];
  const touched = [...members].map(({ definition }) => `${id}:${definition.name}`);
  return {
    ...patched,
    attributes: removePath(patched.attributes, { attribute: id }),
    touched: new Set([...patched.touched, ...touched]),
  };
}

interface Target {
  readonly path: AttributePath;
  /** The attribute, and the part of it the path ends in. */
  readonly holder: Member;
  readonly leaf: Member;
}

function targetOf(type: ResourceType, path: AttributePath): Target {
  const holder = memberAt(type, path);
  if (!holder) throw badRequest('invalidPath', `${formatPath(path)}: there is no such attribute`);
  const { subAttribute } = path;
  // A reference stands for its complex value: `manager.value` is the manager.
  const leaf =
    subAttribute === undefined || holder.refersTo !== undefined
      ? holder
      : holder.parts.get(subAttribute.toLowerCase());
  if (!leaf) throw badRequest('invalidPath', `${formatPath(path)}: there is no such sub-attribute`);
  for (const { definition } of [holder, leaf])
    if (definition.mutability === 'readOnly')
      throw badRequest('mutability', `${formatPath(path)} cannot be changed`);
  if (path.where && !holder.definition.multiValued)
    throw badRequest('invalidPath', `${formatPath(path)}: the attribute has one value only`);
  const spelled = {
    ...path,
    attribute: holder.definition.name,
    ...(subAttribute !== undefined && { subAttribute: leaf.definition.name }),
  };
  if (holder.refersTo === undefined) return { path: spelled, holder, leaf };
  const { subAttribute: _, ...whole } = spelled;
  return { path: whole, holder, leaf };
}

function changed(
  attributes: Attributes,
  target: Target,
  operation: PatchOperation,
  acceptance: Acceptance,
): Attributes {
  const { path, leaf } = target;
  if (operation.op === 'remove') return removed(attributes, target, operation, acceptance);
  if (isUnassigned(operation.value)) {
    return operation.op === 'add'
      ? attributes
      : removed(attributes, target, { op: 'remove' }, acceptance);
  }
  const several = leaf.definition.multiValued;
  if (path.where || (path.subAttribute !== undefined && !several)) {
    return replacedPart(attributes, target, operation.value, acceptance);
  }
  const value = acceptMember(leaf, listed(operation, several), acceptance);
  if (value === undefined) return attributes;
  const held = readPath(attributes, path);
  if (operation.op === 'add' && several) return appended(attributes, path, held, value);
  // RFC 7644 §3.5.2.3: of a complex value only the given parts are replaced.
  const merged = !several && isComplex(held) && isComplex(value) ? { ...held, ...value } : value;
  return writePath(attributes, path, merged);
}

/** RFC 7644 §3.5.2.1: to an attribute of several values, a value is added. */
function listed({ op, value }: PatchOperation, several: boolean): unknown {
  return op === 'add' && several && !Array.isArray(value) ? [value] : value;
}

function replacedPart(
  attributes: Attributes,
  { path, holder, leaf }: Target,
  given: unknown,
  acceptance: Acceptance,
): Attributes {
  if (
    path.where &&
    !acceptance.leniency.createsElements &&
    readWhere(attributes, path).length === 0
  )
    throw badRequest('noTarget', `${formatPath(path)}: no element satisfies the filter`);
  const value =
    path.subAttribute === undefined
      ? acceptOne(leaf, Array.isArray(given) && given.length === 1 ? given[0] : given, acceptance)
      : acceptMember(leaf, given, acceptance);
  if (value === undefined) return attributes;
  const { subAttribute, ...whole } = path;
  // A part of elements of which there are none yet makes the first of them.
  const isFirst =
    holder.definition.multiValued && !path.where && readPath(attributes, whole) === undefined;
  const written =
    isFirst && subAttribute !== undefined
      ? writePath(attributes, whole, [{ [subAttribute]: value }])
      : writePath(attributes, path, value);
  return onePrimary(attributes, written, path);
}

function removed(
  attributes: Attributes,
  { path, holder, leaf }: Target,
  { value }: PatchOperation,
  acceptance: Acceptance,
): Attributes {
  if (leaf.definition.required && (holder === leaf || !holder.definition.multiValued))
    throw badRequest('mutability', `${formatPath(path)} is required and cannot be removed`);
  const byValue =
    !isUnassigned(value) &&
    !path.where &&
    path.subAttribute === undefined &&
    holder.definition.multiValued;
  if (!byValue) return removePath(attributes, path);
  if (!acceptance.leniency.removesByValue) throw unnamedRemoval(path);
  const given = Array.isArray(value) ? value : [value];
  const named = elementsOf(acceptMember(holder, given, acceptance) ?? []);
  const held = readPath(attributes, path);
  if (held === undefined) return attributes;
  const left = elementsOf(held).filter((element) => !named.some((one) => isSame(one, element)));
  return left.length > 0 ? writePath(attributes, path, left) : removePath(attributes, path);
}

/** RFC 7644 §3.5.2.2 has no value here and removes all; who sends one means that one. */
function unnamedRemoval({ attribute }: AttributePath): Error {
  return badRequest(
    'invalidValue',
    `remove has no "value": name what goes by a filter, as in ${attribute}[value eq "…"]`,
  );
}

function readWhere(attributes: Attributes, path: AttributePath): readonly AttributeValue[] {
  const { where, subAttribute: _, ...whole } = path;
  const held = readPath(attributes, whole);
  if (held === undefined || !where) return [];
  return elementsOf(held).filter((element) => filterMatches(where, fields(element)));
}

function appended(
  attributes: Attributes,
  path: AttributePath,
  held: AttributeValue | undefined,
  value: AttributeValue,
): Attributes {
  const before = held === undefined ? [] : elementsOf(held);
  const more = elementsOf(value).filter((one) => !before.some((other) => isSame(one, other)));
  if (more.length === 0) return attributes;
  return onePrimary(attributes, writePath(attributes, path, [...before, ...more]), path);
}

/** A new primary element takes the flag from the old one (RFC 7644 §3.5.2). */
function onePrimary(before: Attributes, after: Attributes, path: AttributePath): Attributes {
  const { where: _, subAttribute: __, ...whole } = path;
  const elements = readPath(after, whole);
  if (!isList(elements)) return after;
  const primaries = elements.filter(isPrimary);
  if (primaries.length < 2) return after;
  const old = readPath(before, whole);
  const had = old === undefined ? [] : elementsOf(old).filter(isPrimary);
  const newest =
    primaries.findLast((one) => !had.some((other) => other === one)) ?? primaries.at(-1);
  return writePath(
    after,
    whole,
    elements.map((one) =>
      isComplex(one) && isPrimary(one) && one !== newest ? { ...one, primary: false } : one,
    ),
  );
}

function isPrimary(element: AttributeValue): boolean {
  return isComplex(element) && member(element, 'primary') === true;
}

/** Elements are the same when their values are, and their types where both have one. */
function isSame(one: AttributeValue, other: AttributeValue): boolean {
  if (isReference(one) || isReference(other)) return JSON.stringify(one) === JSON.stringify(other);
  const [left, right] = [fields(one), fields(other)];
  if (left.value === undefined) return JSON.stringify(one) === JSON.stringify(other);
  const types = [left.type, right.type];
  return left.value === right.value && (types.includes(undefined) || types[0] === types[1]);
}

function membershipStep(
  holder: Member,
  path: AttributePath,
  operation: PatchOperation,
  acceptance: Acceptance,
): MembershipStep {
  const { where } = path;
  const { op, value } = operation;
  if (where) {
    if (op !== 'remove')
      throw badRequest('mutability', 'a member cannot be changed, only added and removed');
    return { type: 'remove', members: membersNamed(where, acceptance) };
  }
  if (op === 'remove') {
    if (value === undefined || value === null) return { type: 'clear' };
    if (!acceptance.leniency.removesByValue) throw unnamedRemoval(path);
  }
  const given = op === 'remove' && !Array.isArray(value) ? [value] : listed(operation, true);
  const members = elementsOf(acceptMember(holder, given, acceptance) ?? []).flatMap((one) =>
    isReference(one) && 'id' in one.$ref ? [one.$ref] : [],
  );
  if (op === 'remove') return { type: 'remove', members };
  return { type: op === 'add' ? 'add' : 'set', members };
}

function membersNamed(where: Filter, acceptance: Acceptance): readonly ObjectRef[] {
  if (where.type === 'or')
    return where.operands.flatMap((operand) => membersNamed(operand, acceptance));
  if (
    where.type === 'compare' &&
    where.operator === 'eq' &&
    where.path.attribute.toLowerCase() === 'value' &&
    typeof where.value === 'string'
  )
    return [{ system: acceptance.system, kind: 'user', id: where.value }];
  throw badRequest('invalidFilter', 'members can be selected by `value eq "id"` only');
}

function anyCase(body: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = Object.keys(body).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : body[key];
}
