/** A system that others reach over SCIM: its connector, and its kinds as resource types. */

import {
  type AttributeSchema,
  type Connector,
  ConnectorError,
  type KindSchema,
} from '../../connectors/spi/index.ts';
import type { ObjectKind, SystemName } from '../../identity/record.ts';
import type { Leniency } from '../../scim/clients.ts';
import { parsePath } from '../../scim/path.ts';
import { memberAt, type ResourceType, resourceType } from '../../scim/resource-type.ts';
import {
  type AttributeDefinition,
  attribute,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  type SchemaDefinition,
  USER_SCHEMA,
} from '../../scim/schemas.ts';
import { type Abilities, abilitiesOf, truthful } from './abilities.ts';

type Served = 'search' | 'get';

export interface ServedSystem {
  readonly name: SystemName;
  readonly connector: Connector & Required<Pick<Connector, Served>>;
  /** By endpoint: `Users`. */
  readonly types: ReadonlyMap<string, ServedType>;
  /** How far its clients are followed where they deviate from the RFC. */
  readonly leniency?: Leniency;
}

export interface ServedType extends ResourceType {
  /** Where references stand: in the resource, or in an extension of it. */
  readonly references: readonly ReferencePlace[];
  readonly enabledPath?: string;
}

interface ReferencePlace {
  readonly extension?: string;
  readonly attribute: string;
  /** Whether the schema has a `type` there, of what is referred to. */
  readonly typed?: boolean;
}

/** Asks the system what it has; everything it describes is served, and nothing else. */
export async function servedSystem(name: SystemName, connector: Connector): Promise<ServedSystem> {
  const { search, get, describe } = connector;
  if (!search || !get || !describe)
    throw new ConnectorError('invalid', `${name} cannot be served: its connector cannot search`, {
      code: 'not-servable',
    });
  const { kinds } = await describe({ signal: AbortSignal.timeout(30_000) });
  const types = kinds.map((kind) => servedType(kind, abilitiesOf(connector, kind.kind)));
  return {
    name,
    connector: { ...connector, search, get },
    types: new Map(types.map((type) => [type.endpoint.slice(1), type])),
  };
}

const STANDARD: Readonly<Record<ObjectKind, readonly SchemaDefinition[]>> = {
  user: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
  group: [GROUP_SCHEMA],
};

function servedType(schemaOfKind: KindSchema, abilities: Abilities): ServedType {
  const { kind, attributes, enabledPath, resource, extensions: told = [] } = schemaOfKind;
  const core = STANDARD[kind]?.[0] ?? {
    id: resource?.schema ?? `urn:lockstep:schemas:2.0:${titled(kind)}`,
    name: resource?.name ?? titled(kind),
    description: resource?.description ?? `A ${kind}.`,
    attributes: [],
  };
  const bySchema = new Map<string, AttributeSchema[]>([[core.id, []]]);
  const references: Record<string, ObjectKind> = {};
  const places: ReferencePlace[] = [];
  for (const described of attributes) {
    const path = parsePath(described.path);
    if (!path.ok) continue;
    const { schema = core.id, attribute: name, subAttribute } = path.value;
    const list = bySchema.get(schema) ?? [];
    bySchema.set(schema, [...list, described]);
    if (described.type !== 'reference' || subAttribute !== undefined || isUri(kind, name)) continue;
    references[schema === core.id ? name : `${schema}:${name}`] = described.refersTo ?? 'user';
    places.push({ ...(schema !== core.id && { extension: schema }), attribute: name });
  }
  const [own, ...derived] = [...bySchema].map(([id, list]) =>
    truthful(schemaOf(kind, core, id, list), abilities),
  );
  const extensions = derived.map((schema) => {
    const { name, description } = told.find(({ id }) => id === schema.id) ?? schema;
    return { ...schema, name, description };
  });
  const demanded = new Set(told.flatMap(({ id, required }) => (required ? [id] : [])));
  const type = resourceType(kind, own ?? core, extensions, references, demanded);
  const typed = ({ extension: schema, attribute: name }: ReferencePlace): boolean =>
    memberAt(type, { attribute: name, ...(schema && { schema }) })?.parts.has('type') ?? false;
  return {
    ...type,
    references: places.map((place) => ({ ...place, typed: typed(place) })),
    ...(resource && { endpoint: resource.endpoint }),
    ...(enabledPath !== undefined && { enabledPath }),
  };
}

