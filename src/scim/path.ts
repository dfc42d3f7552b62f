/**
 * Attribute paths (RFC 7644 §3.5.2): text to path, and what stands there in an object. Parse once
 * and keep the path: reading is meant for everybody, parsing is not.
 */

import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import { type Attributes, type AttributeValue, isReference } from '../identity/record.ts';
import {
  elementsOf,
  fields,
  filterMatches,
  isComplex,
  isCore,
  isList,
  member,
  memberName,
} from './evaluate.ts';

export { readPath } from './evaluate.ts';
export { formatPath } from './format.ts';
export { parsePath } from './parse.ts';

/**
 * The object with a value at a path; what was there is copied, never changed. A value filter that
 * no element satisfies makes the element: `emails[type eq "work"].value` becomes
 * `{ type: 'work', value }`. Without a filter, a sub-attribute of several elements is set on each.
 */
export function writePath(
  attributes: Attributes,
  path: AttributePath,
  value: AttributeValue,
): Attributes {
  return inHolder(attributes, path, (holder) =>
    withMember(holder, path.attribute, written(member(holder, path.attribute), path, value)),
  );
}

/**
 * The object without what stands at a path. What becomes empty by that goes too: lists, complex
 * values, and elements of which only the attributes named in the filter would be left.
 */
export function removePath(attributes: Attributes, path: AttributePath): Attributes {
  return inHolder(attributes, path, (holder) => {
    const held = member(holder, path.attribute);
    if (held === undefined) return holder;
    return withMember(holder, path.attribute, remaining(held, path));
  });
}

function inHolder(
  attributes: Attributes,
  { schema }: AttributePath,
  change: (holder: Attributes) => Attributes,
): Attributes {
  if (schema === undefined || isCore(schema)) return change(attributes);
  const held = member(attributes, schema);
  const changed = change(isComplex(held) ? held : {});
  return withMember(attributes, schema, Object.keys(changed).length > 0 ? changed : undefined);
}

function written(
  held: AttributeValue | undefined,
  { where, subAttribute }: AttributePath,
  value: AttributeValue,
): AttributeValue {
  if (!where) return subAttribute === undefined ? value : withPart(held, subAttribute, value);
  const place = (element: AttributeValue | undefined): AttributeValue => {
    if (subAttribute !== undefined) return withPart(element, subAttribute, value);
    return isComplex(value) ? { ...implied(where), ...value } : value;
  };
  let found = false;
  const elements = (held === undefined ? [] : elementsOf(held)).map((element) => {
    if (!filterMatches(where, fields(element))) return element;
    found = true;
    return place(element);
  });
  return found ? elements : [...elements, place(implied(where))];
}

function withPart(
  held: AttributeValue | undefined,
  name: string,
  value: AttributeValue,
): AttributeValue {
  if (isList(held)) return held.map((element) => withPart(element, name, value));
  // A reference stands for the whole complex value, so writing `manager.value` writes the manager.
  if (name === 'value' && isReference(value)) return value;
  return withMember(isComplex(held) ? held : {}, name, value);
}

function remaining(
  held: AttributeValue,
  { where, subAttribute }: AttributePath,
): AttributeValue | undefined {
  if (!where && subAttribute === undefined) return undefined;
  const bare = where ? Object.keys(implied(where)) : [];
  const left = (element: AttributeValue): readonly AttributeValue[] => {
    if (where && !filterMatches(where, fields(element))) return [element];
    if (subAttribute === undefined) return [];
    if (!isComplex(element)) return subAttribute === 'value' ? [] : [element];
    const rest = withMember(element, subAttribute, undefined);
    return Object.keys(rest).every((name) => name === 'primary' || bare.includes(name))
      ? []
      : [rest];
  };
  const elements = elementsOf(held).flatMap(left);
  return isList(held) ? (elements.length > 0 ? elements : undefined) : elements[0];
}

/** What a filter says an element must hold: its equalities, joined by `and`. */
function implied(where: Filter): Attributes {
  if (where.type === 'and') return Object.assign({}, ...where.operands.map(implied));
  if (where.type !== 'compare' || where.operator !== 'eq' || where.value === null) return {};
  const { attribute, subAttribute } = where.path;
  if (subAttribute !== undefined) return {};
  // Entra writes the flag of its template as a text: `roles[primary eq "True"]`.
  const flag = attribute === 'primary' && typeof where.value === 'string';
  return { [attribute]: flag ? /^true$/i.test(String(where.value)) : where.value };
}

function withMember(
  holder: Attributes,
  name: string,
  value: AttributeValue | undefined,
): Attributes {
  const key = memberName(holder, name) ?? name;
  if (value !== undefined) return { ...holder, [key]: value };
  const { [key]: _, ...rest } = holder;
  return rest;
}
