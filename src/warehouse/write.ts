/** Writes what a step of absorbing has worked out: records, identities, keys, references, due rows. */

import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import { joinKeys } from './join.ts';
import { identityKeys, isExact, matchKeys, objectKey, references } from './keys.ts';
import { groupsDue } from './members.ts';
import { changedNames } from './merge.ts';
import { followReferences, resolveReferents } from './references.ts';
import { readsAny } from './rulebook.ts';
import type { Held, Person, Space } from './space.ts';
import type { Edge, IdentityKey, NewDue, RecordKey } from './storage.ts';
import type { ReviewItem } from './warehouse.ts';

/** Within the transaction in which the space was loaded. @param reading By which records were shown. */
export async function writeSpace(
  space: Space,
  context: Context,
  reviews: ReadonlyMap<Held, ReviewItem>,
  reading = 0,
): Promise<void> {
  const { store } = context;
  const touched = [...space.records.values()].filter((held) => isTouched(held));
  const writes: Promise<unknown>[] = [];
  writes.push(...writeRecords(touched, space, context, reading));
  writes.push(
    store.removeReviews(
      touched
        .filter(({ stored, identity }) => stored && !stored.identity && identity)
        .map(({ ref }) => ({ system: ref.system, subject: ref.id })),
    ),
  );

  for (const review of reviews.values()) writes.push(store.addReview(review));
  const generation = context.generation();
  const since = context.now().getTime();
  const due: NewDue[] = [];
  const raw = rawChanges(touched, space, context);
  const lostEdges: Edge[] = [];
  const newEdges: Omit<Edge, 'referred'>[] = [];
  const lostKeys: IdentityKey[] = [];
  const newKeys: IdentityKey[] = [];
  const changedPeople: Person[] = [];
  const ended: Person[] = [];
  for (const person of space.people.values()) {
    if (person.records.size === 0) {
      ended.push(person);
      const keys = identityKeys(person.kind, person.before, context.book.indexed);
      for (const key of keys) lostKeys.push({ identity: person.id, key });
      continue;
    }
    const names = changedNames(person.before, person.attributes);
    const whole = person.relinked || !person.stored || person.stored.present !== person.present;
    if (names.length > 0 || whole || isReattributed(person)) changedPeople.push(person);
    if (names.length > 0) {
      const before = identityKeys(person.kind, person.before, context.book.indexed);
      for (const key of before.difference(person.keys)) lostKeys.push({ identity: person.id, key });
      for (const key of person.keys.difference(before)) newKeys.push({ identity: person.id, key });
      const edges = changedEdges(person, names);
      lostEdges.push(...edges.lost);
      newEdges.push(...edges.gained);
    }
    const changed = new Set([...names, ...(raw.get(person.id) ?? [])]);
    if (!whole && changed.size === 0) continue;
    for (const target of context.book.targetsOf(person.kind)) {
      if (!whole && !readsAny(target, changed)) continue;
      due.push({ identity: person.id, target: target.system, cause: 'changed', generation, since });
    }
  }
  for (const { ref, stored, present, identity } of touched) {
    // An account that vanished or came back is looked at, whatever its attributes say.
    if (!identity || !context.book.target(ref.system, ref.kind)) continue;
    if (stored?.present === present) continue;
    due.push({ identity, target: ref.system, cause: 'changed', generation, since });
  }
  writes.push(
    store.saveIdentities(
      changedPeople.map(({ id, kind, attributes, origins, present }) => ({
        id,
        kind,
        attributes: JSON.stringify(attributes),
        origins: JSON.stringify(origins),
        present,
      })),
    ),
    store.removeIdentityKeys(lostKeys),
    store.addIdentityKeys(newKeys),
    store.removeEdges(lostEdges),
    store.deleteIdentities(ended.map(({ id }) => id)),
    store.addDue(due),
  );
  await Promise.all(writes);
  await groupsDue(context, groupsThatCameOrWent(touched));
  await connect(newEdges, arrivals(touched, lostKeys, newKeys), context);
}

export function isTouched({
  stored,
  text,
  version,
  present,
  recoverable,
  identity,
  dropped,
}: Held): boolean {
  if (!stored) return present;
  return (
    dropped ||
    stored.attributes !== text ||
    stored.version !== version ||
    stored.present !== present ||
    stored.recoverable !== recoverable ||
    stored.identity !== identity
  );
}

