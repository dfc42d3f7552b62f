/** Who goes ahead of everybody because no assignment to the application is left to them. */

import type { IdentityId } from '../identity/identity.ts';
import type { Context } from './context.ts';
import { objectKey } from './keys.ts';
import type { Reached } from './nested.ts';
import type { TargetRules } from './warehouse.ts';

/**
 * Of those whom assignments or groups that came or went concern, whoever has an account, is not
 * assigned any more, and is urgent for that. Asks nothing where no target has urgent people.
 *
 * @param identities By the keys of records.
 */
export async function leftWithout(
  { store, now }: Context,
  reached: readonly Reached[],
  identities: ReadonlyMap<string, IdentityId>,
): Promise<ReadonlyMap<TargetRules, ReadonlySet<IdentityId>>> {
  const found = new Map<TargetRules, ReadonlySet<IdentityId>>();
  for (const [target, those] of Map.groupBy(reached, (each) => each.target)) {
    const { urgent, assigned, system } = target;
    if (urgent === undefined || assigned === undefined) continue;
    const principals = new Map(
      those.flatMap(({ member }) => {
        const identity = identities.get(objectKey(member));
        return identity === undefined ? [] : [[member.id, identity] as const];
      }),
    );
    const accounts = await store.accounts(system, [...principals.values()]);
    const on = new Set(
      accounts.flatMap(({ identity, deleted, disabledAt }) =>
        deleted || disabledAt !== undefined ? [] : [identity],
      ),
    );
    const asked = [...principals].filter(([, identity]) => on.has(identity));
    if (asked.length === 0) continue;
    const ids = asked.map(([id]) => id);
    const reaches = await store.reaches(assigned, target.kind, ids);
    const still = new Set(reaches.map(({ principal }) => principal));
    const left = asked.filter(([id]) => !still.has(id)).map(([, identity]) => identity);
    const people = await store.identities(left);
    const at = now();
    const first = people.filter(({ attributes, present }) =>
      urgent({ attributes: JSON.parse(attributes), present, unassigned: true }, at),
    );
    found.set(target, new Set(first.map(({ id }) => id)));
  }
  return found;
}
