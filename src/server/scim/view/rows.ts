/** The rows between a system's own names and SCIM's, compiled once for each kind. */

import {
  type AttributeSchema,
  ConnectorError,
  type KindSchema,
  type ServeRow,
} from '../../../connectors/spi/index.ts';
import type { AttributePath } from '../../../identity/path.ts';
import { suggestion } from '../../../identity/problem.ts';
import type { AttributeValue, ObjectKind, Scalar } from '../../../identity/record.ts';
import { formatPath, parsePath } from '../../../scim/path.ts';
import {
  type AttributeDefinition,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  type SchemaDefinition,
  USER_SCHEMA,
} from '../../../scim/schemas.ts';

export interface Row {
  readonly scim: AttributePath;
  /** The attribute it is part of, in lower case: `phonenumbers`, `urn:…:user:department`. */
  readonly head: string;
  /** What a value filter in it says of its element: `{ type: 'work' }`. */
  readonly element: Readonly<Record<string, AttributeValue>>;
  /** As the system calls it. */
  readonly own: string;
  /** Of a name that is no path, such as a column `Personal-Nr.`, the whole is one attribute. */
  readonly ownPath: AttributePath;
  /** In SCIM. */
  readonly type: AttributeSchema['type'];
  /** One value in SCIM where the system has a list of at most one. */
  readonly first: boolean;
  /** Parts where the system may have bare values; an element of several has its `value`. */
  readonly complex?: 'one' | 'several';
  readonly schema: Omit<AttributeSchema, 'path' | 'type'>;
  readonly values?: Readonly<Record<string, Scalar>>;
}

export interface View {
  readonly kind: ObjectKind;
  readonly rows: readonly Row[];
  /** By their head. */
  readonly under: ReadonlyMap<string, readonly Row[]>;
  /** In SCIM's names. */
  readonly schema: KindSchema;
}

/** What a resource has besides its attributes. */
const BESIDES: ReadonlySet<string> = new Set(['id', 'meta', 'schemas']);

/**
 * @param given What the connector says of itself; trusted.
 * @param configured What an administrator says; names that the system does not have are refused.
 */
export function viewOf(
  schema: KindSchema,
  given: Readonly<Record<string, ServeRow>> | undefined,
  configured: Readonly<Record<string, ServeRow>> | undefined,
): View {
  const known = new Map(schema.attributes.map((one) => [one.path, one]));
  // A connector that names things itself may have more than it describes.
  if (given === undefined)
    for (const row of Object.values(configured ?? {})) demandKnown(ownName(row), schema, known);
  const named =
    given === undefined && configured === undefined
      ? ownNames(schema)
      : Object.entries({ ...given, ...configured });
  const rows = named.flatMap(([text, row]) => rowOf(schema.kind, text, row, known) ?? []);
  return {
    kind: schema.kind,
    rows,
    under: Map.groupBy(rows, ({ head }) => head),
    schema: described(schema, rows),
  };
}

function ownName(row: ServeRow): string {
  return typeof row === 'string' ? row : row.attribute;
}

/** Whole complex values are told by their parts, where those are known. */
function ownNames({ attributes }: KindSchema): readonly (readonly [string, string])[] {
  const inside = new Set(
    attributes.flatMap(({ path }) =>
      path.includes('.') ? [path.slice(0, path.lastIndexOf('.'))] : [],
    ),
  );
  return attributes
    .filter(({ path, type }) => type !== 'complex' || !inside.has(path))
    .map(({ path }) => [path, path]);
}

