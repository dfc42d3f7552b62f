/** The collections of the directory as listings that can be read from the middle. */

import { type Entry, type Link, type LinkKind, linkedAt, type ObjectType } from '../directory.ts';
import { type Found, foundAt, liveAt, type Tenant, textOf } from '../tenant.ts';
import type { Call } from './call.ts';
import type { Listing } from './lists.ts';

export function liveObjects({ tenant, number }: Call, type: ObjectType, context: string): Listing {
  return {
    type,
    context,
    *after(id) {
      const entries = tenant.directory.entries(type);
      for (let at = firstAfter(entries, id, (entry) => entry.id); at < entries.length; at++) {
        const entry = entries[at];
        const found = entry === undefined ? undefined : liveAt(tenant, entry.id, number);
        if (found !== undefined) yield found;
      }
    },
  };
}

/** What lies in the recycle bin. */
export function deletedObjects({ tenant, number }: Call, type: ObjectType): Listing {
  return {
    type,
    context: 'directoryObjects',
    *after(id) {
      for (const entry of tenant.directory.entries(type)) {
        const found = entry.id > id ? foundAt(tenant, entry.id, number) : undefined;
        if (found?.version.life === 'deleted') yield found;
      }
    },
  };
}

/** @param only Shows elements of one type, as a cast in the path asks. */
export function linkedObjects(
  { tenant, number }: Call,
  kind: LinkKind,
  source: string,
  context: string,
  only?: ObjectType,
): Listing {
  return {
    type: only ?? 'directoryObject',
    context,
    *after(id) {
      const links = tenant.directory.linksFrom(kind, source);
      for (let at = firstAfter(links, id, (link) => link.target); at < links.length; at++) {
        const found = targetAt(tenant, links[at], number);
        if (found !== undefined && (only === undefined || found.entry.type === only)) yield found;
      }
    },
  };
}

function targetAt(tenant: Tenant, link: Link | undefined, number: number): Found | undefined {
  if (link === undefined || !linkedAt(link, number)) return undefined;
  const found = liveAt(tenant, link.target, number);
  // An assignment is gone from sight while the principal it is for lies in the recycle bin.
  if (found?.entry.type !== 'appRoleAssignment') return found;
  const principal = textOf(found.version.properties, 'principalId');
  return liveAt(tenant, principal, number) === undefined ? undefined : found;
}

/** The objects that link to one: its groups, its reports. */
export function linkingObjects(
  { tenant, number }: Call,
  kind: LinkKind,
  target: string,
  context: string,
  only?: ObjectType,
): Listing {
  const sources = tenant.directory
    .linksTo(kind, target)
    .filter((link) => linkedAt(link, number))
    .map((link) => link.source);
  return listed(tenant, number, sources, context, only);
}

/** Objects reached over any number of links, in one of the two directions. */
export function reachedObjects(
  { tenant, number }: Call,
  direction: 'members' | 'groups',
  start: string,
  only?: ObjectType,
): Listing {
  const reached = new Set<string>();
  const pending = [start];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const links =
      direction === 'members'
        ? tenant.directory.linksFrom('member', id)
        : tenant.directory.linksTo('member', id);
    for (const link of links) {
      const next = direction === 'members' ? link.target : link.source;
      if (!linkedAt(link, number) || reached.has(next)) continue;
      reached.add(next);
      pending.push(next);
    }
  }
  return listed(tenant, number, [...reached], 'directoryObjects', only);
}

/** Assignments of a user: her own and those of the groups she is directly in. */
export function assignmentsFor({ tenant, number }: Call, principal: Entry): Listing {
  const groups = tenant.directory
    .linksTo('member', principal.id)
    .filter((link) => principal.type === 'user' && linkedAt(link, number))
    .map((link) => link.source);
  const ids = [principal.id, ...groups].flatMap((id) =>
    tenant.directory
      .linksFrom('appRoleAssignments', id)
      .filter((link) => targetAt(tenant, link, number) !== undefined)
      .map((link) => link.target),
  );
  return listed(tenant, number, ids, 'appRoleAssignments', 'appRoleAssignment');
}

function listed(
  tenant: Tenant,
  number: number,
  ids: readonly string[],
  context: string,
  only?: ObjectType,
): Listing {
  const sorted = ids.toSorted();
  return {
    type: only ?? 'directoryObject',
    context,
    *after(id) {
      for (const each of sorted) {
        const found = each > id ? liveAt(tenant, each, number) : undefined;
        if (found !== undefined && (only === undefined || found.entry.type === only)) yield found;
      }
    },
  };
}

/** Position of the first element whose key lies after another, in a sorted list. */
function firstAfter<T>(list: readonly T[], key: string, keyOf: (element: T) => string): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = list[middle];
    if (element !== undefined && keyOf(element) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
