/** Writes what a step of absorbing has worked out: records, identities, keys, references, due rows. */

import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { NewDue } from './due-storage.ts';
import { writeHistory } from './history-write.ts';
import { joinKeys } from './join.ts';
import { isExact, matchKeys, objectKey, references } from './keys.ts';
import { groupsDue } from './members.ts';
import { type Moved, recordsMoved } from './membership-moves.ts';
import { changedNames } from './merge.ts';
import { agesNow } from './merge-person.ts';
import { originsText } from './origins.ts';
import { followReferences, resolveReferents } from './references.ts';
import { ruleGroupsMoved } from './rule-group-moves.ts';
import { readsAny } from './rulebook.ts';
import type { Held, Person, Space } from './space.ts';
import type { Edge, IdentityKey, RecordKey, StoredIdentity } from './storage.ts';
import { settleNames } from './unique.ts';
import type { ReviewItem, TargetRules } from './warehouse.ts';

export interface Writing {
  readonly reviews?: ReadonlyMap<Held, ReviewItem>;
  /** By which records were shown. */
  readonly reading?: number;
  /** Called while the database writes. */
  readonly meanwhile?: () => void;
}

/** Within the transaction in which the space was loaded. */
export async function writeSpace(
  space: Space,
  context: Context,
  { reviews = new Map(), reading = 0, meanwhile }: Writing = {},
): Promise<void> {
  const { store } = context;
  await settleNames(space, context);
  const touched = [...space.records.values()].filter(isTouched);
  const people = peopleChanges(space, rawChanges(touched, space, context), context);
  const names = recordNames(touched, space, context);
  // What is asked from here on is answered after it: nobody has to wait.
  await store.trailing(() =>
    Promise.all([
      ...writeRecords(touched, space, context, reading),
      store.addRecordKeys(names.gained),
      store.addUnjoined(names.waited),
      ...[...reviews.values()].map((review) => store.addReview(review)),
      store.removeReviews(
        touched
          .filter(({ stored, identity }) => stored && !stored.identity && identity)
          .map(({ ref }) => ({ system: ref.system, subject: ref.id })),
      ),
      store.saveIdentities(people.changed.map(storedOf)),
      store.removeIdentityKeys(people.lostKeys),
      store.addIdentityKeys(people.newKeys),
      store.removeEdges(people.lostEdges),
      store.deleteIdentities(people.ended),
      writeHistory(touched, people.changed, people.ended, space, context),
      store.addDue([...people.due, ...accountsDue(touched, context)]),
    ]),
  );
  meanwhile?.();
  await store.removeRecordKeys(names.lost);
  await groupsDue(context, groupsThatCameOrWent(touched));
  await recordsMoved(context, touched.flatMap(movement));
  await ruleGroupsMoved(context, space.people.values());
  await connect(people.newEdges, arrivals(touched, people), context);
}

interface PeopleChanges {
  readonly changed: Person[];
  /** Those left without any record. */
  readonly ended: IdentityId[];
  readonly lostKeys: IdentityKey[];
  readonly newKeys: IdentityKey[];
  readonly lostEdges: Edge[];
  readonly newEdges: Edge[];
  readonly due: NewDue[];
}

/** @param raw Raw attributes that changed, as `system/attribute`, by identity. */
function peopleChanges(
  space: Space,
  raw: ReadonlyMap<IdentityId, readonly string[]>,
  { book, generation, now }: Context,
): PeopleChanges {
  const changes: PeopleChanges = {
    changed: [],
    ended: [],
    lostKeys: [],
    newKeys: [],
    lostEdges: [],
    newEdges: [],
    due: [],
  };
  const stamp = { cause: 'changed', generation: generation(), since: now().getTime() } as const;
  for (const person of space.people.values()) {
    const { id: identity, kind, stored, before, attributes, keys, storedKeys } = person;
    if (person.records.size === 0) changes.ended.push(identity);
    const names = changedNames(before, attributes);
    const whole = person.relinked || !stored || stored.present !== person.present;
    if (names.length > 0 || person.records.size === 0) {
      for (const key of storedKeys) if (!keys.has(key)) changes.lostKeys.push({ identity, key });
      for (const key of keys) if (!storedKeys.has(key)) changes.newKeys.push({ identity, key });
    }
    if (person.records.size === 0) continue;
    if (names.length > 0) {
      const { lost, gained } = changedEdges(person, names);
      changes.lostEdges.push(...lost);
      changes.newEdges.push(...gained);
    }
    if (names.length > 0 || whole || stored?.origins !== originsText(person)) {
      changes.changed.push(person);
    }
    const read = whole ? names : [...names, ...(raw.get(identity) ?? [])];
    if (!whole && read.length === 0) continue;
    const distinct = whole ? undefined : new Set(read);
    for (const target of book.targetsOf(kind)) {
      if (distinct === undefined || readsAny(target, distinct)) {
        const urgent = becomesUrgent(person, target, now());
        changes.due.push({ identity, target: target.system, ...stamp, ...(urgent && { urgent }) });
      }
    }
  }
  return changes;
}

