/**
 * The warehouse as it would be under other rules: identities merged anew from the records that are
 * stored. Nothing is written, so rules can be tried that are never put into force.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import { place } from './absorb.ts';
import type { Context } from './context.ts';
import { joinKeys } from './join.ts';
import { identityKeys } from './keys.ts';
import type { MembershipKey, Roster } from './membership-store.ts';
import { rosterOf } from './roster.ts';
import { isTimed } from './rule-groups.ts';
import { memberMovesIn, type Regrouped, regroupedUnder } from './rule-groups-preview.ts';
import { rulebook } from './rulebook.ts';
import { openSpace, type Person } from './space.ts';
import type { IdentityKey, WarehouseStore } from './storage.ts';
import type { Subject } from './subject.ts';
import { loadSubjects } from './subjects.ts';
import { type Supposed, supposeNames } from './unique.ts';
import type { WarehouseRules } from './warehouse.ts';

export interface PreviewedWarehouse {
  /** Everybody of a kind, in batches of ids. */
  everybody(kind: ObjectKind): AsyncIterable<readonly IdentityId[]>;
  /** As a target would see them; nothing is due. */
  subjects(target: SystemName, ids: readonly IdentityId[]): Promise<readonly Subject[]>;
  /** Whether sources have other rules than those in force. */
  readonly remerges: boolean;
  /** Whether groups are made by other rules than those in force, or of another time. */
  readonly regroups: boolean;
  readonly ruleGroups: { readonly names: readonly string[] };
  /** Of these people, who would be in other groups than they are. */
  regrouped(ids: readonly IdentityId[]): Promise<readonly Regrouped[]>;
  /** What of that would be written to a target. */
  memberMoves(
    target: SystemName,
    moves: readonly Regrouped[],
  ): Promise<{ readonly added: number; readonly removed: number }>;
  /** What would become of the records that belong to nobody so far; who is joined stays joined. */
  joins(): Promise<readonly PreviewedJoins[]>;
  /** What the groups of a target hold, if it is one that groups are written to. */
  roster(target: SystemName): Roster | undefined;
  /** Of these, who should be in which group. */
  wanted(target: SystemName, pairs: readonly MembershipKey[]): Promise<readonly MembershipKey[]>;
  /** How many members of a group with accounts in the target should be in it; none without its own. */
  wantedIn(target: SystemName, group: IdentityId): Promise<number>;
}

export interface PreviewedJoins {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  /** Records that would belong to somebody who is known. */
  readonly joining: number;
  /** Records that would make somebody new. */
  readonly creating: number;
  /** Records of which a person would have to say whose they are. */
  readonly undecided: number;
}

const BATCH = 500;
/** Under other rules, everybody is looked through for each. */
const JOINED_PER_STEP = 5000;

export interface Previewing {
  /** Whether the sources have other rules than those identities were merged by. */
  readonly remerges: boolean;
  /** Whether groups are made by other rules. */
  readonly regroups: boolean;
  /** A day to come, if nothing were said until then. */
  readonly at?: Date;
  readonly now: () => Date;
}

export function previewWarehouse(
  store: WarehouseStore,
  rules: WarehouseRules,
  { remerges, regroups: others, at, now: today }: Previewing,
): PreviewedWarehouse {
  const now = at === undefined ? today : () => at;
  const { groups } = rules;
  const regroups = others || (at !== undefined && groups !== undefined && isTimed(groups));
  const anew = remerges || regroups || at !== undefined;
  const context: Context = {
    store,
    book: rulebook(rules),
    now,
    newId: neverWritten,
    generation: neverWritten,
    cause: { type: 'configuration' },
  };
  const supposed: Supposed = new Map();
  const mergedAnew = async (ids: readonly IdentityId[]) => {
    const space = openSpace(context);
    await space.loadPeople(ids);
    for (const person of space.people.values()) space.remerge(person);
    await supposeNames(space, context, supposed);
    return space.people;
  };
  const everybody: PreviewedWarehouse['everybody'] = async function* (kind) {
    for (let after: IdentityId | undefined = ''; after !== undefined; ) {
      const ids: readonly IdentityId[] = await store.identityIds(kind, after, BATCH);
      if (ids.length > 0) yield ids;
      after = ids.length < BATCH ? undefined : ids.at(-1);
    }
  };
  /** Under other rules people are known by other keys than are stored. */
  const knownBy = async (kind: ObjectKind, keys: ReadonlySet<string>): Promise<KnownBy> => {
    if (!remerges) return (asked) => store.identitiesWithKeys(asked);
    const hits: IdentityKey[] = [];
    for await (const ids of everybody(kind)) {
      for (const { id, attributes } of (await mergedAnew(ids)).values()) {
        for (const key of identityKeys(kind, attributes, context.book.indexed)) {
          if (keys.has(key)) hits.push({ identity: id, key });
        }
      }
    }
    return async (asked) => {
      const those = new Set(asked);
      return hits.filter(({ key }) => those.has(key));
    };
  };
  return {
    remerges,
    regroups,
    ruleGroups: { names: groups?.groups.map(({ name }) => name) ?? [] },
    regrouped: (ids) => regroupedUnder(context, ids),
    memberMoves: (target, moves) => memberMovesIn(context, target, moves),
    everybody,
    subjects: async (target, ids) => {
      const subjects = await loadSubjects(context, target, ids, new Map());
      if (!anew) return subjects;
      const people = await mergedAnew(ids);
      return subjects.map((subject) => remerged(subject, people.get(subject.identity.id)));
    },
    joins: () =>
      Promise.all(rules.sources.map(({ system, kind }) => joinsOf(context, system, kind, knownBy))),
    roster: (target) => rosterOf(context.book, target),
    wanted: async (target, pairs) => {
      const roster = rosterOf(context.book, target);
      if (roster === undefined) return [];
      const [members, groups] = [
        pairs.map(({ member }) => member),
        pairs.map(({ group }) => group),
      ];
      const found = await store.wantedPairs(roster, [...new Set(members)], [...new Set(groups)]);
      const keys = new Set(found.map(({ group, member }) => `${group} ${member}`));
      return pairs.filter(({ group, member }) => keys.has(`${group} ${member}`));
    },
    wantedIn: (target, group) => wantedIn(context, target, group),
  };
}

