/** What other rules would make of the members of a target's groups. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Engine } from './engine.ts';
import type { Tried } from './plan-with.ts';
import type { KnownMember } from './reconcile-members-storage.ts';

export interface MembersChange {
  readonly added: number;
  readonly removed: number;
}

const PAGE = 500;

/** @returns Nothing where the rules are the same. */
export async function membersChanged(
  target: SystemName,
  current: Tried,
  next: Tried,
  engine: Engine,
): Promise<MembersChange | undefined> {
  const [before, after] = [current, next].map(({ warehouse }) => warehouse.roster(target));
  // Where members are left alone from now on, those who are in stay in.
  if (after === undefined || JSON.stringify(before) === JSON.stringify(after)) return undefined;
  let held = 0;
  let kept = 0;
  for (let last: KnownMember | undefined; ; ) {
    const page: readonly KnownMember[] = await engine.drift.knownMembers(target, last, PAGE);
    held += page.length;
    kept += (await next.warehouse.wanted(target, page)).length;
    last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
  }
  let wanted = 0;
  for await (const groups of next.warehouse.everybody('group')) {
    wanted += await inAll(groups, (group) => next.warehouse.wantedIn(target, group));
  }
  return { added: Math.max(0, wanted - kept), removed: held - kept };
}

async function inAll(
  groups: readonly IdentityId[],
  count: (group: IdentityId) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (const group of groups) sum += await count(group);
  return sum;
}