function writeRecords(
  touched: readonly Held[],
  space: Space,
  { store, book }: Context,
  reading: number,
): readonly Promise<unknown>[] {
  // A person's record that never belonged to anybody leaves nothing to remember. A group that is
  // gone stays known as gone: its members are still on file, and reach nothing through it.
  const gone = touched.filter(
    ({ ref, dropped, present, identity }) =>
      dropped || (!present && identity === undefined && ref.kind === 'user'),
  );
  const kept = touched.filter((held) => !gone.includes(held));
  const lostKeys: RecordKey[] = [];
  const newKeys: RecordKey[] = [];
  const noLongerWaiting: Held[] = [];
  const waiting: RecordKey[] = [];
  for (const held of touched) {
    const paths = book.matchPaths(held.ref.system, held.ref.kind);
    if (paths.length > 0) {
      const before = held.stored?.present
        ? matchKeys(JSON.parse(held.stored.attributes), paths)
        : new Set<string>();
      const after =
        held.present && !held.dropped
          ? matchKeys(space.attributesOf(held), paths)
          : new Set<string>();
      for (const key of before.difference(after)) lostKeys.push({ ref: held.ref, key });
      for (const key of after.difference(before)) newKeys.push({ ref: held.ref, key });
    }
    if (held.stored && held.stored.identity === undefined) noLongerWaiting.push(held);
    if (held.rules && held.present && held.identity === undefined) {
      for (const key of joinKeys(held.rules, space.mappedOf(held))) {
        waiting.push({ ref: held.ref, key });
      }
    }
  }
  const moved = kept.filter(
    ({ stored, identity }) => stored?.identity !== undefined && stored.identity !== identity,
  );
  return [
    // First whatever frees a place: the database allows one record for each identity and system.
    store.deleteRecords(gone.map(({ ref }) => ref)),
    store.unlink(moved.map(({ ref }) => ref)),
    store.saveRecords(
      kept.map(({ ref, text, version, present, recoverable, identity, shown }) => ({
        ref,
        attributes: text,
        present,
        recoverable,
        shownBy: shown ? reading : 0,
        ...(version !== undefined && { version }),
        ...(identity !== undefined && { identity }),
      })),
    ),
    store.removeRecordKeys(lostKeys),
    store.addRecordKeys(newKeys),
    store.forgetUnjoined(noLongerWaiting.map(({ ref }) => ref)),
    store.addUnjoined(waiting),
  ];
}

/** Raw attributes that changed, as `system/attribute`, by identity; only where a target reads any. */
function rawChanges(
  touched: readonly Held[],
  space: Space,
  { book }: Context,
): ReadonlyMap<string, readonly string[]> {
  const changes = new Map<string, readonly string[]>();
  if (!book.readsRecords) return changes;
  for (const held of touched) {
    if (held.identity === undefined) continue;
    const before: Attributes = held.stored ? JSON.parse(held.stored.attributes) : {};
    const names = changedNames(before, space.attributesOf(held)).map(
      (name) => `${held.ref.system}/${name}`,
    );
    changes.set(held.identity, [...(changes.get(held.identity) ?? []), ...names]);
  }
  return changes;
}

function isReattributed({ stored, origins }: Person): boolean {
  return stored !== undefined && stored.origins !== JSON.stringify(origins);
}

interface EdgeChange {
  readonly lost: readonly Edge[];
  readonly gained: readonly Omit<Edge, 'referred'>[];
}

function changedEdges({ id, before, attributes }: Person, names: readonly string[]): EdgeChange {
  const pick = (from: Attributes): Attributes =>
    Object.fromEntries(names.flatMap((name) => (from[name] ? [[name, from[name]]] : [])));
  const old = references(pick(before));
  const now = references(pick(attributes));
  const missingFrom =
    (others: typeof old) =>
    ({ attribute, referent }: (typeof old)[number]): boolean =>
      !others.some((other) => other.attribute === attribute && other.referent === referent);
  return {
    lost: old.filter(missingFrom(now)).map((edge) => ({ identity: id, ...edge })),
    gained: now.filter(missingFrom(old)).map((edge) => ({ identity: id, ...edge })),
  };
}

/** A group's return or end concerns its members; its first arrival does not, they bring it about. */
function groupsThatCameOrWent(touched: readonly Held[]): readonly ObjectRef[] {
  return touched
    .filter(
      ({ ref, stored, present }) => ref.kind !== 'user' && stored && stored.present !== present,
    )
    .map(({ ref }) => ref);
}

/** Referents about which something changed: records that were joined, keys that came and went. */
function arrivals(
  touched: readonly Held[],
  lostKeys: readonly IdentityKey[],
  newKeys: readonly IdentityKey[],
): readonly string[] {
  return [
    ...touched
      .filter(({ stored, identity }) => stored?.identity !== identity)
      .map(({ ref }) => objectKey(ref)),
    ...[...lostKeys, ...newKeys].map(({ key }) => key).filter(isExact),
  ];
}

async function connect(
  newEdges: readonly Omit<Edge, 'referred'>[],
  referents: readonly string[],
  context: Context,
): Promise<void> {
  const { store } = context;
  if (newEdges.length > 0) {
    const resolved = await resolveReferents(
      newEdges.map(({ referent }) => referent),
      context,
    );
    await store.saveEdges(
      newEdges.map((edge) => {
        const referred = resolved.get(edge.referent);
        return referred === undefined ? edge : { ...edge, referred };
      }),
    );
  }
  await followReferences(referents, context);
}
