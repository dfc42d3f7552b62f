/**
 * Changed records become changed identities, and those become due. One step takes as many records
 * as fit a short transaction; it reads what they touch, works it out in memory, and writes the
 * difference.
 */

import type { Attributes, Change, IdentityRecord, ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import { ambiguousJoin, joining, joinKeys, occupant, rejoining } from './join.ts';
import { isJoining } from './keys.ts';
import { type Checked, checked } from './limits.ts';
import { lookUp } from './look-up.ts';
import { changedNames } from './merge.ts';
import type { Rejection, Tally } from './reading-storage.ts';
import { type Held, openSpace, type Space } from './space.ts';
import type { Json } from './storage.ts';
import type { ReviewItem, SourceRules } from './warehouse.ts';
import { isTouched, writeSpace } from './write.ts';

export type RecordChange = Extract<Change, { readonly type: 'present' | 'patch' | 'absent' }>;

/** A change as far as it can be worked out without asking the store. */
export interface Prepared {
  readonly change: RecordChange;
  readonly ref: ObjectRef;
  readonly checked: Checked;
  /** The whole record as identity attributes, where it is one of a source. */
  readonly mapped?: Attributes;
  /** When its system says that it changed it, in milliseconds. */
  readonly told?: number;
}

export interface Absorbed {
  readonly tally: Tally;
  /** What the system showed to be there and was not saved, being unchanged or refused. */
  readonly sighted: readonly ObjectRef[];
  readonly rejected: readonly Rejection[];
}

export function prepare(
  { book, now }: Context,
  changes: readonly RecordChange[],
): readonly Prepared[] {
  const at = now();
  return changes.map((change) => {
    const ref = change.type === 'present' ? change.record.ref : change.ref;
    const attributes = change.type === 'present' ? change.record.attributes : {};
    const answer = checked(ref, attributes, book.rules);
    const rules =
      change.type === 'present' && answer.ok ? book.source(ref.system, ref.kind) : undefined;
    const told = change.type === 'present' && rules ? toldOf(change.record, rules, at) : undefined;
    const mapped = rules?.map.map(attributes, at);
    return {
      change,
      ref,
      checked: (rules && mapped && undatable(ref, rules, mapped)) ?? answer,
      ...(told !== undefined && { told }),
      ...(mapped && { mapped }),
    };
  });
}

/** Whether the record counts cannot be known: what was known of it before stays. */
function undatable(ref: ObjectRef, rules: SourceRules, mapped: Attributes): Refused | undefined {
  const [name] = rules.while?.dated?.unreadable(mapped) ?? [];
  if (name === undefined) return undefined;
  const message = `${name} of ${ref.kind} ${ref.id} of ${ref.system} cannot be read as a date, so nobody knows whether the record counts`;
  return { ok: false, rejection: { ref, code: 'date-unreadable', message } };
}

type Refused = Extract<Checked, { readonly ok: false }>;

function toldOf(
  { attributes, modified }: IdentityRecord,
  rules: SourceRules,
  now: Date,
): number | undefined {
  const said = rules.modified?.map(attributes, now).modified ?? modified?.at;
  const at = typeof said === 'string' ? Date.parse(said) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** What a step comes to, before anything of it is written. */
export interface WorkedOut {
  readonly space: Space;
  readonly prepared: readonly Prepared[];
  readonly rejected: readonly Rejection[];
  readonly changed: ReadonlySet<Held>;
  readonly reviews: ReadonlyMap<Held, ReviewItem>;
}

/**
 * Reads what the records touch, and writes nothing.
 *
 * @param pause Waited for as soon as nearly everything has been read.
 */
export async function workOut(
  context: Context,
  prepared: readonly Prepared[],
  pause?: () => Promise<void>,
): Promise<WorkedOut> {
  const space = openSpace(context);
  const rejected: Rejection[] = [];
  const usable: Prepared[] = [];
  for (const each of prepared) {
    if (each.checked.ok) usable.push(each);
    else rejected.push(each.checked.rejection);
  }
  await space.loadRecords(usable.map(({ ref }) => ref));
  for (const each of usable) {
    const rejection = fold(space, each, context);
    if (rejection) rejected.push(rejection);
  }
  const shown = [...space.records.values()];
  const changed = new Set(shown.filter((held) => isChanged(held, space)));
  const waiting = shown.filter((held) => isUnjoined(held) && !changed.has(held));
  const reviews = await place(space, [...changed, ...waiting], context, pause);
  return { space, prepared, rejected, changed, reviews };
}

/**
 * Within the transaction in which it was worked out, or one that is known to be the next.
 *
 * @param reading By which they were shown; 0 when by none.
 * @param meanwhile What else can be worked out while the database writes.
 */
export async function absorbWorkedOut(
  context: Context,
  { space, prepared, rejected, changed, reviews }: WorkedOut,
  reading = 0,
  meanwhile?: () => void,
): Promise<Absorbed> {
  await writeSpace(space, context, { reviews, reading, ...(meanwhile && { meanwhile }) });
  const shown = [...space.records.values()].filter((held) => held.shown && !isTouched(held));
  return {
    tally: tallyOf(prepared, [...changed]),
    sighted: [...shown.map(({ ref }) => ref), ...rejected.map(({ ref }) => ref)],
    rejected,
  };
}

/** Within a transaction. */
export async function absorbRecords(
  context: Context,
  prepared: readonly Prepared[],
): Promise<Absorbed> {
  return absorbWorkedOut(context, await workOut(context, prepared));
}

function tallyOf(prepared: readonly Prepared[], changed: readonly Held[]): Tally {
  const here = changed.filter(({ present }) => present);
  const added = here.filter(({ stored }) => !stored?.present).length;
  return {
    seen: prepared.filter(({ change }) => change.type !== 'absent').length,
    added,
    changed: here.length - added,
    removed: changed.filter(({ stored, present }) => stored?.present && !present).length,
  };
}

/** Applies what a reading says to the record in hand. */
function fold(space: Space, prepared: Prepared, { book }: Context): Rejection | undefined {
  const { change, ref } = prepared;
  const held = space.record(ref);
  switch (change.type) {
    case 'present': {
      const text = prepared.checked.ok ? prepared.checked.text : held.text;
      set(held, text, change.record.attributes, change.record.version);
      held.told = prepared.told;
      held.mapped = prepared.mapped;
      return undefined;
    }
    case 'patch': {
      const attributes = { ...space.attributesOf(held), ...change.set };
      for (const name of change.cleared) delete attributes[name];
      const answer = checked(ref, attributes, book.rules);
      if (!answer.ok) return answer.rejection;
      const { rules } = held;
      const refused = rules?.while && undatable(ref, rules, rules.map.map(attributes, space.at));
      if (refused) return refused.rejection;
      set(held, answer.text, attributes, change.version ?? held.version);
      return undefined;
    }
    case 'absent':
      held.present = false;
      held.recoverable = change.recoverable ?? false;
      return undefined;
  }
}

function set(held: Held, text: Json, attributes: Attributes, version: string | undefined): void {
  held.present = true;
  held.recoverable = false;
  held.shown = true;
  held.version = version;
  if (held.text === text) return;
  held.text = text;
  held.attributes = attributes;
  held.mapped = undefined;
  held.moved = undefined;
}

function isChanged(held: Held, space: Space): boolean {
  const { stored } = held;
  if (!stored) return held.present;
  if (!isTouched(held)) return false;
  if (held.present !== stored.present || held.recoverable !== stored.recoverable) return true;
  if (held.version !== stored.version) return true;
  // The same in another order is the same.
  held.moved = changedNames(JSON.parse(stored.attributes), space.attributesOf(held));
  if (held.moved.length > 0) return true;
  held.text = stored.attributes;
  return false;
}

function isUnjoined(held: Held): boolean {
  return held.present && held.rules !== undefined && held.identity === undefined;
}

/**
 * Joins what belongs to nobody, merges whom it concerns, and does the same for records that have
 * been waiting for a key which somebody has now, or for a place that has become free: whoever is hired
 * again under another number. Ends, because only a join brings new keys.
 *
 * @param pause Waited for as soon as those are loaded to whom the first records may belong.
 */
export async function place(
  space: Space,
  first: readonly Held[],
  context: Context,
  pause?: () => Promise<void>,
): Promise<ReadonlyMap<Held, ReviewItem>> {
  const { now } = context;
  const reviews = new Map<Held, ReviewItem>();
  const loose = new Set<Held>();
  let leaving = first;
  for (let queue = first; queue.length > 0; ) {
    const asking = queue.filter(
      (held) => held.rules && (isUnjoined(held) || hasNewJoinKeys(space, held)),
    );
    await lookUp(space, queue, asking, context);
    if (queue === first) await pause?.();
    for (const held of queue) {
      loose.delete(held);
      reviews.delete(held);
      if (isUnjoined(held)) {
        const review = join(space, held, now());
        if (review) reviews.set(held, review);
        if (held.identity === undefined) loose.add(held);
      } else if (hasNewJoinKeys(space, held)) {
        const review = rejoin(space, held, now());
        if (review) reviews.set(held, review);
      }
      const person = held.identity === undefined ? undefined : space.people.get(held.identity);
      if (person) space.remerge(person);
    }
    const freed = new Set(leaving.flatMap((held) => freedKeys(held, space)));
    const keys = space.takeNewKeys().union(freed);
    leaving = [];
    if (keys.size === 0) break;
    const stored = await space.loadWaiting(keys);
    const here = [...loose].filter((held) => waitsFor(space, held, keys));
    queue = [...new Set([...stored.filter(isUnjoined), ...here])];
  }
  return reviews;
}

/** By what the person is found of whom a source says no more, so that another record of it may be hers. */
function freedKeys({ stored, present, identity }: Held, space: Space): readonly string[] {
  if (!stored?.present || present || identity === undefined) return [];
  return [...(space.people.get(identity)?.keys ?? [])].filter(isJoining);
}

function join(space: Space, held: Held, now: Date): ReviewItem | undefined {
  if (!held.rules) return undefined;
  const answer = joining(held, held.rules, space);
  switch (answer.type) {
    case 'ambiguous':
      return ambiguousJoin(held, answer, now);
    case 'waits':
      return undefined;
    case 'creates':
      space.link(held, space.newPerson(held.ref.kind));
      return undefined;
    case 'joins': {
      // Somebody who returns as a new object takes the place of the one that is gone.
      const gone = occupant(held, answer.person);
      if (gone) {
        space.unlink(gone);
        gone.dropped = true;
      }
      space.link(held, answer.person);
      return undefined;
    }
  }
}

function hasNewJoinKeys(space: Space, held: Held): boolean {
  const { rules, stored } = held;
  if (!rules || !stored || !held.present || held.identity === undefined) return false;
  if (stored.attributes === held.text) return false;
  const before = new Set(joinKeys(rules, space.storedMappedOf(held)));
  return joinKeys(rules, space.mappedOf(held)).some((key) => !before.has(key));
}

/** Two identities turned out to be one person: hers who was nothing but this record ends. */
function rejoin(space: Space, held: Held, now: Date): ReviewItem | undefined {
  const answer = held.rules && rejoining(held, held.rules, space);
  if (answer?.type === 'ambiguous') return ambiguousJoin(held, answer, now);
  if (answer?.type !== 'joins') return undefined;
  const left = held.identity === undefined ? undefined : space.people.get(held.identity);
  space.unlink(held);
  space.link(held, answer.person);
  if (left) space.remerge(left);
  return undefined;
}

function waitsFor(space: Space, held: Held, keys: ReadonlySet<string>): boolean {
  return (
    held.rules !== undefined &&
    joinKeys(held.rules, space.mappedOf(held)).some((key) => keys.has(key))
  );
}
