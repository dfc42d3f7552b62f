/**
 * What the store keeps an index on, and which part of a filter that index answers. It may find too
 * much, never too little: what it found is looked at object by object.
 */

import type { Filter } from '../../identity/filter.ts';
import type { AttributePath } from '../../identity/path.ts';
import type { Attributes, ObjectKind } from '../../identity/record.ts';
import { isCore } from '../../scim/evaluate.ts';
import { readPath } from '../../scim/path.ts';
import {
  type AttributeDefinition,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  USER_SCHEMA,
} from '../../scim/schemas.ts';
import { ENTERPRISE_USER } from '../../scim/urn.ts';
import { pathOf } from './paths.ts';
import type { StoredObject } from './storage.ts';

/** Folded values. */
export interface IndexTerms {
  /** The name within the kind: `userName` of a user, `displayName` of anything else. */
  readonly name?: string;
  readonly external?: string;
  /** The e-mail address; `SEVERAL` for an account that has more than one. */
  readonly mail?: string;
  readonly waiting?: string;
}

export const SEVERAL = '*';

export function indexTerms({ kind, attributes, state }: IndexedParts): IndexTerms {
  const name = folded(attributes[nameOf(kind)]);
  const external = folded(attributes.externalId);
  const mail = mailTerm(attributes);
  const waiting = folded(Object.values(state.waiting ?? {})[0]);
  return {
    ...(name !== undefined && { name }),
    ...(external !== undefined && { external }),
    ...(mail !== undefined && { mail }),
    ...(waiting !== undefined && { waiting }),
  };
}

type IndexedParts = Pick<StoredObject, 'kind' | 'attributes' | 'state'>;

/** Whether capitals matter (RFC 7643 §2.2, §8.7.1), as the schemas of the RFC say. */
export function isExact({ schema, attribute, subAttribute }: AttributePath): boolean {
  const urn = schema === undefined || isCore(schema) ? '' : `${schema}:`;
  const part = subAttribute === undefined ? '' : `.${subAttribute}`;
  return EXACT.has(`${urn}${attribute}${part}`.toLowerCase());
}

const EXACT: ReadonlySet<string> = new Set([
  ...['id', 'schemas', 'meta.resourcetype', 'meta.version', 'meta.location'],
  ...[USER_SCHEMA, GROUP_SCHEMA].flatMap(({ attributes }) => exactIn(attributes, '')),
  ...exactIn(ENTERPRISE_USER_SCHEMA.attributes, `${ENTERPRISE_USER.toLowerCase()}:`),
]);

/** A complex attribute is compared as its `value`. */
function exactIn(attributes: readonly AttributeDefinition[], prefix: string): readonly string[] {
  return attributes.flatMap(({ name, caseExact, subAttributes = [] }) => {
    const at = prefix + name.toLowerCase();
    const value = subAttributes.find((part) => part.name === 'value');
    const own = caseExact || value?.caseExact ? [at] : [];
    return [...own, ...exactIn(subAttributes, `${at}.`)];
  });
}

/** The attribute that names an object of a kind. */
export function nameOf(kind: ObjectKind): string {
  return kind === 'user' ? 'userName' : 'displayName';
}

export interface IndexedEquality {
  readonly column: 'id' | 'name' | 'external' | 'mail';
  readonly value: string;
}

/** An equality that must hold for the whole filter to hold, and that an index answers. */
export function indexedEquality(kind: ObjectKind, filter: Filter): IndexedEquality | undefined {
  if (filter.type === 'and') {
    for (const operand of filter.operands) {
      const found = indexedEquality(kind, operand);
      if (found) return found;
    }
    return undefined;
  }
  if (filter.type === 'some') {
    if (filter.path.attribute.toLowerCase() !== 'emails') return undefined;
    const parts = filter.where.type === 'and' ? filter.where.operands : [filter.where];
    const value = parts.find((part) => isEquality(part, 'value'));
    return value && equality('mail', value);
  }
  if (isEquality(filter, 'id')) return equality('id', filter);
  if (isEquality(filter, nameOf(kind).toLowerCase())) return equality('name', filter);
  if (isEquality(filter, 'externalid')) return equality('external', filter);
  if (filter.type !== 'compare' || filter.operator !== 'eq') return undefined;
  const { attribute, subAttribute = 'value' } = filter.path;
  if (attribute.toLowerCase() !== 'emails' || subAttribute.toLowerCase() !== 'value')
    return undefined;
  return equality('mail', filter);
}

/** The name that is all a filter asks for: what the index finds is what the filter means. */
export function nameAsked(kind: ObjectKind, filter: Filter): string | undefined {
  if (!isEquality(filter, nameOf(kind).toLowerCase())) return undefined;
  // An empty name is none.
  return equality('name', filter)?.value || undefined;
}

function isEquality(filter: Filter, attribute: string): boolean {
  return (
    filter.type === 'compare' &&
    filter.operator === 'eq' &&
    filter.path.subAttribute === undefined &&
    filter.path.attribute.toLowerCase() === attribute
  );
}

function equality(column: IndexedEquality['column'], filter: Filter): IndexedEquality | undefined {
  if (filter.type !== 'compare' || typeof filter.value !== 'string') return undefined;
  return { column, value: filter.value.toLowerCase() };
}

const mails = pathOf('emails.value');

function mailTerm(attributes: Attributes): string | undefined {
  const value = readPath(attributes, mails);
  if (!Array.isArray(value)) return folded(value);
  return value.length === 1 ? folded(value[0]) : SEVERAL;
}

function folded(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}
