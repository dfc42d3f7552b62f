/** A directory that lives as long as its process: what an emulator keeps when no folder is given. */

import type { Filter } from '../../identity/filter.ts';
import type { ObjectKind, ObjectRef } from '../../identity/record.ts';
import { indexedEquality, indexTerms, SEVERAL } from './index-terms.ts';
import { sortedPage } from './order.ts';
import type {
  DirectoryStorage,
  ListedValue,
  Mail,
  StoredChange,
  StoredObject,
  Write,
  Written,
} from './storage.ts';

type MemberChange = StoredChange & { readonly type: 'member' };

export function memoryStorage(): DirectoryStorage {
  const objects = new Map<string, StoredObject>();
  const removals = new Map<string, StoredChange>();
  const memberships = new Map<string, MemberChange>();
  const unique = new Map<string, string>();
  const uniqueOf = new Map<string, string>();
  const byValue = new Map<string, Set<string>>();
  const mails: Mail[] = [];
  const values: ListedValue[] = [];
  let sequence = 0;

  const key = (kind: ObjectKind, id: string) => `${kind}\n${id}`;

  function put(write: Write & { readonly type: 'put' }): Written {
    const { object, expects } = write;
    const at = key(object.kind, object.id);
    const held = objects.get(at);
    if ((held?.version ?? 0) !== expects) return { type: 'moved' };
    const name = write.unique === undefined ? undefined : key(object.kind, write.unique);
    const owner = name === undefined ? undefined : unique.get(name);
    if (owner !== undefined && owner !== at) return { type: 'taken' };
    const before = uniqueOf.get(at);
    if (before !== undefined) unique.delete(before);
    if (name !== undefined) {
      unique.set(name, at);
      uniqueOf.set(at, name);
    }
    if (held) index(held, (ids) => ids.delete(at));
    const stored = { ...object, version: ++sequence };
    index(stored, (ids) => ids.add(at));
    objects.set(at, stored);
    if (write.mail) mails.push(write.mail);
    for (const { list, value } of write.values)
      if (!values.some((known) => known.list === list && known.value === value))
        values.push({ list, value });
    return { type: 'done', version: sequence };
  }

  function index(object: StoredObject, change: (ids: Set<string>) => void): void {
    for (const [column, value] of Object.entries(indexTerms(object))) {
      const at = key(object.kind, `${column}=${value}`);
      const ids = byValue.get(at) ?? new Set();
      byValue.set(at, ids);
      change(ids);
    }
  }

  function remove({ kind, id, expects }: Write & { readonly type: 'remove' }): Written {
    const at = key(kind, id);
    const held = objects.get(at);
    if (held?.version !== expects) return { type: 'moved' };
    objects.delete(at);
    index(held, (ids) => ids.delete(at));
    unique.delete(uniqueOf.get(at) ?? '');
    uniqueOf.delete(at);
    removals.set(at, { type: 'removed', sequence: ++sequence, kind, id });
    for (const [pair, membership] of memberships)
      if (membership.group === id || membership.member.id === id) memberships.delete(pair);
    return { type: 'done', version: sequence };
  }

  function change(group: string, member: ObjectRef, removed: boolean): void {
    const at = `${group}\n${member.id}`;
    if ((memberships.get(at)?.removed ?? true) === removed) return;
    memberships.set(at, { type: 'member', sequence: ++sequence, group, member, removed });
  }

  function changeMembers({
    group,
    add,
    remove: gone,
  }: Write & { readonly type: 'members' }): Written {
    if (!objects.has(key('group', group))) return { type: 'moved' };
    for (const member of add) change(group, member, false);
    for (const id of gone) {
      const member = memberships.get(`${group}\n${id}`)?.member;
      if (member) change(group, member, true);
    }
    return { type: 'done', version: sequence };
  }

  function all(kind: ObjectKind): StoredObject[] {
    return [...objects.values()].filter((object) => object.kind === kind);
  }

  function indexed(kind: ObjectKind, column: string, value: string): StoredObject[] {
    return [...(byValue.get(key(kind, `${column}=${value}`)) ?? [])].flatMap(
      (at) => objects.get(at) ?? [],
    );
  }

  function candidates(kind: ObjectKind, filter: Filter | undefined): StoredObject[] {
    const equality = filter && indexedEquality(kind, filter);
    if (!equality) return all(kind);
    const { column, value } = equality;
    switch (column) {
      case 'id':
        return [objects.get(key(kind, value)) ?? []].flat();
      case 'mail':
        return [...indexed(kind, column, value), ...indexed(kind, column, SEVERAL)];
      case 'name':
      case 'external':
        return indexed(kind, column, value);
    }
  }

  return {
    get: async (kind, id) => objects.get(key(kind, id)),

    search: async (kind, { filter, matches = () => true, after, order, offset = 0, count }) => {
      // A cursor is an id, and ids of several processes may come out of order.
      const found = candidates(kind, filter)
        .filter(matches)
        .sort((one, other) => (one.id < other.id ? -1 : 1));
      if (order) return sortedPage(found, order, { offset, count });
      const later = after === undefined ? found : found.filter(({ id }) => id > after);
      return { objects: later.slice(offset, offset + count), total: found.length };
    },

    waitingFor: async (kind, wanted) =>
      wanted.flatMap((value) => indexed(kind, 'waiting', value.toLowerCase())),

    changes: async (kind, since, count) => {
      const all: StoredChange[] = [];
      for (const object of objects.values())
        if (object.kind === kind && object.version > since)
          all.push({ type: 'object', sequence: object.version, object });
      for (const [at, removal] of removals)
        if (at.startsWith(`${kind}\n`) && removal.sequence > since) all.push(removal);
      if (kind === 'group')
        for (const membership of memberships.values())
          if (membership.sequence > since) all.push(membership);
      return all.sort((one, other) => one.sequence - other.sequence).slice(0, count);
    },

    members: async (group) =>
      [...memberships.values()].flatMap((membership) =>
        membership.group === group && !membership.removed ? [membership.member] : [],
      ),

    memberships: async (members) => {
      const asked = new Set(members);
      return [...memberships.values()]
        .filter(({ member, removed }) => !removed && asked.has(member.id))
        .map(({ member, group }) => {
          const name = objects.get(key('group', group))?.attributes.displayName;
          const display = typeof name === 'string' ? { display: name } : {};
          return { member: member.id, group, ...display };
        })
        .sort((one, other) => (one.group < other.group ? -1 : 1));
    },

    write: async (write) => {
      switch (write.type) {
        case 'put':
          return put(write);
        case 'remove':
          return remove(write);
        case 'members':
          return changeMembers(write);
      }
    },

    mails: async () => [...mails],
    listed: async (list) =>
      values.flatMap((listed) => (listed.list === list ? [listed.value] : [])).sort(),
  };
}
