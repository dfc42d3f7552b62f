/**
 * The published contract of Graph v1.0 as data: which types have which properties, and what a
 * body may hold. Nothing about a type is written down a second time in code.
 */

import { readFileSync } from 'node:fs';

export interface PropertyContract {
  /** `Edm.String` and the like, or the name of a complex type or an enum. */
  readonly type: string;
  readonly collection?: boolean;
  readonly nullable?: boolean;
  readonly doc?: {
    readonly returned?: 'default' | 'select';
    readonly readOnly?: boolean;
    readonly immutable?: boolean;
    readonly requiredOnCreate?: boolean;
    readonly maxLength?: number;
  };
}

interface TypeContract {
  readonly base?: string;
  readonly open?: boolean;
  readonly properties?: Readonly<Record<string, PropertyContract>>;
  readonly navigation?: Readonly<Record<string, { readonly type: string }>>;
}

interface Contract {
  readonly entityTypes: Readonly<Record<string, TypeContract>>;
  readonly complexTypes: Readonly<Record<string, TypeContract>>;
  readonly enums: Readonly<Record<string, { readonly members: Readonly<Record<string, number>> }>>;
}

/** @param name A file of the folder `contract`. */
export function contractFile(name: string): string {
  return readFileSync(new URL(`./contract/${name}`, import.meta.url), 'utf8');
}

const contract: Contract = JSON.parse(contractFile('graph-v1.json'));

function gathered<T>(
  name: string,
  part: (type: TypeContract) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, T> {
  const type = contract.entityTypes[name] ?? contract.complexTypes[name];
  if (type === undefined) return new Map();
  const inherited = type.base === undefined ? [] : gathered(type.base, part);
  return new Map([...inherited, ...Object.entries(part(type) ?? {})]);
}

function remembered<T>(compute: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const computed = compute(name);
    known.set(name, computed);
    return computed;
  };
}

/** Properties of a type and of what it derives from; empty for a type the contract lacks. */
export const propertiesOf: (type: string) => ReadonlyMap<string, PropertyContract> = remembered(
  (type) => gathered(type, (each) => each.properties),
);

export const navigationOf: (type: string) => ReadonlyMap<string, { readonly type: string }> =
  remembered((type) => gathered(type, (each) => each.navigation));

/**
 * What a read without `$select` returns. Types without documented flags return everything. Users
 * return the eleven properties of the reference page, which does not have `securityIdentifier`.
 */
export const defaultPropertiesOf: (type: string) => readonly string[] = remembered((type) => {
  const properties = [...propertiesOf(type)];
  const flagged = properties.filter(([, { doc }]) => doc?.returned === 'default');
  if (flagged.length === 0) return properties.map(([name]) => name);
  return [
    'id',
    ...flagged
      .map(([name]) => name)
      .filter((name) => name !== 'id' && !(type === 'user' && name === 'securityIdentifier')),
  ];
});

/** What is wrong with a value that should be of a type of the contract; empty when it conforms. */
export function problemsOf(type: string, value: unknown, path = ''): readonly string[] {
  if (!isObject(value)) return [`${path || type} is not an object`];
  const properties = propertiesOf(type);
  const navigation = navigationOf(type);
  const problems: string[] = [];
  for (const [name, held] of Object.entries(value)) {
    if (name.includes('@')) continue;
    const property = properties.get(name);
    const at = path === '' ? name : `${path}/${name}`;
    if (property !== undefined) problems.push(...problemsOfProperty(property, held, at));
    else if (!navigation.has(name) && !name.startsWith('extension_'))
      problems.push(`${at} is not a property of ${type}`);
  }
  return problems;
}

function problemsOfProperty(
  property: PropertyContract,
  value: unknown,
  path: string,
): readonly string[] {
  if (value === null)
    return property.nullable === false || property.collection === true
      ? [`${path} may not be null`]
      : [];
  if (property.collection !== true) return problemsOfValue(property, value, path);
  if (!Array.isArray(value)) return [`${path} is not a collection`];
  return value.flatMap((each, index) => problemsOfValue(property, each, `${path}[${index}]`));
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)$/;

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  'Edm.String': (value) => typeof value === 'string',
  'Edm.Boolean': (value) => typeof value === 'boolean',
  'Edm.Guid': (value) => typeof value === 'string' && GUID.test(value),
  'Edm.DateTimeOffset': (value) => typeof value === 'string' && DATE_TIME.test(value),
  'Edm.Int32': (value) => Number.isInteger(value),
  'Edm.Int64': (value) => Number.isInteger(value),
  'Edm.Double': (value) => typeof value === 'number',
  'Edm.Binary': (value) => typeof value === 'string',
  'Edm.Stream': (value) => typeof value === 'string',
};

function problemsOfValue(
  { type, doc }: PropertyContract,
  value: unknown,
  path: string,
): readonly string[] {
  const primitive = PRIMITIVES[type];
  if (primitive !== undefined) {
    if (!primitive(value)) return [`${path} is not of type ${type}`];
    const tooLong =
      doc?.maxLength !== undefined && typeof value === 'string' && value.length > doc.maxLength;
    return tooLong ? [`${path} is longer than ${doc.maxLength} characters`] : [];
  }
  const members = contract.enums[type]?.members;
  if (members === undefined) return problemsOf(type, value, path);
  return typeof value === 'string' && value in members ? [] : [`${path} is not of ${type}`];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
