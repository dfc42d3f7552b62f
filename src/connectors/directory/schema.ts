/** The attributes of a directory: those of SCIM, and the administrator's own. */

import type { ObjectKind } from '../../identity/record.ts';
import {
  type AttributeDefinition,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  USER_SCHEMA,
} from '../../scim/schemas.ts';
import { ENTERPRISE_USER } from '../../scim/urn.ts';
import type { AttributeSchema, KindSchema, SystemSchema } from '../spi/index.ts';
import {
  type CustomAttribute,
  type CustomPart,
  type CustomSchema,
  type CustomType,
  endpointOf,
} from './custom.ts';
import type { DirectoryOptions } from './options.ts';

/** Attributes whose values name another object. */
const REFERENCES: ReadonlySet<string> = new Set([`${ENTERPRISE_USER}:manager`, 'members']);

/** A password is never stored. */
const LEFT_OUT: ReadonlySet<string> = new Set(['password']);

export function directorySchema(options: DirectoryOptions): SystemSchema {
  const { kinds, attributes, receive, schemas, types } = options;
  const required = new Set(
    receive.required.filter((rule) => rule.default === undefined).map(({ path }) => path),
  );
  const own = attributes.map(
    ({ path, type, multiValued }): AttributeSchema => ({
      path,
      type,
      ...(multiValued && { multiValued }),
    }),
  );
  const user: KindSchema = {
    kind: 'user',
    enabledPath: 'active',
    attributes: [
      ...USER_SCHEMA.attributes.flatMap((definition) => described(definition, '')),
      ...ENTERPRISE_USER_SCHEMA.attributes.flatMap((definition) =>
        described(definition, `${ENTERPRISE_USER}:`),
      ),
      ...own,
    ].map((attribute) =>
      required.has(attribute.path) ? { ...attribute, required: true } : attribute,
    ),
  };
  const group: KindSchema = {
    kind: 'group',
    attributes: GROUP_SCHEMA.attributes.flatMap((definition) => described(definition, '')),
  };
  const all: Readonly<Record<ObjectKind, KindSchema>> = { user, group };
  const held = [...kinds.flatMap((kind) => all[kind] ?? []), ...types.map(kindOf)];
  return { kinds: held.map((kind) => extended(kind, schemas)) };
}

function kindOf(type: CustomType): KindSchema {
  const { kind, name, schema, description, attributes } = type;
  return {
    kind,
    resource: { name, endpoint: `/${endpointOf(type)}`, description, schema },
    attributes: attributes.flatMap((attribute) => declared(attribute, '')),
  };
}

function extended(kind: KindSchema, schemas: readonly CustomSchema[]): KindSchema {
  const own = schemas.filter(({ of }) => of === kind.kind);
  if (own.length === 0) return kind;
  return {
    ...kind,
    attributes: [
      ...kind.attributes,
      ...own.flatMap(({ id, attributes }) => attributes.flatMap((one) => declared(one, `${id}:`))),
    ],
    extensions: own.map(({ id, name, description, required }) => {
      return { id, name, description, required };
    }),
  };
}

function declared(attribute: CustomAttribute, prefix: string): readonly AttributeSchema[] {
  const { type, unique, refersTo, parts } = attribute;
  const path = prefix + attribute.name;
  return [
    {
      ...characteristics(attribute, path),
      type,
      ...(unique && { uniqueness: 'server' }),
      ...(type === 'reference' && { refersTo }),
    },
    ...parts.map((part) => ({ ...characteristics(part, `${path}.${part.name}`), type: part.type })),
  ];
}

function characteristics(
  attribute: CustomPart | CustomAttribute,
  path: string,
): Omit<AttributeSchema, 'type'> {
  const { description, multiValued, required, caseExact, mutability, canonicalValues } = attribute;
  const returned = attribute.returned ?? (mutability === 'writeOnly' ? 'never' : 'default');
  return {
    ...{ path, description, multiValued, required, caseExact, mutability, returned },
    ...(canonicalValues.length > 0 && { canonicalValues }),
  };
}

function described(definition: AttributeDefinition, prefix: string): readonly AttributeSchema[] {
  const path = prefix + definition.name;
  if (LEFT_OUT.has(path)) return [];
  const reference = REFERENCES.has(path);
  const whole: AttributeSchema = {
    path,
    type: reference ? 'reference' : definition.type,
    ...(definition.multiValued && { multiValued: true }),
    ...(definition.required && { required: true }),
    ...(definition.caseExact && { caseExact: true }),
    ...(definition.mutability !== 'readWrite' && { mutability: definition.mutability }),
    ...(definition.uniqueness !== 'none' && { uniqueness: definition.uniqueness }),
  };
  if (reference) return [whole];
  const parts = definition.subAttributes ?? [];
  return [whole, ...parts.flatMap((part) => described(part, `${path}.`))];
}
