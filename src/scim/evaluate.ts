/**
 * What a path finds in an object, and whether a filter holds for it. Names are found in any case
 * (RFC 7643 §2.1), only among an object's own members.
 */

import { RE2JS } from 're2js';
import type { ComparisonOperator, Filter, FilterValue } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import { type AttributeValue, isReference } from '../identity/record.ts';

interface Holder {
  readonly [name: string]: AttributeValue;
}

export interface Comparison {
  /** Whether capitals make a difference for this attribute (RFC 7643 §2.2); they do not unless told. */
  readonly caseExact?: (path: AttributePath) => boolean;
}

/**
 * The value at a path. With a value filter it is the first element that satisfies it; a
 * sub-attribute of several elements without one gives the list of its values.
 */
export function readPath(attributes: Holder, path: AttributePath): AttributeValue | undefined {
  const holder = holderOf(attributes, path);
  let value = holder && member(holder, path.attribute);
  if (value === undefined) return undefined;
  if (path.where) {
    const { where } = path;
    value = elementsOf(value).find((element) => filterMatches(where, fields(element)));
    if (value === undefined) return undefined;
  }
  return path.subAttribute === undefined ? value : part(value, path.subAttribute);
}

export function filterMatches(
  filter: Filter,
  attributes: Holder,
  comparison: Comparison = {},
): boolean {
  switch (filter.type) {
    case 'and':
      return filter.operands.every((operand) => filterMatches(operand, attributes, comparison));
    case 'or':
      return filter.operands.some((operand) => filterMatches(operand, attributes, comparison));
    case 'not':
      return !filterMatches(filter.operand, attributes, comparison);
    case 'present':
      return elementsAt(attributes, filter.path, comparison).some((value) =>
        isComplex(value) ? Object.keys(value).length > 0 : value !== '',
      );
    case 'some': {
      const within = comparisonWithin(comparison, filter.path);
      return elementsAt(attributes, filter.path, comparison).some((element) =>
        filterMatches(filter.where, fields(element), within),
      );
    }
    case 'matches':
      return scalarsAt(attributes, filter.path, comparison).some((value) =>
        expressionOf(filter).matcher(String(value)).find(),
      );
    case 'compare': {
      const values = scalarsAt(attributes, filter.path, comparison);
      if (values.length === 0) return holdsWithoutValue(filter);
      const exact = comparison.caseExact?.(filter.path) ?? false;
      return values.some((value) => compare(value, filter.operator, filter.value, exact));
    }
  }
}

/** Names in a value filter are parts of the attribute in front of it. */
function comparisonWithin(
  { caseExact }: Comparison,
  { where: _, ...holder }: AttributePath,
): Comparison {
  if (!caseExact) return {};
  return { caseExact: ({ attribute }) => caseExact({ ...holder, subAttribute: attribute }) };
}

/** The object's own member of that name, whatever its capitals. */
export function member(holder: Holder, name: string): AttributeValue | undefined {
  const key = memberName(holder, name);
  return key === undefined ? undefined : holder[key];
}

/** The name as the object itself writes it. */
export function memberName(holder: Holder, name: string): string | undefined {
  if (Object.hasOwn(holder, name)) return name;
  const { length } = name;
  let lower: string | undefined;
  for (const key in holder) {
    if (key.length !== length) continue;
    lower ??= name.toLowerCase();
    if (key.toLowerCase() === lower && Object.hasOwn(holder, key)) return key;
  }
  return undefined;
}

/** Core attributes lie in the resource itself, an extension's in a member named by its URN. */
export function isCore(schema: string): boolean {
  return /^urn:ietf:params:scim:schemas:core:/i.test(schema);
}

/** An element of a list of texts counts as its `value` (RFC 7644 §3.5.2.1). */
export function fields(element: AttributeValue): Holder {
  return isComplex(element) ? element : { value: element };
}

export function elementsOf(value: AttributeValue): readonly AttributeValue[] {
  return isList(value) ? value : [value];
}

export function isList(value: AttributeValue | undefined): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

export function isComplex(value: AttributeValue | undefined): value is Holder {
  return typeof value === 'object' && !Array.isArray(value) && !isReference(value);
}

function holderOf(attributes: Holder, { schema }: AttributePath): Holder | undefined {
  if (schema === undefined || isCore(schema)) return attributes;
  const holder = member(attributes, schema);
  return isComplex(holder) ? holder : undefined;
}

