/**
 * What every object is held to, whoever writes it: the schemas of one's own, and the lengths that an
 * index can keep. Pure; a refusal names the attribute.
 */

import type { Attributes, AttributeValue, ObjectKind } from '../../identity/record.ts';
import { isReference } from '../../identity/record.ts';
import { readPath } from '../../scim/path.ts';
import { ConnectorError, type ConnectorErrorOptions } from '../spi/index.ts';
import type { CustomAttribute, CustomPart } from './custom.ts';
import { nameOf } from './index-terms.ts';
import type { DirectoryOptions } from './options.ts';
import { pathOf } from './paths.ts';

/** The attributes of one schema, and where they lie: in the object itself, or below its URN. */
export interface HeldSchema {
  readonly urn?: string;
  /** Every object of the kind has it. */
  readonly demanded: boolean;
  readonly attributes: readonly CustomAttribute[];
}

export type SchemasByKind = ReadonlyMap<ObjectKind, readonly HeldSchema[]>;

export function schemasByKind({ schemas, types }: DirectoryOptions): SchemasByKind {
  const held = new Map<ObjectKind, readonly HeldSchema[]>();
  for (const { kind, attributes } of types) held.set(kind, [{ demanded: true, attributes }]);
  for (const { id: urn, of, required: demanded, attributes } of schemas)
    held.set(of, [...(held.get(of) ?? []), { urn, demanded, attributes }]);
  return held;
}

export function conform(
  schemas: readonly HeldSchema[],
  before: Attributes | undefined,
  after: Attributes,
): void {
  for (const { urn, demanded, attributes } of schemas) {
    const held = objectAt(after, urn);
    if (held === undefined && !demanded) continue;
    const once = before && objectAt(before, urn);
    for (const attribute of attributes) {
      const at = urn === undefined ? attribute.name : `${urn}:${attribute.name}`;
      const value = held?.[attribute.name];
      if (value !== undefined) demandValue(attribute, value, at);
      else if (attribute.required) throw refused('attribute-required', `${at} is required`);
      if (attribute.mutability === 'immutable') demandSame(once?.[attribute.name], value, at);
    }
  }
}

function objectAt(attributes: Attributes, urn: string | undefined): Attributes | undefined {
  if (urn === undefined) return attributes;
  const held = attributes[urn];
  return isParts(held) ? held : undefined;
}

function demandSame(
  before: AttributeValue | undefined,
  after: AttributeValue | undefined,
  at: string,
): void {
  if (before === undefined || JSON.stringify(before) === JSON.stringify(after)) return;
  throw refused('attribute-immutable', `${at} was set once and stays as it is`, {
    remedy: 'Leave it out, or make the object anew.',
  });
}

function demandValue(
  attribute: CustomPart | CustomAttribute,
  value: AttributeValue,
  at: string,
): void {
  if (Array.isArray(value) !== attribute.multiValued)
    throw refused('value-invalid', `${at} has ${attribute.multiValued ? 'a list' : 'one value'}`);
  for (const one of [value].flat()) {
    if (!isOfType(attribute.type, one))
      throw refused('value-invalid', `${at}: a value of the type ${attribute.type} is needed`);
    if (typeof one === 'string') demandListed(attribute, one, at);
    if ('parts' in attribute && isParts(one)) demandParts(attribute.parts, one, at);
  }
}

function demandParts(parts: readonly CustomPart[], held: Attributes, at: string): void {
  for (const part of parts) {
    const value = held[part.name];
    const place = `${at}.${part.name}`;
    if (value !== undefined) demandValue(part, value, place);
    else if (part.required) throw refused('attribute-required', `${place} is required`);
  }
}

function demandListed(
  { canonicalValues, caseExact }: CustomPart | CustomAttribute,
  value: string,
  at: string,
): void {
  if (canonicalValues.length === 0) return;
  const fold = (text: string): string => (caseExact ? text : text.toLowerCase());
  if (canonicalValues.some((one) => fold(one) === fold(value))) return;
  throw refused('value-invalid', `${at} is one of ${canonicalValues.join(', ')}`);
}

function isOfType(type: CustomAttribute['type'], value: AttributeValue): boolean {
  switch (type) {
    case 'string':
    case 'binary':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'decimal':
      return typeof value === 'number';
    case 'dateTime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'reference':
      return isReference(value);
    case 'complex':
      return isParts(value);
  }
}

function isParts(value: AttributeValue | undefined): value is Attributes {
  return typeof value === 'object' && !Array.isArray(value) && !isReference(value);
}

/** Values that no other object of the kind may have, each with its attribute. */
export function uniqueValues(
  schemas: readonly HeldSchema[],
  attributes: Attributes,
): readonly string[] {
  return schemas.flatMap(({ urn, attributes: declared }) =>
    declared.flatMap(({ name, unique, caseExact }) => {
      const value = unique ? objectAt(attributes, urn)?.[name] : undefined;
      if (typeof value !== 'string') return [];
      const at = urn === undefined ? name : `${urn}:${name}`;
      return [`${at}\n${caseExact ? value : value.toLowerCase()}`];
    }),
  );
}

/** UTF-16 code units; the index of a database keeps no more. */
const MOST_INDEXED = 512;

const MAILS = pathOf('emails.value');

/** Names, what clients call an object, and what is kept in lists or for one alone, lie in an index. */
export function demandLengths(
  kind: ObjectKind,
  attributes: Attributes,
  others: Readonly<Record<string, readonly string[]>> = {},
): void {
  const named: readonly (readonly [string, AttributeValue | undefined])[] = [
    [nameOf(kind), attributes[nameOf(kind)]],
    ['externalId', attributes.externalId],
    ['emails', readPath(attributes, MAILS)],
    ...Object.entries(others),
  ];
  for (const [name, value] of named)
    for (const one of [value ?? []].flat())
      if (typeof one === 'string' && one.length > MOST_INDEXED)
        throw refused('value-too-long', `${name} is longer than ${MOST_INDEXED} characters`);
}

export function refused(
  code: string,
  message: string,
  options: Pick<ConnectorErrorOptions, 'remedy'> = {},
): ConnectorError {
  return new ConnectorError('invalid', message, { code, ...options });
}
