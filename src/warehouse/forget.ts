/** Values of people who have left, taken from their identities; what a source still says stays. */

import type { IdentityId } from '../identity/identity.ts';
import type { Context } from './context.ts';
import { identityKeys } from './keys.ts';
import { openSpace, type Person, type Space } from './space.ts';
import { writeSpace } from './write.ts';

/**
 * Within a transaction, after the values went from the records of these identities: who is still
 * there is left alone.
 */
export async function forgetValues(
  context: Context,
  identities: readonly IdentityId[],
  attributes: readonly string[],
): Promise<void> {
  const space = openSpace(context);
  await space.loadPeople(identities);
  for (const person of space.people.values()) {
    if (person.present || person.records.size === 0) continue;
    space.remerge(person);
    const said = stillSaid(person, space);
    const gone = new Set(attributes.filter((name) => !said.has(name)));
    person.attributes = without(person.attributes, gone);
    person.origins = without(person.origins, gone);
    person.keys = identityKeys(person.kind, person.attributes, context.book.indexed);
  }
  // What was forgotten is not kept as what was there before.
  const store = { ...context.store, saveHistory: async () => {} };
  await writeSpace(space, { ...context, store });
}

function stillSaid({ records }: Person, space: Space): ReadonlySet<string> {
  const present = [...records].filter((held) => held.present);
  return new Set(present.flatMap((held) => Object.keys(space.mappedOf(held))));
}

function without<Value>(
  values: Readonly<Record<string, Value>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}
