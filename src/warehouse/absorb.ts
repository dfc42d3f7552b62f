/**
 * Changed records become changed identities, and those become due. One step takes as many records
 * as fit a short transaction; it reads what they touch, works it out in memory, and writes the
 * difference.
 */

import type { Change, ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import { ambiguousJoin, joining, joinKeys, occupant } from './join.ts';
import { rejectionOf } from './limits.ts';
import { changedNames } from './merge.ts';
import { type Held, openSpace, type Space } from './space.ts';
import type { Rejection, Tally } from './storage.ts';
import type { ReviewItem } from './warehouse.ts';
import { writeSpace } from './write.ts';

export type RecordChange = Extract<Change, { readonly type: 'present' | 'patch' | 'absent' }>;

export interface Absorbed {
  readonly tally: Tally;
  /** What the system showed to be there, taken or not. */
  readonly sighted: readonly ObjectRef[];
  readonly rejected: readonly Rejection[];
}

/** Within a transaction. */
export async function absorbRecords(
  context: Context,
  changes: readonly RecordChange[],
): Promise<Absorbed> {
  const space = openSpace(context);
  const usable: RecordChange[] = [];
  const rejected: Rejection[] = [];
  for (const change of changes) {
    const rejection = rejectionOf(change, context.book);
    if (rejection) rejected.push(rejection);
    else usable.push(change);
  }
  await space.loadRecords(usable.map(refOf));
  for (const change of usable) {
    const rejection = fold(space, change, context);
    if (rejection) rejected.push(rejection);
  }
  const changed = [...space.records.values()].filter((held) => isChanged(held, space));
  const waiting = [...space.records.values()].filter(
    (held) => isUnjoined(held) && held.stored !== undefined && !changed.includes(held),
  );
  const reviews = await place(space, [...changed, ...waiting], context);
  await writeSpace(space, context, reviews);
  return {
    tally: {
      seen: changes.filter(({ type }) => type !== 'absent').length,
      added: changed.filter(({ stored, present }) => present && !stored?.present).length,
      changed: changed.filter(({ stored, present }) => present && stored?.present).length,
      removed: changed.filter(({ stored, present }) => !present && stored?.present).length,
    },
    sighted: changes.filter(({ type }) => type !== 'absent').map(refOf),
    rejected,
  };
}

export function refOf(change: RecordChange): ObjectRef {
  return change.type === 'present' ? change.record.ref : change.ref;
}

/** Applies what a reading says to the record in hand. */
function fold(space: Space, change: RecordChange, { book }: Context): Rejection | undefined {
  const held = space.record(refOf(change));
  switch (change.type) {
    case 'present':
      set(held, JSON.stringify(change.record.attributes), change.record.version);
      return undefined;
    case 'patch': {
      const attributes = { ...space.attributesOf(held), ...change.set };
      for (const name of change.cleared) delete attributes[name];
      const record = { ref: held.ref, attributes };
      const rejection = rejectionOf({ type: 'present', record }, book);
      if (rejection) return rejection;
      set(held, JSON.stringify(attributes), change.version ?? held.version);
      return undefined;
    }
    case 'absent':
      held.present = false;
      held.recoverable = change.recoverable ?? false;
      return undefined;
  }
}

function set(held: Held, text: string, version: string | undefined): void {
  held.present = true;
  held.recoverable = false;
  held.version = version;
  if (held.text === text) return;
  held.text = text;
  held.attributes = undefined;
  held.mapped = undefined;
}

function isChanged(held: Held, space: Space): boolean {
  const { stored } = held;
  if (!stored) return held.present;
  if (held.present !== stored.present || held.recoverable !== stored.recoverable) return true;
  if (held.version !== stored.version) return true;
  return (
    held.text !== stored.attributes &&
    changedNames(JSON.parse(stored.attributes), space.attributesOf(held)).length > 0
  );
}

function isUnjoined(held: Held): boolean {
  return held.present && held.rules !== undefined && held.identity === undefined;
}

/**
 * Joins what belongs to nobody, merges whom it concerns, and does the same for records that have
 * been waiting for a key which somebody has now. Ends, because only a join brings new keys.
 */
export async function place(
  space: Space,
  first: readonly Held[],
  { store, now }: Context,
): Promise<ReadonlyMap<Held, ReviewItem>> {
  const reviews = new Map<Held, ReviewItem>();
  const loose = new Set<Held>();
  for (let queue = first; queue.length > 0; ) {
    await loadFor(space, queue);
    for (const held of queue) {
      loose.delete(held);
      reviews.delete(held);
      if (isUnjoined(held)) {
        const review = join(space, held, now());
        if (review) reviews.set(held, review);
        if (held.identity === undefined) loose.add(held);
      }
      const person = held.identity === undefined ? undefined : space.people.get(held.identity);
      if (person) space.remerge(person);
    }
    const keys = space.takeNewKeys();
    if (keys.size === 0) break;
    const stored = await space.loadRecords(await store.unjoinedWith([...keys]));
    const here = [...loose].filter((held) => waitsFor(space, held, keys));
    queue = [...new Set([...stored.filter(isUnjoined), ...here])];
  }
  return reviews;
}

async function loadFor(space: Space, queue: readonly Held[]): Promise<void> {
  const keys = queue.flatMap((held) =>
    isUnjoined(held) && held.rules ? joinKeys(held.rules, space.mappedOf(held)) : [],
  );
  await space.loadHits(keys);
  const ids = queue.flatMap((held) => held.identity ?? []);
  for (const key of keys) ids.push(...space.hits(key));
  await space.loadPeople(ids);
}

function join(space: Space, held: Held, now: Date): ReviewItem | undefined {
  if (!held.rules) return undefined;
  const answer = joining(held, held.rules, space);
  switch (answer.type) {
    case 'ambiguous':
      return ambiguousJoin(held, answer.by, answer.people, now);
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

function waitsFor(space: Space, held: Held, keys: ReadonlySet<string>): boolean {
  return (
    held.rules !== undefined &&
    joinKeys(held.rules, space.mappedOf(held)).some((key) => keys.has(key))
  );
}
