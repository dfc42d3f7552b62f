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

interface Posted {
  readonly sequence: number;
  attempts: number;
  mail: Mail;
  /** Undefined once it was delivered. */
  dueAt: string | undefined;
}

export function memoryStorage(): DirectoryStorage {
  const objects = new Map<string, StoredObject>();
  const removals = new Map<string, StoredChange>();
  const memberships = new Map<string, MemberChange>();
  const unique = new Map<string, string>();
  const uniqueOf = new Map<string, readonly string[]>();
  const byValue = new Map<string, Set<string>>();
  const mails: Posted[] = [];
  const values: ListedValue[] = [];
  let sequence = 0;

  const key = (kind: ObjectKind, id: string) => `${kind}\n${id}`;

  const countOf = (kind: ObjectKind): number =>
    [...objects.values()].filter((one) => one.kind === kind).length;

  function put(write: Write & { readonly type: 'put' }): Written {
    const { object, expects } = write;
    const at = key(object.kind, object.id);
    const held = objects.get(at);
    if ((held?.version ?? 0) !== expects) return { type: 'moved' };
    if (!held && write.most !== undefined && countOf(object.kind) >= write.most)
      return { type: 'full' };
    const name = write.unique === undefined ? undefined : key(object.kind, write.unique);
    const owner = name === undefined ? undefined : unique.get(name);
    if (owner !== undefined && owner !== at) return { type: 'taken' };
    const others = write.uniques?.map((value) => key(object.kind, `=${value}`)) ?? [];
    const other = others.findIndex((one) => (unique.get(one) ?? at) !== at);
    if (other >= 0) return { type: 'taken', value: write.uniques?.[other] ?? '' };
    for (const before of uniqueOf.get(at) ?? []) unique.delete(before);
    const names = [...(name === undefined ? [] : [name]), ...others];
    for (const one of names) unique.set(one, at);
    uniqueOf.set(at, names);
    if (held) index(held, (ids) => ids.delete(at));
    const stored = { ...object, version: ++sequence };
    index(stored, (ids) => ids.add(at));
    objects.set(at, stored);
    if (write.mail)
      mails.push({ sequence, attempts: 0, dueAt: write.mail.sentAt, mail: write.mail });
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

  function remove({ kind, id, expects, at: time }: Write & { readonly type: 'remove' }): Written {
    const at = key(kind, id);
    const held = objects.get(at);
    if (held?.version !== expects) return { type: 'moved' };
    objects.delete(at);
    index(held, (ids) => ids.delete(at));
    for (const name of uniqueOf.get(at) ?? []) unique.delete(name);
    uniqueOf.delete(at);
    const version = ++sequence;
    removals.set(at, { type: 'removed', sequence: version, kind, id });
    const left = new Set<string>();
    for (const [pair, { group, member, removed }] of memberships) {
      if (group !== id && member.id !== id) continue;
      memberships.delete(pair);
      if (group !== id && !removed) left.add(group);
    }
    for (const group of left) touch(group, time);
    return { type: 'done', version };
  }

  /** A group is another one once its members are. */
  function touch(group: string, modifiedAt: string): void {
    const at = key('group', group);
    const held = objects.get(at);
    if (held) objects.set(at, { ...held, modifiedAt, version: ++sequence });
  }

  function change(group: string, member: ObjectRef, removed: boolean): void {
    const at = `${group}\n${member.id}`;
    if ((memberships.get(at)?.removed ?? true) === removed) return;
    memberships.set(at, { type: 'member', sequence: ++sequence, group, member, removed });
  }

  /** Clients send members by their id alone, and mean groups as well. */
  function known(member: ObjectRef): ObjectRef {
    const kind = ['user', 'group'].find((one) => objects.has(key(one, member.id)));
    return kind === undefined ? member : { ...member, kind };
  }

  function changeMembers({
    group,
    add,
    remove: gone,
    at,
    expects,
    most = Number.POSITIVE_INFINITY,
  }: Write & { readonly type: 'members' }): Written {
    const held = objects.get(key('group', group));
    if (!held || (expects !== undefined && held.version !== expects)) return { type: 'moved' };
    const isMember = (id: string): boolean => memberships.get(`${group}\n${id}`)?.removed === false;
    const joins = add.filter(({ id }) => !isMember(id));
    const leaves = gone.filter(isMember);
    if (joins.length + leaves.length === 0) return { type: 'done', version: held.version };
    if (joins.length > 0) {
      const members = [...memberships.values()].filter(
        (one) => one.group === group && !one.removed,
      );
      if (members.length - leaves.length + joins.length > most) return { type: 'full' };
    }
    touch(group, at);
    const version = sequence;
    for (const member of joins) change(group, known(member), false);
    for (const id of leaves) {
      const member = memberships.get(`${group}\n${id}`)?.member;
      if (member) change(group, member, true);
    }
    return { type: 'done', version };
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

    mails: async () => mails.map(({ mail }) => mail),
    waitingMails: async (now, since, count) =>
      mails
        .filter(({ dueAt, mail }) => dueAt !== undefined && dueAt <= now && mail.sentAt > since)
        .slice(0, count),
    delivered: async (number, delivery) => {
      const posted = mails.find((one) => one.sequence === number);
      if (!posted) return;
      posted.attempts++;
      posted.dueAt = delivery.type === 'failed' ? delivery.retryAt : undefined;
      const { secret: _, ...told } = posted.mail;
      if (delivery.type === 'delivered') posted.mail = told;
    },
    listed: async (list) =>
      values.flatMap((listed) => (listed.list === list ? [listed.value] : [])).sort(),
  };
}
