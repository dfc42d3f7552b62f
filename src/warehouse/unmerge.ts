/** Two identities that are one person, and one that was two. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';
import { type Context, caused } from './context.ts';
import { type DecisionId, DecisionRefusal, type DecisionRow } from './decision.ts';
import { occupant } from './join.ts';
import { objectKey } from './keys.ts';
import { give, settleMoved, sourceRecords, take } from './moving.ts';
import { type Held, openSpace, type Person, type Space } from './space.ts';

/** Within a transaction. */
export async function mergePeople(
  context: Context,
  kept: IdentityId,
  other: IdentityId,
): Promise<DecisionRow> {
  const space = openSpace(context);
  const [into, from] = await bothOf(space, kept, other);
  await refuseWhileSent(context, other);
  const { moved, detached } = hand(space, [...from.records], into);
  const id = context.newId();
  await settleMoved(space, [...moved, ...detached], decidedBy(id, context));
  const refs = (held: readonly Held[]): readonly ObjectRef[] => held.map(({ ref }) => ref);
  const row: DecisionRow = {
    id,
    type: 'merged',
    at: context.now(),
    identity: kept,
    other,
    records: refs(moved),
    detached: refs(detached),
  };
  await context.store.saveDecision(row);
  return row;
}

interface Handed {
  readonly moved: readonly Held[];
  /** Accounts of systems that say nothing about people: of two only one can stay somebody's. */
  readonly detached: readonly Held[];
}

function hand(space: Space, records: readonly Held[], into: Person): Handed {
  const moved: Held[] = [];
  const detached: Held[] = [];
  for (const held of records) {
    const taken = occupant(held, into);
    if (!held.present && taken) {
      space.unlink(held);
      held.dropped = true;
    } else if (held.rules === undefined && taken?.present) {
      take(space, held);
      detached.push(held);
    } else {
      give(space, held, into);
      moved.push(held);
    }
  }
  return { moved, detached };
}

async function bothOf(
  space: Space,
  kept: IdentityId,
  other: IdentityId,
): Promise<readonly [Person, Person]> {
  await space.loadPeople([kept, other]);
  const [into, from] = [space.people.get(kept), space.people.get(other)];
  if (into && from && into !== from && into.kind === from.kind) return [into, from];
  throw new DecisionRefusal(
    'merge-refused',
    into === from ? 'that is one identity already' : 'these are not two identities of one kind',
    'name two people, or two groups, by their identity ids',
  );
}

/** Of a create that was sent and not answered, nobody knows yet whether there is an account. */
async function refuseWhileSent({ store, book }: Context, identity: IdentityId): Promise<void> {
  const targets = new Set(book.rules.targets.map(({ system }) => system));
  const sent = await Promise.all(
    [...targets].map(async (target) => {
      const [inFlight, refused] = await Promise.all([
        store.inFlight(target, [identity]),
        store.refusedCreates(target, [identity]),
      ]);
      return inFlight.size + refused.size > 0;
    }),
  );
  if (!sent.includes(true)) return;
  throw new DecisionRefusal(
    'merge-refused',
    'an account of the second one has been asked for, and the answer is not known yet',
    'run lockstep run, and merge then',
  );
}

/** Within a transaction. */
export async function unmergePerson(
  context: Context,
  identity: IdentityId,
  asked: readonly ObjectRef[] | undefined,
): Promise<DecisionRow> {
  const { store, newId, now } = context;
  const space = openSpace(context);
  await space.loadPeople([identity]);
  const person = space.people.get(identity);
  if (!person) throw refused('there is no such identity', 'lockstep explain finds identities');
  const [before] = asked === undefined ? await store.decisionsAbout(identity) : [];
  const refs = asked ?? before?.records ?? lesserSource(person);
  const leaving = recordsOf(person, refs);
  if (!before) refuseToEmpty(person, leaving);
  const restored = await formerOf(space, person, before);
  const [id, at] = [newId(), now()];
  const staying = sourceRecords(person).filter(
    (ref) => !leaving.some((held) => objectKey(held.ref) === objectKey(ref)),
  );
  await store.saveApart(
    leaving.flatMap(({ ref, rules }) => (rules ? staying.map((other) => ({ ref, other })) : [])),
    id,
  );
  await split(decidedBy(id, context), space, restored, leaving, before?.detached ?? []);
  if (before) await store.setUndone(before.id, at.getTime());
  const row: DecisionRow = {
    id,
    type: 'unmerged',
    at,
    identity,
    other: restored.id,
    records: leaving.map(({ ref }) => ref),
    detached: [],
  };
  await store.saveDecision(row);
  return row;
}