function part(value: AttributeValue, name: string): AttributeValue | undefined {
  if (isComplex(value)) return member(value, name);
  if (isList(value)) {
    const parts = value.flatMap((element) => part(element, name) ?? []);
    return parts.length > 0 ? parts : undefined;
  }
  // `manager.value` is the manager: in our records a reference stands for the complex value.
  return name === 'value' ? value : undefined;
}

/** Every element a path reaches, in contrast to `readPath`, which answers one. */
function elementsAt(
  attributes: Holder,
  path: AttributePath,
  comparison: Comparison,
): readonly AttributeValue[] {
  const holder = holderOf(attributes, path);
  const value = holder && member(holder, path.attribute);
  if (value === undefined) return [];
  const { where, subAttribute } = path;
  let elements = elementsOf(value);
  if (where) {
    const within = comparisonWithin(comparison, path);
    elements = elements.filter((element) => filterMatches(where, fields(element), within));
  }
  if (subAttribute === undefined) return elements;
  return elements.flatMap((element) => part(element, subAttribute) ?? []);
}

/** What comparisons look at: a complex element counts as its `value`, a reference as its id. */
function scalarsAt(
  attributes: Holder,
  path: AttributePath,
  comparison: Comparison,
): readonly (string | number | boolean)[] {
  const scalars: (string | number | boolean)[] = [];
  for (const element of elementsAt(attributes, path, comparison)) {
    const value = isComplex(element) ? member(element, 'value') : element;
    if (typeof value === 'object') {
      if (isReference(value) && 'id' in value.$ref) scalars.push(value.$ref.id);
    } else if (value !== undefined && value !== '') scalars.push(value);
  }
  return scalars;
}

/** Without a value, everything is unequal and only `null` is equal. */
function holdsWithoutValue({ operator, value }: Filter & { readonly type: 'compare' }): boolean {
  return value === null ? operator === 'eq' : operator === 'ne';
}

function compare(
  held: string | number | boolean,
  operator: ComparisonOperator,
  asked: FilterValue,
  caseExact: boolean,
): boolean {
  const [left, right] = comparable(held, asked, caseExact);
  switch (operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'co':
      return typeof left === 'string' && typeof right === 'string' && left.includes(right);
    case 'sw':
      return typeof left === 'string' && typeof right === 'string' && left.startsWith(right);
    case 'ew':
      return typeof left === 'string' && typeof right === 'string' && left.endsWith(right);
    case 'gt':
      return order(left, right) === 1;
    case 'ge':
      return order(left, right) >= 0;
    case 'lt':
      return order(left, right) === -1;
    case 'le':
      return order(left, right) <= 0;
  }
}

type Comparable = string | number | boolean | null;

/** Both sides in one type: instants as numbers, texts folded, text booleans and numbers as what they say. */
function comparable(
  held: string | number | boolean,
  asked: FilterValue,
  caseExact: boolean,
): readonly [Comparable, Comparable] {
  if (typeof held === 'string' && typeof asked === 'string') {
    if (INSTANT.test(held) && INSTANT.test(asked)) return [Date.parse(held), Date.parse(asked)];
    return caseExact ? [held, asked] : [held.toLowerCase(), asked.toLowerCase()];
  }
  // Entra's template has `roles[primary eq "True"]`.
  if (typeof held === 'boolean' && typeof asked === 'string') return [held, booleanOf(asked)];
  if (typeof held === 'string' && typeof asked === 'boolean') return [booleanOf(held), asked];
  if (typeof held === 'string' && typeof asked === 'number') return [numberOf(held), asked];
  if (typeof held === 'number' && typeof asked === 'string') return [held, numberOf(asked)];
  return [held, asked];
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** @returns -1, 0 or 1; NaN, with which every comparison is false, where there is no order. */
function order(left: Comparable, right: Comparable): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return typeof left === 'number' && typeof right === 'number'
    ? Math.sign(left - right)
    : Number.NaN;
}

function booleanOf(text: string): Comparable {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}

function numberOf(text: string): Comparable {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

const expressions = new WeakMap<Filter, RE2JS>();

function expressionOf(filter: Filter & { readonly type: 'matches' }): RE2JS {
  let expression = expressions.get(filter);
  if (!expression) {
    expression = RE2JS.compile(filter.pattern);
    expressions.set(filter, expression);
  }
  return expression;
}
