/** What a step changes about identities, put down in the transaction that changes it. */

import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue, ObjectRef, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { Before, Moved } from './history.ts';
import { type NewChange, spellBefore, spellRecords } from './history-storage.ts';
import { changedNames } from './merge.ts';
import { originsText, parseOrigins } from './origins.ts';
import type { Held, Person, Space } from './space.ts';

/** Links of one identity that came and went, and the records that had to do with it. */
interface Moves {
  readonly gained: Moved[];
  readonly lost: Moved[];
  readonly records: ObjectRef[];
}

/**
 * @param touched Records that are written.
 * @param changed Identities that are written.
 * @param ended Those that were left without any record.
 */
export function writeHistory(
  touched: readonly Held[],
  changed: readonly Person[],
  ended: readonly IdentityId[],
  { people }: Pick<Space, 'people'>,
  context: Context,
): Promise<void> {
  const moves = movesOf(touched, people);
  const made: IdentityId[] = [];
  const changes: NewChange[] = [];
  for (const person of changed) {
    if (person.stored === undefined) made.push(person.id);
    else changes.push(...changeOf(person.id, difference(person, moves.get(person.id)), moves));
  }
  for (const id of ended) {
    const person = people.get(id);
    if (person?.stored) changes.push(...changeOf(id, whole(person, moves.get(id)), moves));
  }
  const known = new Set([...changed.map(({ id }) => id), ...ended]);
  for (const [id, { gained, lost }] of moves) {
    if (known.has(id) || gained.length + lost.length === 0) continue;
    changes.push(...changeOf(id, { ...NOTHING, gained, lost }, moves));
  }
  return saveHistory(context, made, changes);
}

/** An account that became somebody's, or is nobody's any more. */
export interface LinkChange {
  readonly identity: IdentityId;
  readonly gained?: ObjectRef;
  readonly lost?: ObjectRef;
}

/** Within a transaction. */
export function writeLinks(context: Context, links: readonly LinkChange[]): Promise<void> {
  const lots = Map.groupBy(links, ({ identity }) => identity);
  const changes = [...lots].map(([identity, lot]): NewChange => {
    const [gained, lost] = [
      lot.flatMap((each) => each.gained ?? []),
      lot.flatMap((each) => each.lost ?? []),
    ];
    const before = {
      ...NOTHING,
      gained: gained.map((ref) => ({ ref })),
      lost: lost.map((ref) => ({ ref })),
    };
    return { identity, records: spellRecords([...gained, ...lost]), before: spellBefore(before) };
  });
  return saveHistory(context, [], changes);
}

async function saveHistory(
  { store, now, generation, cause }: Context,
  made: readonly IdentityId[],
  changes: readonly NewChange[],
): Promise<void> {
  if (made.length + changes.length === 0) return;
  await store.saveHistory({ id: generation(), at: now().getTime(), cause }, made, changes);
}

const NOTHING: Before = { values: {}, without: [], origins: {}, gained: [], lost: [] };

function changeOf(
  identity: IdentityId,
  before: Before | undefined,
  moves: ReadonlyMap<IdentityId, Moves>,
): readonly NewChange[] {
  if (before === undefined) return [];
  const records = moves.get(identity)?.records ?? [];
  return [{ identity, records: spellRecords(records), before: spellBefore(before) }];
}

/** Of whoever is new there is nothing to tell but that. */
function movesOf(
  touched: readonly Held[],
  people: Space['people'],
): ReadonlyMap<IdentityId, Moves> {
  const moves = new Map<IdentityId, Moves>();
  const of = (id: IdentityId): Moves => {
    const known = moves.get(id) ?? { gained: [], lost: [], records: [] };
    moves.set(id, known);
    return known;
  };
  for (const { ref, stored, present, dropped, identity } of touched) {
    const old = stored?.identity;
    const now = dropped ? undefined : identity;
    if (old === undefined && now !== undefined && people.get(now)?.stored === undefined) continue;
    for (const id of new Set([old, now])) if (id !== undefined) of(id).records.push(ref);
    const before = stored?.present ? old : undefined;
    const after = present ? now : undefined;
    if (before === after) continue;
    if (before !== undefined) of(before).lost.push(moved(ref, now, before));
    if (after !== undefined) of(after).gained.push(moved(ref, old, after));
  }
  return moves;
}

function moved(ref: ObjectRef, other: IdentityId | undefined, self: IdentityId): Moved {
  return other === undefined || other === self ? { ref } : { ref, other };
}

/** Nothing where it is the same as before. */
function difference(person: Person, moves: Moves | undefined): Before | undefined {
  const { stored, before, attributes, origins, present } = person;
  if (stored === undefined) return undefined;
  const values: Record<string, AttributeValue> = {};
  const without: string[] = [];
  for (const name of changedNames(before, attributes)) {
    const value = before[name];
    if (value === undefined) without.push(name);
    else values[name] = value;
  }
  const { gained = [], lost = [] } = moves ?? {};
  const sameNames = Object.keys(before).length === Object.keys(attributes).length;
  const was =
    stored.origins === originsText(person) && sameNames && without.length === 0
      ? {}
      : otherOrigins(parseOrigins(stored.origins, before), origins, attributes);
  const turned = stored.present !== present;
  const size = without.length + gained.length + lost.length;
  if (size === 0 && !turned && Object.keys(values).length + Object.keys(was).length === 0) {
    return undefined;
  }
  const left = turned && { present: stored.present };
  return { values, without, origins: was, gained, lost, ...left };
}

function otherOrigins(
  before: Readonly<Record<string, SystemName>>,
  after: Readonly<Record<string, SystemName>>,
  attributes: Attributes,
): Readonly<Record<string, SystemName>> {
  return Object.fromEntries(
    Object.entries(before).filter(
      ([name, system]) => after[name] !== system || !Object.hasOwn(attributes, name),
    ),
  );
}

function whole({ stored, before, kind }: Person, moves: Moves | undefined): Before | undefined {
  if (stored === undefined) return undefined;
  return {
    values: before,
    without: [],
    origins: parseOrigins(stored.origins, before),
    present: stored.present,
    gained: [],
    lost: moves?.lost ?? [],
    kind,
  };
}
