/**
 * What one step of absorbing has in hand: the records it touches, the identities they belong to or
 * may join, and the keys those are found by, as stored and as they are becoming. Loaded in batches,
 * changed in memory, and compared in the end; nothing here writes.
 */

import type { IdentityId } from '../identity/identity.ts';
import type {
  Attributes,
  AttributeValue,
  ObjectKind,
  ObjectRef,
  SystemName,
} from '../identity/record.ts';
import type { Context } from './context.ts';
import { earliest, remergesAt } from './dates.ts';
import { identityKeys, isBlock, isExact, isJoining, objectKey } from './keys.ts';
import { merge } from './merge.ts';
import { contributionsOf, keptOf, mergingOf } from './merge-person.ts';
import { parseOrigins } from './origins.ts';
import { regrouped, regroupsAt } from './rule-groups.ts';
import { MOST_IN_BLOCK, sayTheSame } from './similar/rule.ts';
import type { AccountState, Json, StoredIdentity, StoredRecord } from './storage.ts';
import type { SourceRules } from './warehouse.ts';

/** A record as it is becoming. */
export interface Held {
  readonly ref: ObjectRef;
  readonly stored: StoredRecord | undefined;
  readonly rules: SourceRules | undefined;
  text: Json;
  version: string | undefined;
  present: boolean;
  recoverable: boolean;
  identity: IdentityId | undefined;
  /** A reading showed it just now. */
  shown: boolean;
  /** No longer anybody's, and not worth keeping. */
  dropped: boolean;
  attributes: Attributes | undefined;
  mapped: Attributes | undefined;
  /** Attributes that differ from those stored, once that is known. */
  moved: readonly string[] | undefined;
  /** When its system says that it changed it last. */
  told: number | undefined;
  /** What we asked of it, where we write it as well; known once its person is loaded. */
  account: AccountState | undefined;
}

/** An identity as it is becoming. */
export interface Person {
  readonly id: IdentityId;
  readonly kind: ObjectKind;
  readonly stored: StoredIdentity | undefined;
  readonly before: Attributes;
  readonly records: Set<Held>;
  attributes: Attributes;
  origins: Readonly<Record<string, SystemName>>;
  present: boolean;
  /** What was computed before, or drawn just now. */
  readonly kept: Record<string, AttributeValue>;
  /** Attributes for which a value that nobody else has is to be drawn. */
  undrawn: readonly string[];
  /** There once merged anew: when it may come to something else though nothing changes. */
  regroups: { readonly at: Date | undefined } | undefined;
  /** Keys the identity is found by, and those it is stored under. */
  keys: ReadonlySet<string>;
  readonly storedKeys: ReadonlySet<string>;
  /** A record came to it or left it. */
  relinked: boolean;
}

const MOST_HITS = 8;

const NOBODY: ReadonlySet<IdentityId> = new Set();

export interface Space {
  /** The time it was opened at. */
  readonly at: Date;
  readonly records: ReadonlyMap<string, Held>;
  readonly people: ReadonlyMap<IdentityId, Person>;
  loadRecords(refs: readonly ObjectRef[]): Promise<readonly Held[]>;
  record(ref: ObjectRef): Held;
  /** Loads identities with all of their records. */
  loadPeople(ids: Iterable<IdentityId>): Promise<void>;
  loadHits(keys: Iterable<string>): Promise<void>;
  /** The same for keys under which there may be very many; of those a few too many are fetched. */
  loadBlocks(keys: Iterable<string>): Promise<void>;
  /** Attributes of identities that will be compared; those who are alike are loaded then. */
  loadGlances(ids: Iterable<IdentityId>): Promise<void>;
  glance(id: IdentityId): Attributes | undefined;
  /** Of whom a person said that they are somebody else. */
  loadApart(records: readonly Held[]): Promise<void>;
  /** Loaded before. */
  isApart(held: Held, person: Person): boolean;
  /** Identities found by a key, of those in hand and those stored; loaded before. */
  hits(key: string): ReadonlySet<IdentityId>;
  attributesOf(held: Held): Attributes;
  /** The record as identity attributes; nothing where the system is not a source. */
  mappedOf(held: Held): Attributes;
  /** The same of the record as it is stored. */
  storedMappedOf(held: Held): Attributes;
  /** @param id Of somebody who was there before. */
  newPerson(kind: ObjectKind, id?: IdentityId): Person;
  link(held: Held, person: Person): void;
  unlink(held: Held): void;
  /** Computes a person anew from the records. */
  remerge(person: Person): void;
  /** Keys by which identities can be joined since this was asked last. */
  takeNewKeys(): ReadonlySet<string>;
  /** Records that wait for any of these keys. */
  loadWaiting(keys: ReadonlySet<string>): Promise<readonly Held[]>;
  /** What it was told of the store, and what it makes of it. */
  readonly traces: Traces;
}