/** A link to a web page is a reference in RFC 7643's terms, but names no object. */
function isUri(kind: ObjectKind, name: string): boolean {
  return (
    STANDARD[kind]?.[0]?.attributes.some((one) => one.name === name && one.type === 'reference') ??
    false
  );
}

function schemaOf(
  kind: ObjectKind,
  core: SchemaDefinition,
  id: string,
  described: readonly AttributeSchema[],
): SchemaDefinition {
  const standard = STANDARD[kind]?.find((schema) => schema.id === id);
  const known = new Map(standard?.attributes.map((one) => [one.name, one]));
  const definitions = new Map<string, AttributeDefinition>();
  const parts = partsIn(described);
  for (const one of described) {
    const path = parsePath(one.path);
    if (!path.ok) continue;
    const { attribute: name, subAttribute } = path.value;
    const definition = definitions.get(name) ?? withParts(known.get(name), parts.get(name), name);
    definitions.set(
      name,
      subAttribute === undefined
        ? specified(definition, one, known.has(name))
        : withPart(definition, subAttribute, one, known.has(name)),
    );
  }
  return {
    id,
    name: standard?.name ?? (id === core.id ? core.name : titled(kind)),
    description: standard?.description ?? (id === core.id ? core.description : ''),
    attributes: [...definitions.values()],
  };
}

/** By attribute, which of its parts the system names. */
function partsIn(described: readonly AttributeSchema[]): ReadonlyMap<string, readonly string[]> {
  const named = described.flatMap(({ path }): readonly (readonly [string, string])[] => {
    const parsed = parsePath(path);
    if (!parsed.ok) return [];
    const { attribute: name, subAttribute } = parsed.value;
    return subAttribute === undefined ? [] : [[name, subAttribute]];
  });
  const groups = Map.groupBy(named, ([name]) => name);
  return new Map([...groups].map(([name, pairs]) => [name, pairs.map(([, part]) => part)]));
}

/** Of the RFC's parts those that the system has; one that names none has them all. */
function withParts(
  standard: AttributeDefinition | undefined,
  parts: readonly string[] | undefined,
  name: string,
): AttributeDefinition {
  if (!standard?.subAttributes || !parts) return standard ?? attribute(name, '');
  const subAttributes = standard.subAttributes.filter((part) => parts.includes(part.name));
  return { ...standard, subAttributes };
}

function withPart(
  definition: AttributeDefinition,
  name: string,
  described: AttributeSchema,
  isKnown: boolean,
): AttributeDefinition {
  const parts = definition.subAttributes ?? [];
  const part = specified(
    parts.find((one) => one.name === name) ?? attribute(name, ''),
    described,
    isKnown,
  );
  return {
    ...definition,
    type: 'complex',
    subAttributes: [...parts.filter((one) => one.name !== name), part],
  };
}

/** What the system demands; the types of the RFC's own attributes stay as they are. */
function specified(
  definition: AttributeDefinition,
  described: AttributeSchema,
  isKnown: boolean,
): AttributeDefinition {
  const { type, multiValued, required, caseExact, mutability, uniqueness } = described;
  const { returned, canonicalValues, description } = described;
  return {
    ...definition,
    ...(!isKnown && { type, multiValued: multiValued ?? false, caseExact: caseExact ?? false }),
    ...(!isKnown && description !== undefined && { description }),
    ...(!isKnown && canonicalValues && { canonicalValues }),
    ...(returned !== undefined && { returned }),
    ...(required !== undefined && { required }),
    ...(mutability !== undefined && { mutability }),
    ...(uniqueness !== undefined && { uniqueness }),
  };
}

function titled(kind: ObjectKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
