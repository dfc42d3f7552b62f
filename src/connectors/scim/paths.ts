/**
 * Attribute paths of one kind, parsed once: an account has a dozen of them and there are a hundred
 * thousand accounts.
 */

import type { Filter } from '../../identity/filter.ts';
import type { AttributePath } from '../../identity/path.ts';
import { formatFilter } from '../../scim/filter.ts';
import { parsePath } from '../../scim/path.ts';
import { type AttributeSchema, ConnectorError } from '../spi/index.ts';

export interface KnownPath {
  readonly text: string;
  readonly path: AttributePath;
  /** The value filter as text: paths with the same one address the same element. */
  readonly where?: string;
  /** What the filter says an element holds: `{ type: 'work' }`. */
  readonly implied: Readonly<Record<string, unknown>>;
  readonly type?: AttributeSchema['type'];
  readonly multiValued: boolean;
}

export type Paths = (text: string) => KnownPath;

/** @param attributes What is known of the kind; of other paths nothing is assumed. */
export function pathsOf(attributes: readonly AttributeSchema[]): Paths {
  const schemas = new Map(attributes.map((schema) => [schema.path.toLowerCase(), schema]));
  const known = new Map<string, KnownPath>();
  return (text) => {
    let path = known.get(text);
    if (path === undefined) {
      path = knownPath(text, schemas);
      known.set(text, path);
    }
    return path;
  };
}

function knownPath(text: string, schemas: ReadonlyMap<string, AttributeSchema>): KnownPath {
  const parsed = parsePath(text);
  if (!parsed.ok)
    throw new ConnectorError(
      'invalid',
      `${text} is no attribute path: ${parsed.problems[0]?.message}`,
      {
        code: 'path-invalid',
        remedy: 'Correct the path in the mapping.',
      },
    );
  const path = parsed.value;
  const extension = extensionOf(path);
  const prefix = extension === undefined ? '' : `${extension}:`;
  const holder = schemas.get(`${prefix}${path.attribute}`.toLowerCase());
  const leaf =
    path.subAttribute === undefined
      ? holder
      : schemas.get(`${prefix}${path.attribute}.${path.subAttribute}`.toLowerCase());
  return {
    text,
    path,
    ...(path.where && { where: formatFilter(path.where) }),
    implied: path.where ? implied(path.where) : {},
    ...(leaf && { type: leaf.type }),
    multiValued: holder?.multiValued ?? false,
  };
}

/** The member an attribute lies in; core attributes lie in the resource itself. */
export function extensionOf({ schema }: AttributePath): string | undefined {
  return schema === undefined || /^urn:ietf:params:scim:schemas:core:/i.test(schema)
    ? undefined
    : schema;
}

function implied(where: Filter): Readonly<Record<string, unknown>> {
  if (where.type === 'and') return Object.assign({}, ...where.operands.map(implied));
  if (where.type !== 'compare' || where.operator !== 'eq' || where.value === null) return {};
  if (where.path.subAttribute !== undefined) return {};
  // Entra writes the flag of its template as a text: `roles[primary eq "True"]`.
  const flag = where.path.attribute === 'primary' && typeof where.value === 'string';
  return { [where.path.attribute]: flag ? /^true$/i.test(String(where.value)) : where.value };
}
