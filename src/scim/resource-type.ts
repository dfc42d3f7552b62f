/** A kind of resource with its schemas, arranged for looking attributes up by name. */

import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import type { ObjectKind } from '../identity/record.ts';
import { isCore } from './evaluate.ts';
import { type AttributeDefinition, attribute, type SchemaDefinition } from './schemas.ts';

export interface ResourceType {
  /** `User`, as in `meta.resourceType`. */
  readonly name: string;
  /** `/Users` */
  readonly endpoint: string;
  readonly kind: ObjectKind;
  readonly schema: SchemaDefinition;
  readonly extensions: readonly SchemaDefinition[];
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
): ResourceType {
  const known = new Map(Object.entries(references).map(([path, to]) => [path.toLowerCase(), to]));
  return {
    name: schema.name,
    endpoint: `/${schema.name}s`,
    kind,
    schema,
    extensions,
    core: membersOf([...COMMON, ...schema.attributes], '', known),
    extended: new Map(
      extensions.map(({ id, attributes }) => [
        id.toLowerCase(),
        { id, members: membersOf(attributes, `${id.toLowerCase()}:`, known) },
      ]),
    ),
  };
}

function membersOf(
  definitions: readonly AttributeDefinition[],
  prefix: string,
  references: ReadonlyMap<string, ObjectKind>,
): Members {
  return new Map(
    definitions.map((definition) => {
      const name = definition.name.toLowerCase();
      const refersTo = references.get(prefix + name);
      const parts = membersOf(definition.subAttributes ?? [], `${prefix}${name}.`, references);
      return [name, { definition, parts, ...(refersTo !== undefined && { refersTo }) }];
    }),
  );
}

/** The attribute a path begins with, in its schema; undefined when the type has none of that name. */
export function memberAt(
  type: ResourceType,
  { schema, attribute: name }: AttributePath,
): Member | undefined {
  const members =
    schema === undefined ||
    (isCore(schema) && schema.toLowerCase() === type.schema.id.toLowerCase())
      ? type.core
      : type.extended.get(schema.toLowerCase())?.members;
  return members?.get(name.toLowerCase());
}

/** A path without its schema, whose attribute only an extension has, with that extension's URN. */
export function qualifiedPath(type: ResourceType, path: AttributePath): AttributePath {
  const name = path.attribute.toLowerCase();
  if (path.schema !== undefined || type.core.has(name)) return path;
  for (const { id, members } of type.extended.values())
    if (members.has(name)) return { schema: id, ...path };
  return path;
}

export function qualifiedFilter(type: ResourceType, filter: Filter): Filter {
  switch (filter.type) {
    case 'and':
    case 'or':
      return { ...filter, operands: filter.operands.map((one) => qualifiedFilter(type, one)) };
    case 'not':
      return { ...filter, operand: qualifiedFilter(type, filter.operand) };
    default:
      return { ...filter, path: qualifiedPath(type, filter.path) };
  }
}
