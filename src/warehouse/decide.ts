/** The review queue: what is asked, what a person answers, and that the answer stands. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import { type Context, caused } from './context.ts';
import {
  type Choice,
  type Decision,
  type DecisionId,
  DecisionRefusal,
  type DecisionRow,
  type ReviewCase,
} from './decision.ts';
import { give, settleMoved, sourceRecords, take } from './moving.ts';
import { type Held, openSpace, type Person, type Space } from './space.ts';
import type { ReviewItem } from './warehouse.ts';

/** @param people Identities with their links. */
export async function reviewCase(
  context: Context,
  id: string,
  people: (ids: readonly IdentityId[]) => Promise<readonly Identity[]>,
): Promise<ReviewCase | undefined> {
  const item = await context.store.review(id);
  if (!item) return undefined;
  if (item.kind !== 'ambiguous-join') return { item, people: await people([item.subject]) };
  const space = openSpace(context);
  const held = await doubtful(item, space, context);
  return {
    item,
    ...(held && { record: { ref: held.ref, attributes: space.mappedOf(held) } }),
    people: await people(item.candidates.map((candidate) => candidate.id)),
  };
}

/** Within a transaction. */
export async function decide(context: Context, id: string, choice: Choice): Promise<Decision> {
  const { store, now } = context;
  const item = await store.review(id);
  if (!item) {
    throw new DecisionRefusal(
      'no-such-review',
      `nothing in the queue is called ${id}`,
      'lockstep review lists what waits; what was settled meanwhile is gone',
    );
  }
  const space = openSpace(context);
  const held = item.kind === 'ambiguous-join' ? await doubtful(item, space, context) : undefined;
  if (!held) {
    throw new DecisionRefusal(
      'review-not-decidable',
      `${item.subject} of ${item.system} cannot be decided here`,
      'see lockstep review for what to do about it where the account is',
    );
  }
  const ids = candidatesOf(item, choice.type === 'new-person' ? undefined : choice.identity);
  await space.loadPeople([...ids, ...(held.identity === undefined ? [] : [held.identity])]);
  const others = ids
    .flatMap((each) => space.people.get(each) ?? [])
    .filter(({ id: identity }) => identity !== held.identity);
  const [first] = others;
  if (!first) {
    throw new DecisionRefusal(
      'not-a-candidate',
      'whom the record might belong to does not exist any more',
      'run lockstep run; the record is then looked at again',
    );
  }
  const row: DecisionRow = {
    id: context.newId(),
    type: TYPES[choice.type],
    at: now(),
    identity: first.id,
    ...(held.identity !== undefined && { other: held.identity }),
    records: [held.ref],
    detached: [],
    review: item,
  };
  if (choice.type === 'join') give(space, held, first);
  else await keepApart(context, row.id, held, others);
  if (choice.type === 'new-person' && held.identity === undefined) {
    space.link(held, space.newPerson(held.ref.kind));
  }
  await store.removeReviews([item]);
  await settleMoved(space, [held], caused(context, { type: 'decision', decision: row.id }));
  await store.saveDecision(row);
  return decisionOf(row);
}

const TYPES = { join: 'joined', reject: 'rejected', 'new-person': 'new-person' } as const;

function candidatesOf(
  { candidates, subject }: ReviewItem,
  chosen: IdentityId | undefined,
): readonly IdentityId[] {
  const ids = candidates.map(({ id }) => id);
  if (chosen === undefined) return ids;
  if (ids.includes(chosen)) return [chosen];
  throw new DecisionRefusal(
    'not-a-candidate',
    `${chosen} is no candidate for ${subject}`,
    'choose one of those that lockstep review show lists',
  );
}

async function keepApart(
  { store }: Context,
  decision: DecisionId,
  held: Held,
  others: readonly Person[],
): Promise<void> {
  const pairs = others.flatMap((person) =>
    sourceRecords(person).map((other) => ({ ref: held.ref, other })),
  );
  await store.saveApart(pairs, decision);
}

/** The record a matter is about, while it is there. */
async function doubtful(
  { system, subject }: ReviewItem,
  space: Space,
  { book }: Context,
): Promise<Held | undefined> {
  const kinds = book.rules.sources.filter((source) => source.system === system);
  const records = await space.loadRecords(kinds.map(({ kind }) => ({ system, kind, id: subject })));
  return records.find(({ stored, present }) => stored !== undefined && present);
}

/** Within a transaction: the record is in doubt again, as it was. */
export async function undoChoice(context: Context, row: DecisionRow): Promise<void> {
  const { store } = context;
  await store.removeApart(row.id);
  const space = openSpace(context);
  const [held] = await space.loadRecords(row.records);
  if (!held?.stored || !held.present) return;
  await space.loadPeople([row.identity, row.other ?? '', held.identity ?? '']);
  const person = held.identity === undefined ? undefined : space.people.get(held.identity);
  if (row.type === 'joined') {
    if (held.identity !== row.identity) return;
    take(space, held);
    if (row.other !== undefined) {
      space.link(held, space.people.get(row.other) ?? space.newPerson(held.ref.kind, row.other));
    }
  } else if (person && row.other === undefined && person.records.size === 1) {
    // It was made for this record alone, and has no account anywhere.
    take(space, held);
  }
  await settleMoved(space, [held], caused(context, { type: 'decision', decision: row.id }));
  // Who keeps an identity of their own is not compared again, but the question is.
  if (held.identity !== undefined && row.review) await store.addReview(row.review);
}

export function decisionOf({ review: _, ...decision }: DecisionRow): Decision {
  return decision;
}