function demandKnown(
  name: string,
  { kind }: KindSchema,
  known: ReadonlyMap<string, AttributeSchema>,
): void {
  if (known.has(name)) return;
  const meant = suggestion(name, [...known.keys()]);
  throw new ConnectorError(
    'invalid',
    `serve.map.${kind}: the system has no attribute "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    { code: 'serve-map-invalid', remedy: 'Name attributes as the system does.', general: true },
  );
}

/** @returns Undefined for what has no place among the attributes of a resource. */
function rowOf(
  kind: ObjectKind,
  text: string,
  row: ServeRow,
  known: ReadonlyMap<string, AttributeSchema>,
): Row | undefined {
  const parsed = parsePath(text);
  if (!parsed.ok || BESIDES.has(parsed.value.attribute.toLowerCase())) return undefined;
  const scim = parsed.value;
  const own = ownName(row);
  const ownPath = parsePath(own);
  const isMembers = kind === 'group' && headOf(scim) === 'members';
  const described: Partial<AttributeSchema> = known.get(own) ?? (isMembers ? MEMBERS : {});
  const { path: _, type: ownType = 'string', ...schema } = described;
  const standard = standardAt(kind, scim);
  return {
    scim,
    head: headOf(scim),
    element: scim.where ? elementOf(scim) : {},
    own,
    ownPath: ownPath.ok ? ownPath.value : { attribute: own },
    type: ownType === 'reference' ? ownType : (standard?.type ?? ownType),
    first: (schema.multiValued ?? false) && isSingle(scim, standard),
    schema,
    ...(ownType !== 'reference' &&
      standard?.type === 'complex' && { complex: standard.multiValued ? 'several' : 'one' }),
    ...(typeof row !== 'string' && { values: row.values }),
  };
}

/** Rows of their own in every system. */
const MEMBERS = { type: 'reference', multiValued: true } as const;

export function headOf({ schema, attribute }: AttributePath): string {
  return formatPath({ ...(schema !== undefined && { schema }), attribute }).toLowerCase();
}

/** What the value filter of a path says an element holds. */
function elementOf({ where }: AttributePath): Readonly<Record<string, AttributeValue>> {
  const operands = where?.type === 'and' ? where.operands : where ? [where] : [];
  return Object.fromEntries(
    operands.flatMap((one) =>
      one.type === 'compare' && one.operator === 'eq' && one.value !== null
        ? [[one.path.attribute, one.value]]
        : [],
    ),
  );
}

function isSingle(
  { where, subAttribute }: AttributePath,
  standard: AttributeDefinition | undefined,
): boolean {
  return where !== undefined || subAttribute !== undefined || standard?.multiValued === false;
}

const STANDARD: Readonly<Record<ObjectKind, readonly SchemaDefinition[]>> = {
  user: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
  group: [GROUP_SCHEMA],
};

/** What the RFC's own schemas say of the last step of a path. */
function standardAt(
  kind: ObjectKind,
  { schema, attribute, subAttribute }: AttributePath,
): AttributeDefinition | undefined {
  const [core] = STANDARD[kind] ?? [];
  const holder = STANDARD[kind]?.find(({ id }) =>
    schema === undefined ? id === core?.id : id.toLowerCase() === schema.toLowerCase(),
  );
  const whole = holder?.attributes.find(({ name }) => isSame(name, attribute));
  if (subAttribute === undefined) return whole;
  return whole?.subAttributes?.find(({ name }) => isSame(name, subAttribute));
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Several rows may stand for one attribute of SCIM: what one of them can, it can. */
function described(own: KindSchema, rows: readonly Row[]): KindSchema {
  const attributes = new Map<string, AttributeSchema>();
  const add = (path: string, { mutability, returned, ...one }: Omit<AttributeSchema, 'path'>) => {
    const held = attributes.get(path);
    const isFirst = held === undefined;
    const can = isFirst || mutability === held.mutability ? mutability : 'readWrite';
    const told = isFirst || returned === held.returned ? returned : 'default';
    attributes.set(path, {
      ...(held ?? { path, ...one }),
      ...(can !== undefined && { mutability: can }),
      ...(told !== undefined && { returned: told }),
    });
  };
  for (const { scim, type, first, schema, element } of rows) {
    const { where, subAttribute, ...head } = scim;
    const path = formatPath(head);
    const { multiValued = false, mutability, returned, ...rest } = schema;
    const can = {
      ...(mutability !== undefined && { mutability }),
      ...(returned !== undefined && { returned }),
    };
    const list = multiValued && !first ? { multiValued } : {};
    if (subAttribute === undefined && !where) {
      add(path, { ...rest, ...can, ...list, type });
      continue;
    }
    add(path, { ...can, type: 'complex', ...(where && { multiValued: true }) });
    for (const name in element) add(`${path}.${name}`, { ...can, type: 'string' });
    if (subAttribute !== undefined)
      add(`${path}.${subAttribute}`, { ...rest, ...can, ...list, type });
  }
  const enabled = rows.find((row) => own.enabledPath !== undefined && row.own === own.enabledPath);
  return {
    kind: own.kind,
    ...(own.resource && { resource: own.resource }),
    ...(own.extensions && { extensions: own.extensions }),
    ...(enabled && { enabledPath: formatPath(enabled.scim) }),
    attributes: [...attributes.values()],
  };
}
