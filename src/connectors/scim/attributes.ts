/** Attributes of a kind by path: from a schema's description, and as RFC 7643 has them. */

import type { ObjectKind } from '../../identity/record.ts';
import {
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  type SchemaDefinition,
  USER_SCHEMA,
} from '../../scim/schemas.ts';
import type { AttributeSchema } from '../spi/index.ts';
import { isObject } from './translate.ts';

/** Of every resource (RFC 7643 §3.1), whether its schema lists them or not. */
const COMMON: readonly AttributeSchema[] = [
  { path: 'id', type: 'string', caseExact: true, mutability: 'readOnly', uniqueness: 'server' },
  { path: 'externalId', type: 'string', caseExact: true },
];

/**
 * One attribute of a schema (RFC 7643 §7) and its parts, by path. References to managers and members
 * are one value for us, so theirs are left out.
 */
export function attributeSchemas(
  attribute: Readonly<Record<string, unknown>>,
  prefix: string,
): AttributeSchema[] {
  const { name } = attribute;
  if (typeof name !== 'string') return [];
  const path = `${prefix}${name}`;
  const multiValued = attribute.multiValued === true;
  const mutability = oneOf(MUTABILITIES, attribute.mutability);
  const uniqueness = oneOf(UNIQUENESSES, attribute.uniqueness);
  const isReference = name === 'manager' || name === 'members';
  const own: AttributeSchema = {
    path,
    type: isReference ? 'reference' : (oneOf(TYPES, attribute.type) ?? 'string'),
    ...(multiValued && { multiValued }),
    ...(attribute.required === true && { required: true }),
    ...(attribute.caseExact === true && { caseExact: true }),
    ...(mutability !== undefined && { mutability }),
    ...(uniqueness !== undefined && { uniqueness }),
  };
  if (isReference) return [own];
  return [
    own,
    ...objects(attribute.subAttributes).flatMap((part) => attributeSchemas(part, `${path}.`)),
  ];
}

const TYPES = [
  'string',
  'boolean',
  'integer',
  'decimal',
  'dateTime',
  'binary',
  'complex',
] as const satisfies readonly AttributeSchema['type'][];
const MUTABILITIES = ['readWrite', 'readOnly', 'immutable', 'writeOnly'] as const;
const UNIQUENESSES = ['none', 'server', 'global'] as const;

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}

export function objects(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function withCommon(attributes: readonly AttributeSchema[]): readonly AttributeSchema[] {
  const listed = new Set(attributes.map(({ path }) => path));
  return [...COMMON.filter(({ path }) => !listed.has(path)), ...attributes];
}

function ofSchema({ id, attributes }: SchemaDefinition): readonly AttributeSchema[] {
  return attributes.flatMap((attribute) => attributeSchemas({ ...attribute }, prefixOf(id)));
}

/** Attributes of a core schema go by their name alone. */
export function prefixOf(schema: string): string {
  return schema.startsWith('urn:ietf:params:scim:schemas:core:') ? '' : `${schema}:`;
}

/** For providers that do not describe themselves. */
export const RFC_ATTRIBUTES: Readonly<Record<ObjectKind, readonly AttributeSchema[]>> = {
  user: withCommon([...ofSchema(USER_SCHEMA), ...ofSchema(ENTERPRISE_USER_SCHEMA)]),
  group: withCommon(ofSchema(GROUP_SCHEMA)),
};