/** Somebody who was so when we first heard of them has no account that could not wait. */
function becomesUrgent(person: Person, { urgent }: TargetRules, now: Date): true | undefined {
  const { stored, before } = person;
  if (urgent === undefined || stored === undefined || !urgent(person, now)) return undefined;
  return urgent({ attributes: before, present: stored.present }, now) ? undefined : true;
}

function storedOf(person: Person): StoredIdentity {
  const { id, kind, attributes, present } = person;
  return {
    id,
    kind,
    attributes: JSON.stringify(attributes),
    origins: originsText(person),
    present,
  };
}

/** An account that vanished or came back is looked at, whatever its attributes say. */
function accountsDue(
  touched: readonly Held[],
  { book, generation, now }: Context,
): readonly NewDue[] {
  const stamp = { cause: 'changed', generation: generation(), since: now().getTime() } as const;
  return touched.flatMap(({ ref, stored, present, identity }) =>
    identity && stored?.present !== present && book.target(ref.system, ref.kind)
      ? [{ identity, target: ref.system, ...stamp }]
      : [],
  );
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

/** What of a record decides about memberships: whose it is, and whether it is there. */
function movement({ ref, stored, present, identity, dropped }: Held): readonly Moved[] {
  const [before, after] = [stored?.identity, dropped ? undefined : identity];
  if (before === after && stored?.present === present) return [];
  const identities = before === after ? [] : after === undefined ? [] : [after];
  if (before !== undefined) identities.unshift(before);
  return identities.length === 0 ? [] : [{ ref, isNew: stored === undefined, identities }];
}

interface RecordNames {
  readonly lost: readonly RecordKey[];
  readonly gained: readonly RecordKey[];
  /** By what those are looked for who belong to nobody. */
  readonly waited: readonly RecordKey[];
}

function recordNames(touched: readonly Held[], space: Space, { book }: Context): RecordNames {
  const lost: RecordKey[] = [];
  const gained: RecordKey[] = [];
  const waited: RecordKey[] = [];
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
      for (const key of before.difference(after)) lost.push({ ref: held.ref, key });
      for (const key of after.difference(before)) gained.push({ ref: held.ref, key });
    }
    if (held.rules && held.present && held.identity === undefined) {
      for (const key of joinKeys(held.rules, space.mappedOf(held))) {
        waited.push({ ref: held.ref, key });
      }
    }
  }
  return { lost, gained, waited };
}

function writeRecords(
  touched: readonly Held[],
  space: Space,
  { store }: Context,
  reading: number,
): readonly Promise<unknown>[] {
  // A person's record that never belonged to anybody leaves nothing to remember. A group that is
  // gone stays known as gone: its members are still on file, and reach nothing through it.
  const gone = new Set(
    touched.filter(
      ({ ref, dropped, present, identity }) =>
        dropped || (!present && identity === undefined && ref.kind === 'user'),
    ),
  );
  const kept = touched.filter((held) => !gone.has(held));
  const noLongerWaiting = touched.filter(({ stored }) => stored && stored.identity === undefined);
  const moved = kept.filter(
    ({ stored, identity }) => stored?.identity !== undefined && stored.identity !== identity,
  );
  return [
    // First whatever frees a place: the database allows one record for each identity and system.
    store.deleteRecords([...gone].map(({ ref }) => ref)),
    store.unlink(moved.map(({ ref }) => ref)),
    store.saveRecords(
      kept.map((held) => {
        const { ref, text, version, present, recoverable, identity, shown } = held;
        const ages = agesNow(held, space);
        return {
          ref,
          attributes: text,
          present,
          recoverable,
          shownBy: shown ? reading : 0,
          ...(version !== undefined && { version }),
          ...(identity !== undefined && { identity }),
          ...(ages !== undefined && { ages }),
        };
      }),
    ),
    store.forgetUnjoined(noLongerWaiting.map(({ ref }) => ref)),
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

interface EdgeChange {
  readonly lost: readonly Edge[];
  readonly gained: readonly Omit<Edge, 'referred'>[];
}

const NO_EDGES: EdgeChange = { lost: [], gained: [] };

function changedEdges({ id, before, attributes }: Person, names: readonly string[]): EdgeChange {
  const old = references(before, names);
  const now = references(attributes, names);
  if (old.length === 0 && now.length === 0) return NO_EDGES;
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
  { lostKeys, newKeys }: PeopleChanges,
): readonly string[] {
  return [
    ...touched
      .filter(({ stored, identity }) => stored?.identity !== identity)
      .map(({ ref }) => objectKey(ref)),
    ...[...lostKeys, ...newKeys].map(({ key }) => key).filter(isExact),
  ];
}

async function connect(
  newEdges: readonly Edge[],
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