/** Of some keys, whose they are. */
type KnownBy = WarehouseStore['identitiesWithKeys'];

/** Worked out as a run would, a step at a time, and dropped. */
async function joinsOf(
  context: Context,
  system: SystemName,
  kind: ObjectKind,
  knownBy: (kind: ObjectKind, keys: ReadonlySet<string>) => Promise<KnownBy>,
): Promise<PreviewedJoins> {
  const counts = { joining: 0, creating: 0, undecided: 0 };
  let made = 0;
  // Whoever is new here is never written; the id only has to be nobody else's.
  const newId = () => `new ${made++}`;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const stored: Awaited<ReturnType<WarehouseStore['unjoinedRecords']>> =
      await context.store.unjoinedRecords(system, kind, after, JOINED_PER_STEP);
    const refs = stored.map(({ ref }) => ref);
    const keys = new Set(await keysOf(context, refs));
    const identitiesWithKeys = await knownBy(kind, keys);
    const trying = { ...context, newId, store: { ...context.store, identitiesWithKeys } };
    const space = openSpace(trying);
    const held = await space.loadRecords(refs);
    const reviews = await place(space, held, trying);
    for (const each of held) {
      const person = each.identity === undefined ? undefined : space.people.get(each.identity);
      if (person === undefined) counts.undecided += reviews.has(each) ? 1 : 0;
      else if (person.stored === undefined) counts.creating++;
      else counts.joining++;
    }
    after = stored.length < JOINED_PER_STEP ? undefined : stored.at(-1)?.ref.id;
  }
  return { system, kind, ...counts };
}

async function keysOf(context: Context, refs: readonly ObjectRef[]): Promise<readonly string[]> {
  const space = openSpace(context);
  return (await space.loadRecords(refs)).flatMap((held) =>
    held.rules === undefined ? [] : joinKeys(held.rules, space.mappedOf(held)),
  );
}

async function wantedIn(
  { store, book }: Context,
  target: SystemName,
  group: IdentityId,
): Promise<number> {
  const roster = rosterOf(book, target);
  if (roster === undefined || (await store.recordsIn(target, [group])).length === 0) return 0;
  const own = (await store.recordsOf([group])).filter(
    ({ ref, present }) => present && ref.kind === 'group' && roster.sources.includes(ref.system),
  );
  const start = own.map(({ ref }) => ref);
  const groups = roster.mode === 'flattened' ? await store.groupsBelow(start) : start;
  const people = new Set<IdentityId>();
  for (const each of groups) {
    for (let after: ObjectRef | undefined; ; ) {
      const members: readonly ObjectRef[] = await store.membersAfter(each, after, BATCH);
      const fitting = members.filter(({ kind }) => roster.mode === 'kept' || kind !== 'group');
      const identities = await store.identitiesOfRecords(fitting);
      const ids = [...new Set(identities.map(({ identity }) => identity))];
      for (const { identity, present } of await store.recordsIn(target, ids)) {
        if (identity !== undefined && present) people.add(identity);
      }
      after = members.at(-1);
      if (after === undefined || members.length < BATCH) break;
    }
  }
  return people.size;
}

function remerged(subject: Subject, person: Person | undefined): Subject {
  if (person === undefined) return subject;
  const { attributes, origins, present } = person;
  return { ...subject, identity: { ...subject.identity, attributes, origins, present } };
}

function neverWritten(): never {
  throw new TypeError('a preview makes nothing that could be written');
}