/** Within a transaction: who was merged by hand is two again, and may be joined as before. */
export async function undoMerge(context: Context, row: DecisionRow): Promise<void> {
  const space = openSpace(context);
  await space.loadPeople([row.identity]);
  const person = space.people.get(row.identity);
  if (!person) throw refused('the identity has ended since', 'there is nothing to take back');
  const theirs = row.records.filter((ref) => holds(person, ref));
  const leaving = recordsOf(person, theirs);
  const restored = await formerOf(space, person, row);
  await split(decidedBy(row.id, context), space, restored, leaving, row.detached);
}

/** Within a transaction: who was made two is one again. */
export async function undoUnmerge(context: Context, row: DecisionRow): Promise<void> {
  await context.store.removeApart(row.id);
  const space = openSpace(context);
  const [into, from] = await bothOf(space, row.identity, row.other ?? '');
  const { moved, detached } = hand(space, [...from.records], into);
  await settleMoved(space, [...moved, ...detached], decidedBy(row.id, context));
}

function decidedBy(decision: DecisionId, context: Context): Context {
  return caused(context, { type: 'decision', decision });
}

async function split(
  context: Context,
  space: Space,
  restored: Person,
  leaving: readonly Held[],
  detached: readonly ObjectRef[],
): Promise<void> {
  const loose = (await space.loadRecords(detached)).filter(
    ({ stored, identity }) => stored !== undefined && identity === undefined,
  );
  for (const held of leaving) take(space, held);
  for (const held of [...leaving, ...loose]) space.link(held, restored);
  await settleMoved(space, [...leaving, ...loose], context);
}

/** Who had the records before, or somebody new. */
async function formerOf(
  space: Space,
  person: Person,
  before: DecisionRow | undefined,
): Promise<Person> {
  const id = before?.other;
  if (id === undefined) return space.newPerson(person.kind);
  await space.loadPeople([id]);
  return space.people.get(id) ?? space.newPerson(person.kind, id);
}

/** Of two sources, the one whose values count less. */
function lesserSource(person: Person): readonly ObjectRef[] {
  const sources = [...person.records]
    .filter(({ rules, present }) => rules !== undefined && present)
    .sort((a, b) => (a.rules?.defaultPrecedence ?? 0) - (b.rules?.defaultPrecedence ?? 0));
  const [, lesser, ...others] = sources;
  if (lesser && others.length === 0) return [lesser.ref];
  throw refused(
    `${sources.length} sources supply this identity, and none of it was put together by hand`,
    `say which records are somebody else's: ${sources.map(({ ref }) => `--record ${ref.system}/${ref.id}`).join(', ')}`,
  );
}

function recordsOf(person: Person, refs: readonly ObjectRef[]): readonly Held[] {
  const records = [...person.records];
  const leaving = records.filter(({ ref }) =>
    refs.some((other) => objectKey(other) === objectKey(ref)),
  );
  if (leaving.length === refs.length && leaving.length > 0 && leaving.length < records.length) {
    return leaving;
  }
  throw refused(
    'these are not some of the records of this identity, with others left for it',
    `it has ${records.map(({ ref }) => `${ref.system}/${ref.id}`).join(', ')}`,
  );
}

/** Whoever is left with accounts and lists alone has left, and the account would be theirs. */
function refuseToEmpty({ records }: Person, leaving: readonly Held[]): void {
  const vouches = ({ rules, present }: Held): boolean => present && rules?.authority === true;
  const left = [...records].filter((held) => !leaving.includes(held));
  if (left.some(vouches) || !leaving.some(vouches)) return;
  const lists = left.filter(({ rules }) => rules !== undefined);
  throw refused(
    "nobody vouches for whom would be left, so that the account would be a leaver's",
    lists.length === 0
      ? 'what would be left are accounts alone: nothing is to be taken apart'
      : `name what is somebody else's instead: ${lists.map(({ ref }) => `--record ${ref.system}/${ref.id}`).join(' ')}`,
  );
}

function holds(person: Person, ref: ObjectRef): boolean {
  return [...person.records].some((held) => objectKey(held.ref) === objectKey(ref));
}

function refused(message: string, remedy: string): DecisionRefusal {
  return new DecisionRefusal('unmerge-refused', message, remedy);
}
