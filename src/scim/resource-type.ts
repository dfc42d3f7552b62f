/** A kind of resource with its schemas, arranged for looking attributes up by name. */

import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import type { ObjectKind } from '../identity/record.ts';
import { type AttributeDefinition, attribute, type SchemaDefinition } from './schemas.ts';

export interface ResourceType {
  /** `User`, as in `meta.resourceType`. */
  readonly name: string;
  /** `/Users` */
  readonly endpoint: string;
  readonly kind: ObjectKind;
  readonly schema: SchemaDefinition;
  readonly extensions: readonly SchemaDefinition[];
  /** URNs of the extensions that every resource has. */
  readonly demanded: ReadonlySet<string>;
  /** Attributes of the core schema by lower-case name, with the common ones of RFC 7643 §3.1. */
  readonly core: Members;
  /** By lower-case URN. */
  readonly extended: ReadonlyMap<string, { readonly id: string; readonly members: Members }>;
}

export interface Member {
  readonly definition: AttributeDefinition;
  /** The kind of object it names, where its values are references: a manager. */
  readonly refersTo?: ObjectKind;
  readonly parts: Members;
  /** Its canonical values are all there are; of the RFC's own schemas they are suggestions. */
  readonly restricted?: true;
}

export type Members = ReadonlyMap<string, Member>;

const COMMON: readonly AttributeDefinition[] = [
  attribute('id', 'The identifier, assigned here.', {
    mutability: 'readOnly',
    returned: 'always',
    caseExact: true,
    uniqueness: 'server',
  }),
  attribute('schemas', 'The schemas of the resource.', {
    type: 'reference',
    multiValued: true,
    mutability: 'readOnly',
    returned: 'always',
    caseExact: true,
  }),
  attribute('meta', 'About the resource itself.', {
    type: 'complex',
    mutability: 'readOnly',
    subAttributes: [
      attribute('resourceType', 'Its type.', { mutability: 'readOnly', caseExact: true }),
      attribute('created', 'When it was made.', { type: 'dateTime', mutability: 'readOnly' }),
      attribute('lastModified', 'When it last changed.', {
        type: 'dateTime',
        mutability: 'readOnly',
      }),
      attribute('location', 'Its address.', { type: 'reference', mutability: 'readOnly' }),
      attribute('version', 'Its ETag.', { mutability: 'readOnly', caseExact: true }),
    ],
  }),
];

/** @param references Which attributes name another object, by path: `urn:…:User:manager` → `user`. */
export function resourceType(
  kind: ObjectKind,
  schema: SchemaDefinition,
  extensions: readonly SchemaDefinition[],
  references: Readonly<Record<string, ObjectKind>>,
  demanded: ReadonlySet<string> = new Set(),
): ResourceType {
  const known = new Map(Object.entries(references).map(([path, to]) => [path.toLowerCase(), to]));
  const common = membersOf(COMMON, '', known, false);
  const own = membersOf(schema.attributes, '', known, !isOfRfc(schema.id));
  return {
    name: schema.name,
    endpoint: `/${schema.name}s`,
    kind,
    schema,
    extensions,
    demanded,
    core: new Map([...common, ...own]),
    extended: new Map(
      extensions.map(({ id, attributes }) => [
        id.toLowerCase(),
        { id, members: membersOf(attributes, `${id.toLowerCase()}:`, known, !isOfRfc(id)) },
      ]),
    ),
  };
}

function isOfRfc(schema: string): boolean {
  return /^urn:ietf:params:scim:/i.test(schema);
}

function membersOf(
  definitions: readonly AttributeDefinition[],
  prefix: string,
  references: ReadonlyMap<string, ObjectKind>,
  restricted: boolean,
): Members {
  return new Map(
    definitions.map((definition) => {
      const name = definition.name.toLowerCase();
      const refersTo = references.get(prefix + name);
      const below = `${prefix}${name}.`;
      const parts = membersOf(definition.subAttributes ?? [], below, references, restricted);
      const member = { definition, parts, ...(refersTo !== undefined && { refersTo }) };
      return [name, restricted ? { ...member, restricted } : member];
    }),
  );
}

/** The attribute a path begins with, in its schema; undefined when the type has none of that name. */
export function memberAt(
  type: ResourceType,
  { schema, attribute: name }: AttributePath,
): Member | undefined {
  const members =
    schema === undefined || schema.toLowerCase() === type.schema.id.toLowerCase()
      ? type.core
      : type.extended.get(schema.toLowerCase())?.members;
  return members?.get(name.toLowerCase());
}

/**
 * A path as the attributes of a resource have it: without the URN of its own schema, which lies in
 * the resource itself.
 *
 * @param bareNames Whether a path without a URN means an extension's attribute that is in no other schema.
 */
export function qualifiedPath(
  type: ResourceType,
  path: AttributePath,
  bareNames: boolean,
): AttributePath {
  const name = path.attribute.toLowerCase();
  if (path.schema !== undefined) {
    const { schema, ...own } = path;
    return schema.toLowerCase() === type.schema.id.toLowerCase() ? own : path;
  }
  if (!bareNames || type.core.has(name)) return path;
  for (const { id, members } of type.extended.values())
    if (members.has(name)) return { schema: id, ...path };
  return path;
}

export function qualifiedFilter(type: ResourceType, filter: Filter, bareNames: boolean): Filter {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map((one) => qualifiedFilter(type, one, bareNames));
      return { ...filter, operands };
    }
    case 'not':
      return { ...filter, operand: qualifiedFilter(type, filter.operand, bareNames) };
    default:
      return { ...filter, path: qualifiedPath(type, filter.path, bareNames) };
  }
}
