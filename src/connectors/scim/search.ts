/** A service provider as others ask for it: single objects, and those a filter holds for. */

import type { Filter } from '../../identity/filter.ts';
import type {
  AttributeValue,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
} from '../../identity/record.ts';
import { formatFilter } from '../../scim/filter.ts';
import { formatPath } from '../../scim/path.ts';
import { ConnectorError, type Query, type SearchPage } from '../spi/index.ts';
import { type Connection, withoutMembers } from './connection.ts';
import { listPageOf } from './listing.ts';
import type { Protocol } from './profile.ts';
import { attributesOf, isObject, recordOf } from './translate.ts';

/** Of a group without its members, unless they are asked for. */
export async function getObject(
  connection: Connection,
  ref: ObjectRef,
  { signal, attributes }: Pick<Query, 'signal' | 'attributes'>,
): Promise<IdentityRecord | undefined> {
  const attempt = `get ${ref.kind} ${ref.id} in ${connection.system}`;
  const path = `${await connection.endpoint(ref.kind, signal)}/${encodeURIComponent(ref.id)}`;
  const query = left(ref.kind, attributes);
  try {
    const { body } = await connection.client.send({ method: 'GET', path, query, attempt, signal });
    return recordIn(connection, ref.kind, body, attributes);
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'missing') return undefined;
    throw error;
  }
}

/** A cursor of ours says which of the protocol's two it is: `i51`, or `c` and the provider's own. */
export async function searchObjects(
  connection: Connection,
  kind: ObjectKind,
  { filter, attributes, cursor, offset = 0, count, signal }: Query,
): Promise<SearchPage> {
  const { system, client, pageSize, protocol } = connection;
  const id = filter && idAsked(filter);
  // Few providers filter by `id`, and all of them read by it.
  if (id !== undefined) {
    const asked = { signal, ...(attributes && { attributes }) };
    const record = await getObject(connection, { system, kind, id }, asked);
    return { records: record ? [record] : [], total: record ? 1 : 0 };
  }
  if (filter && (await connection.features(signal)).filter === false)
    throw new ConnectorError('invalid', `search ${kind}s in ${system}: it does not filter`, {
      code: 'filter-unsupported',
    });
  const first = protocol.paging.firstIndex ?? 1;
  const byCursor = offset === 0 && (await pagingMode(connection, signal)) === 'cursor';
  const at = cursor ?? (byCursor ? 'c' : `i${first + offset}`);
  const startIndex = Number(at.slice(1));
  const attempt = `search ${kind}s in ${system}`;
  const answer = await client.send({
    method: 'GET',
    path: await connection.endpoint(kind, signal),
    query: {
      ...(filter !== undefined && { filter: formatFilter(filter) }),
      ...(at.startsWith('c') ? { cursor: at.slice(1) } : { startIndex }),
      ...left(kind, attributes),
      count: count ?? pageSize,
    },
    attempt,
    signal,
  });
  const { resources, total, nextCursor } = listPageOf(answer, attempt);
  const records = resources.flatMap(
    (resource) => recordIn(connection, kind, resource, attributes) ?? [],
  );
  const next = startIndex + resources.length;
  const more = resources.length > 0 && total !== undefined && next - first < total;
  const following = at.startsWith('c')
    ? nextCursor && `c${nextCursor}`
    : more
      ? `i${next}`
      : undefined;
  return {
    records,
    ...(following !== undefined && { nextCursor: following }),
    ...(total !== undefined && { total }),
  };
}

export async function pagingMode(
  connection: Connection,
  signal: AbortSignal,
): Promise<'index' | 'cursor'> {
  const { mode } = connection.protocol.paging;
  if (mode !== 'auto') return mode;
  return (await connection.features(signal)).cursor ? 'cursor' : 'index';
}

/** As far as the profile knows what the provider filters by; one that says nothing has all of it. */
export function canFilter({ filter: facts }: Protocol, kind: ObjectKind, filter: Filter): boolean {
  const { paths, operators, maxNodes = Number.POSITIVE_INFINITY } = facts;
  const known = paths?.[kind]?.map((path) => path.toLowerCase());
  let nodes = 0;
  const can = (one: Filter): boolean => {
    nodes++;
    switch (one.type) {
      case 'and':
      case 'or':
        return isAllowed(one.type) && one.operands.every(can);
      case 'not':
        return isAllowed(one.type) && can(one.operand);
      case 'some':
        return isKnown(formatPath({ ...one.path, where: one.where }), one.path.attribute);
      default: {
        const operator = one.type === 'compare' ? one.operator : 'pr';
        return isAllowed(operator) && isKnown(formatPath(one.path), one.path.attribute);
      }
    }
  };
  const isAllowed = (operator: string): boolean => operators?.includes(operator) ?? true;
  const isKnown = (text: string, attribute: string): boolean =>
    (known?.includes(text.toLowerCase()) ?? true) || attribute === 'id';
  return can(filter) && nodes <= maxNodes;
}

/** The object that is meant, where a filter asks for one by its identifier and for nothing else. */
function idAsked(filter: Filter): string | undefined {
  if (filter.type !== 'compare' || filter.operator !== 'eq') return undefined;
  const { attribute, schema, subAttribute } = filter.path;
  const isId = attribute.toLowerCase() === 'id' && schema === undefined;
  return isId && subAttribute === undefined && typeof filter.value === 'string'
    ? filter.value
    : undefined;
}

function left(
  kind: ObjectKind,
  attributes: readonly string[] | undefined,
): Readonly<Record<string, string>> {
  return attributes?.includes('members') ? {} : withoutMembers(kind);
}

/** With the dates of the resource, and its memberships where they are asked for. */
export function recordIn(
  { system }: Connection,
  kind: ObjectKind,
  resource: unknown,
  attributes: readonly string[] = [],
): IdentityRecord | undefined {
  const record = isObject(resource) ? recordOf(system, kind, resource) : undefined;
  if (!isObject(resource) || record === undefined) return undefined;
  const { members, ...rest } = record.attributes;
  const dates = datesOf(resource.meta);
  // Under another name: a record of ours has no memberships of its own.
  const { list: groups } = attributes.includes('groups')
    ? attributesOf(system, { list: resource.groups })
    : {};
  return {
    ...record,
    attributes: {
      ...rest,
      ...(members !== undefined && attributes.includes('members') && { members }),
      ...(groups !== undefined && { groups }),
      ...(dates !== undefined && { meta: dates }),
    },
  };
}

function datesOf(meta: unknown): AttributeValue | undefined {
  if (!isObject(meta)) return undefined;
  const { created, lastModified } = meta;
  const dates = {
    ...(typeof created === 'string' && created !== '' && { created }),
    ...(typeof lastModified === 'string' && lastModified !== '' && { lastModified }),
  };
  return Object.keys(dates).length > 0 ? dates : undefined;
}
