/** What groups hold in each target, and markers by which whole groups are looked at again. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { objectKey } from './keys.ts';
import type { Roster, Stamp } from './membership-store.ts';
import { RULES } from './rule-groups.ts';
import type { Rulebook } from './rulebook.ts';

/** In front of the group's identity, in the names of markers. */
export const MEMBERS = 'members/';

/** What the groups of a target hold, if it is one that groups are written to. */
export function rosterOf(book: Rulebook, target: SystemName): Roster | undefined {
  const mode = book.target(target, 'group')?.members;
  if (mode === undefined) return undefined;
  const sources = book.rules.sources
    .filter(({ kind, authority, system }) => kind === 'group' && authority && system !== target)
    .map(({ system }) => system);
  const ruled = book.rules.groups === undefined ? [] : [RULES];
  return { target, sources: [...sources, ...ruled], mode };
}

export function rostersOf({ book }: Context): readonly Roster[] {
  return book.rules.targets.flatMap(({ system, kind, members }) =>
    kind === 'group' && members !== undefined ? (rosterOf(book, system) ?? []) : [],
  );
}

export function stamp({ generation, now }: Context): Stamp {
  return { generation: generation(), since: now().getTime() };
}

/** Looks at whole groups again, or at those who came with a group below them. */
export async function markGroups(
  { store }: Context,
  target: SystemName,
  groups: readonly ObjectRef[],
  below?: ObjectRef,
): Promise<void> {
  for (const { identity } of await store.identitiesOfRecords(groups)) {
    await markGroup({ store }, target, identity, below);
  }
}

export async function markGroup(
  { store }: Pick<Context, 'store'>,
  target: SystemName,
  identity: IdentityId,
  below?: ObjectRef,
): Promise<void> {
  const name = `${MEMBERS}${identity}${below === undefined ? '' : ` ${objectKey(below)}`}`;
  await store.saveMarker({ target, name, cause: 'changed', cursor: '' });
}