/** By what two spaces are seen to have to do with each other. */
export interface Traces {
  /** Keys of identities and of waiting records that were looked up. */
  readonly asked: ReadonlyMap<string, unknown>;
  readonly waited: ReadonlySet<string>;
  readonly glanced: ReadonlyMap<IdentityId, unknown>;
  readonly gained: ReadonlyMap<string, unknown>;
  readonly lost: ReadonlyMap<string, unknown>;
}

export function openSpace({ store, book, now, newId }: Context): Space {
  const at = now();
  const records = new Map<string, Held>();
  const people = new Map<IdentityId, Person>();
  const fetched = new Map<string, Set<IdentityId>>();
  const gained = new Map<string, Set<IdentityId>>();
  const lost = new Map<string, Set<IdentityId>>();
  let newKeys = new Set<string>();
  const glances = new Map<IdentityId, { readonly text: Json; readonly attributes: Attributes }>();
  const apart = new Map<string, ReadonlySet<string>>();
  const waited = new Set<string>();

  const hold = (ref: ObjectRef, stored: StoredRecord | undefined): Held => {
    const held: Held = {
      ref,
      stored,
      rules: book.source(ref.system, ref.kind),
      text: stored?.attributes ?? '{}',
      version: stored?.version,
      present: stored?.present ?? false,
      recoverable: stored?.recoverable ?? false,
      identity: stored?.identity,
      shown: false,
      dropped: false,
      attributes: undefined,
      mapped: undefined,
      moved: undefined,
      told: undefined,
      account: undefined,
    };
    records.set(objectKey(ref), held);
    return held;
  };

  const space: Space = {
    at,
    records,
    people,

    loadRecords: async (refs) => {
      const missing = refs.filter((ref) => !records.has(objectKey(ref)));
      if (missing.length > 0) {
        for (const stored of await store.records(missing)) hold(stored.ref, stored);
      }
      return refs.map((ref) => space.record(ref));
    },

    record: (ref) => records.get(objectKey(ref)) ?? hold(ref, undefined),

    loadPeople: async (ids) => {
      const missing = [...new Set(ids)].filter((id) => !people.has(id));
      if (missing.length === 0) return;
      const [identities, theirs] = await Promise.all([
        store.identities(missing),
        store.recordsOf(missing),
      ]);
      for (const stored of identities) {
        const glance = glances.get(stored.id);
        // What was worked out to compare them is known already.
        const attributes: Attributes =
          glance?.text === stored.attributes ? glance.attributes : JSON.parse(stored.attributes);
        const origins = parseOrigins(stored.origins, attributes);
        const keys = identityKeys(stored.kind, attributes, book.indexed);
        people.set(stored.id, {
          id: stored.id,
          kind: stored.kind,
          stored,
          before: attributes,
          records: new Set(),
          attributes,
          origins,
          present: stored.present,
          kept: keptOf(attributes, origins, book.attributes(stored.kind)),
          undrawn: [],
          regroups: undefined,
          keys,
          storedKeys: keys,
          relinked: false,
        });
      }
      for (const stored of theirs) {
        const held = records.get(objectKey(stored.ref)) ?? hold(stored.ref, stored);
        held.account = stored.state;
        if (held.identity !== undefined) people.get(held.identity)?.records.add(held);
      }
    },

    loadHits: async (keys) => {
      const missing = [...new Set(keys)].filter((key) => !fetched.has(key));
      if (missing.length === 0) return;
      for (const key of missing) fetched.set(key, new Set());
      const exact = missing.filter(isExact);
      const ruled = missing.filter((key) => !isExact(key));
      const found = await Promise.all([
        exact.length > 0 ? store.identitiesWithKeys(exact) : [],
        ruled.length > 0 ? store.identitiesInBlocks(ruled, MOST_HITS) : [],
      ]);
      for (const { key, identity } of found.flat()) {
        const hits = fetched.get(key);
        // Two are too many to choose from; of a value that everybody has, not everybody is loaded.
        if (hits && hits.size < MOST_HITS) hits.add(identity);
      }
    },

    loadBlocks: async (keys) => {
      const missing = [...new Set(keys)].filter((key) => !fetched.has(key));
      if (missing.length === 0) return;
      for (const key of missing) fetched.set(key, new Set());
      for (const { key, identity } of await store.identitiesInBlocks(missing, MOST_IN_BLOCK + 1)) {
        fetched.get(key)?.add(identity);
      }
    },

    loadGlances: async (ids) => {
      const missing = [...new Set(ids)].filter((id) => !people.has(id) && !glances.has(id));
      if (missing.length === 0) return;
      for (const { id, attributes } of await store.identities(missing)) {
        glances.set(id, { text: attributes, attributes: JSON.parse(attributes) });
      }
    },

    glance: (id) => people.get(id)?.attributes ?? glances.get(id)?.attributes,

    loadApart: async (held) => {
      const missing = held.filter(({ ref }) => !apart.has(objectKey(ref)));
      if (missing.length === 0) return;
      const found = Map.groupBy(await store.apart(missing.map(({ ref }) => ref)), ({ ref }) =>
        objectKey(ref),
      );
      for (const { ref } of missing) {
        const key = objectKey(ref);
        apart.set(key, new Set(found.get(key)?.map(({ other }) => objectKey(other))));
      }
    },

    isApart: (held, person) => {
      const others = apart.get(objectKey(held.ref));
      if (!others || others.size === 0) return false;
      for (const { ref } of person.records) if (others.has(objectKey(ref))) return true;
      return false;
    },

    hits: (key) => {
      const found = fetched.get(key) ?? NOBODY;
      const [gone, come] = [lost.get(key), gained.get(key)];
      if (gone === undefined && come === undefined) return found;
      const hits = new Set(found);
      for (const id of gone ?? []) hits.delete(id);
      for (const id of come ?? []) hits.add(id);
      return hits;
    },

    attributesOf: (held) => {
      held.attributes ??= JSON.parse(held.text) as Attributes;
      return held.attributes;
    },

    mappedOf: (held) => {
      held.mapped ??= held.rules?.map.map(space.attributesOf(held), at) ?? {};
      return held.mapped;
    },

    storedMappedOf: ({ stored, rules }) =>
      stored && rules ? rules.map.map(JSON.parse(stored.attributes), at) : {},

    newPerson: (kind, id = newId()) => {
      const person: Person = {
        id,
        kind,
        stored: undefined,
        before: {},
        records: new Set(),
        attributes: {},
        origins: {},
        present: false,
        kept: {},
        undrawn: [],
        regroups: undefined,
        keys: new Set(),
        storedKeys: new Set(),
        relinked: true,
      };
      people.set(person.id, person);
      return person;
    },

    link: (held, person) => {
      held.identity = person.id;
      person.records.add(held);
      person.relinked = true;
    },

    unlink: (held) => {
      const person = held.identity === undefined ? undefined : people.get(held.identity);
      held.identity = undefined;
      if (!person) return;
      person.records.delete(held);
      person.relinked = true;
    },

    remerge: (person) => {
      const rules = book.attributes(person.kind);
      const contributions = contributionsOf(person, space, rules?.recency ?? false);
      const merging = rules && mergingOf(person, space, rules);
      const merged = merge(contributions, merging);
      // When no source is left that could say anything, the last values are what we know.
      if (contributions.length > 0) {
        person.attributes = merged.attributes;
        const [only, ...others] = contributions;
        if (only && others.length === 0 && !rules) sayTheSame(person.attributes, only.attributes);
        person.origins = merged.origins;
        person.undrawn = merged.undrawn ?? [];
      }
      person.present = merged.present;
      const { attributes, origins } = regrouped(book.rules.groups, person, at);
      person.attributes = attributes;
      person.origins = origins;
      person.regroups = {
        at: earliest([
          regroupsAt(book.rules.groups, person, at),
          remergesAt(person, space, merging),
        ]),
      };
      // Without any record left it is nobody any more, and cannot be found.
      const keys =
        person.records.size > 0
          ? identityKeys(person.kind, person.attributes, book.indexed)
          : new Set<string>();
      for (const key of keys) {
        if (person.keys.has(key)) continue;
        put(gained, key, person.id);
        lost.get(key)?.delete(person.id);
        if (isJoining(key)) newKeys.add(key);
      }
      for (const key of person.keys) {
        if (keys.has(key)) continue;
        put(lost, key, person.id);
        gained.get(key)?.delete(person.id);
      }
      person.keys = keys;
    },

    takeNewKeys: () => {
      const taken = newKeys;
      newKeys = new Set();
      return taken;
    },

    loadWaiting: async (keys) => {
      const blocks: string[] = [];
      const exact: string[] = [];
      for (const key of keys) {
        waited.add(key);
        (isBlock(key) ? blocks : exact).push(key);
      }
      const [same, alike] = await Promise.all([
        exact.length > 0 ? store.unjoinedWith(exact) : [],
        blocks.length > 0 ? store.unjoinedInBlocks(blocks, MOST_IN_BLOCK) : [],
      ]);
      return space.loadRecords([...same, ...alike]);
    },

    traces: { asked: fetched, waited, glanced: glances, gained, lost },
  };
  return space;
}

function put(map: Map<string, Set<IdentityId>>, key: string, id: IdentityId): void {
  const ids = map.get(key);
  if (ids) ids.add(id);
  else map.set(key, new Set([id]));
}
