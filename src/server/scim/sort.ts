/** `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3), by the schema of a type. */

import type { Sort } from '../../connectors/spi/index.ts';
import type { Leniency } from '../../scim/clients.ts';
import { badRequest, type ScimError } from '../../scim/error.ts';
import { parsePath } from '../../scim/path.ts';
import { type Member, memberAt, qualifiedPath } from '../../scim/resource-type.ts';
import type { ServedType } from './served.ts';

export function sortFor(
  type: ServedType,
  leniency: Leniency,
  sortBy: string,
  sortOrder = 'ascending',
): Sort {
  const order = sortOrder.toLowerCase();
  if (order !== 'ascending' && order !== 'descending')
    throw badRequest('invalidValue', 'sortOrder is ascending or descending');
  const parsed = parsePath(sortBy);
  if (!parsed.ok || parsed.value.where) throw unsortable(sortBy, 'it is no path of an attribute');
  const path = qualifiedPath(type, parsed.value, leniency.bareNames);
  const holder = memberAt(type, path);
  if (!holder) throw unsortable(sortBy, 'there is no such attribute');
  const leaf = leafOf(holder, path.subAttribute);
  if (!leaf) throw unsortable(sortBy, 'name one of its sub-attributes');
  const { name, caseExact, returned } = leaf.definition;
  if (returned === 'never' || APART.has(holder.definition.name))
    throw unsortable(sortBy, 'it is not sorted by');
  const { schema, subAttribute } = path;
  const inExtension = schema !== undefined && type.extended.has(schema.toLowerCase());
  return {
    path: {
      ...(inExtension && { schema }),
      attribute: holder.definition.name,
      ...(subAttribute !== undefined && { subAttribute: leaf === holder ? 'value' : name }),
    },
    descending: order === 'descending',
    caseExact,
  };
}

/** Memberships lie apart from who has them. */
const APART: ReadonlySet<string> = new Set(['members', 'groups']);

/** Of a complex attribute the `value` is meant where it has one. */
function leafOf(holder: Member, subAttribute: string | undefined): Member | undefined {
  if (holder.refersTo !== undefined) return holder;
  if (subAttribute !== undefined) return holder.parts.get(subAttribute.toLowerCase());
  return holder.definition.type === 'complex' ? holder.parts.get('value') : holder;
}

function unsortable(sortBy: string, because: string): ScimError {
  return badRequest('invalidPath', `sortBy ${sortBy}: ${because}`);
}
