/** Records that would wait for somebody become identities of their own, because a person said so. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';
import { place } from './absorb.ts';
import { type Context, caused } from './context.ts';
import { openSpace } from './space.ts';
import { writeSpace } from './write.ts';

/** Within a transaction. Records that belong to somebody already, or are of no source, are left. */
export async function importRecords(
  context: Context,
  refs: readonly ObjectRef[],
): Promise<readonly IdentityId[]> {
  const space = openSpace(context);
  const loose = (await space.loadRecords(refs)).filter(
    ({ present, rules, identity }) => present && rules !== undefined && identity === undefined,
  );
  const made = loose.map((held) => {
    const person = space.newPerson(held.ref.kind);
    space.link(held, person);
    return person.id;
  });
  const reviews = await place(space, loose, context);
  await writeSpace(space, caused(context, { type: 'import' }), { reviews });
  return made;
}
