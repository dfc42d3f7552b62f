/** Records that change hands because a person said so, with what is known of them as accounts. */

import type { ObjectRef } from '../identity/record.ts';
import { place } from './absorb.ts';
import type { Context } from './context.ts';
import { DecisionRefusal } from './decision.ts';
import { occupant } from './join.ts';
import { objectKey } from './keys.ts';
import type { Held, Person, Space } from './space.ts';
import type { StoredAccount } from './storage.ts';
import { writeSpace } from './write.ts';

/** Records of sources, by which two people are kept apart. */
export function sourceRecords({ records }: Person): readonly ObjectRef[] {
  return [...records].filter(({ rules }) => rules !== undefined).map(({ ref }) => ref);
}

/** Gives a record to somebody, where the place of a record that is gone is free. */
export function give(space: Space, held: Held, person: Person): void {
  const taken = occupant(held, person);
  if (taken?.present) {
    throw new DecisionRefusal(
      'merge-refused',
      `${held.ref.system} has ${held.ref.id} and ${taken.ref.id}, which would both be one person's`,
      'unmerge what does not belong there first, or delete one of the two in that system',
    );
  }
  if (taken) {
    space.unlink(taken);
    taken.dropped = true;
  }
  take(space, held);
  space.link(held, person);
}

/** Takes a record away from whom it belongs to. */
export function take(space: Space, held: Held): void {
  const before = held.identity === undefined ? undefined : space.people.get(held.identity);
  space.unlink(held);
  if (before) space.remerge(before);
}

/**
 * Writes who has what now, and joins whatever that concerns. Accounts keep what was asked of them,
 * also those that are nobody's now: they are the same accounts, and may come back.
 *
 * @param moved Those that changed hands, or are nobody's.
 */
export async function settleMoved(
  space: Space,
  moved: readonly Held[],
  context: Context,
): Promise<void> {
  const { store } = context;
  const accounts = await accountsOf(moved, context);
  const reviews = await place(space, moved, context);
  for (const person of space.people.values()) if (person.relinked) space.remerge(person);
  await writeSpace(space, context, { reviews });
  await store.saveAccounts(
    moved.flatMap(({ ref, dropped }) => {
      const account = accounts.get(objectKey(ref));
      return account && !dropped ? account : [];
    }),
  );
}

async function accountsOf(
  moved: readonly Held[],
  { store, book }: Context,
): Promise<ReadonlyMap<string, StoredAccount>> {
  const targets = moved.filter(({ ref }) => book.target(ref.system, ref.kind) !== undefined);
  const found = await Promise.all(
    [...Map.groupBy(targets, ({ ref }) => ref.system)].map(([system, held]) =>
      store.accounts(
        system,
        held.flatMap(({ stored }) => stored?.identity ?? []),
      ),
    ),
  );
  return new Map(found.flat().map((account) => [objectKey(account.ref), account]));
}
