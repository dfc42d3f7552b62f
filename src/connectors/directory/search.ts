/** Searching a directory: by index where the filter allows it, object by object for the rest. */

import type { Filter } from '../../identity/filter.ts';
import type { Attributes, IdentityRecord, ObjectKind, SystemName } from '../../identity/record.ts';
import { filterMatches } from '../../scim/filter.ts';
import { ConnectorError, type Query, type SearchPage } from '../spi/index.ts';
import type { ExactPaths } from './exact.ts';
import { groupsOf } from './groups.ts';
import { indexedEquality, nameOf } from './index-terms.ts';
import { cursorOf, orderOf, placeOf } from './order.ts';
import { recordOf, searchable } from './record.ts';
import type { DirectoryStorage, StoredObject } from './storage.ts';

const DEFAULT_COUNT = 100;

export async function searchRecords(
  system: SystemName,
  kind: ObjectKind,
  storage: DirectoryStorage,
  { isExact, isOrdinary }: ExactPaths,
  { filter, sort, attributes, cursor, offset, count = DEFAULT_COUNT }: Omit<Query, 'signal'>,
): Promise<SearchPage> {
  if (kind === 'user' && filter && isAbout(filter, 'groups'))
    throw new ConnectorError('invalid', 'people are not found by their groups', {
      code: 'filter-unsupported',
      remedy: 'Read the members of the group.',
    });
  const asked = splitMembership(kind, filter);
  const { rest, members } = asked;
  const order = sort && orderOf(sort, nameOf(kind), cursor);
  const { objects, total } = await storage.search(kind, {
    ...(rest && {
      filter: rest,
      ...(isOrdinary(rest) && { exactly: true as const }),
      matches: (object: StoredObject) =>
        filterMatches(rest, searchable(object), { caseExact: isExact }),
    }),
    ...(order ? { order } : cursor !== undefined && { after: cursor }),
    ...(offset !== undefined && { offset }),
    count,
  });
  const withMembers = kind === 'group' && (attributes?.includes('members') ?? false);
  const withGroups = kind === 'user' && (attributes?.includes('groups') ?? false);
  const groups = withGroups
    ? await groupsOf(
        storage,
        objects.map(({ id }) => id),
      )
    : new Map<string, readonly Attributes[]>();
  const records: IdentityRecord[] = [];
  for (const object of objects) {
    if (!withMembers && members.length === 0) {
      const record = recordOf(system, object);
      const held = groups.get(object.id);
      records.push(
        held ? { ...record, attributes: { ...record.attributes, groups: held } } : record,
      );
      continue;
    }
    const held = await storage.members(object.id);
    if (!members.every((id) => held.some((member) => member.id === id))) continue;
    records.push(withMembers ? memberRecord(system, object, held) : recordOf(system, object));
  }
  const last = objects.at(-1);
  const more = last !== undefined && objects.length === count;
  return {
    records,
    total: members.length > 0 ? records.length : total,
    ...(more && { nextCursor: order ? cursorOf(placeOf(order, last)) : last.id }),
  };
}

function memberRecord(
  system: SystemName,
  object: StoredObject,
  held: Awaited<ReturnType<DirectoryStorage['members']>>,
): IdentityRecord {
  const record = recordOf(system, object);
  if (held.length === 0) return record;
  const members = held.map((member) => ({ $ref: { ...member, system } }));
  return { ...record, attributes: { ...record.attributes, members } };
}

/**
 * `id eq "g" and members eq "u"`, as Entra asks. Members lie apart, so the rest of the filter has to
 * name the group.
 */
function splitMembership(
  kind: ObjectKind,
  filter: Filter | undefined,
): { readonly rest: Filter | undefined; readonly members: readonly string[] } {
  if (kind !== 'group' || !filter) return { rest: filter, members: [] };
  const operands = filter.type === 'and' ? filter.operands : [filter];
  const asked = operands.filter((one) => isAbout(one, 'members'));
  if (asked.length === 0) return { rest: filter, members: [] };
  const members = asked.flatMap((one) =>
    one.type === 'compare' && one.operator === 'eq' && typeof one.value === 'string'
      ? [one.value]
      : [],
  );
  const rest: Filter = {
    type: 'and',
    operands: operands.filter((one) => !isAbout(one, 'members')),
  };
  if (members.length !== asked.length || !indexedEquality(kind, rest))
    throw new ConnectorError('invalid', 'a filter by members has to name the group as well', {
      code: 'filter-unsupported',
      remedy: 'Ask `id eq "group" and members eq "member"`.',
    });
  return { rest, members };
}

function isAbout(filter: Filter, attribute: 'members' | 'groups'): boolean {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.operands.some((one) => isAbout(one, attribute));
    case 'not':
      return isAbout(filter.operand, attribute);
    default:
      return filter.path.attribute.toLowerCase() === attribute;
  }
}
