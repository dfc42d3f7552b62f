/** The members of a target's groups: what is due of them for the planner, and what needs nothing. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { isOpen, type MembershipLot, type PlannedMembers } from '../plan/members.ts';
import { forKind, type Target } from '../plan/target.ts';
import type { DueMembership, MembershipSettlement } from '../warehouse/membership.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced } from './fence.ts';

const BATCH = 500;

/** By group, a batch at a time. @param members Only of these. */
export async function* membershipLots(
  system: SystemName,
  now: Date,
  { warehouse }: Engine,
  members?: readonly IdentityId[],
): AsyncGenerator<MembershipLot> {
  const groups = new Map<IdentityId, Subject>();
  let after: DueMembership | undefined;
  for (;;) {
    const due: readonly DueMembership[] = await warehouse.dueMemberships(
      system,
      now,
      BATCH,
      after,
      members,
    );
    after = due.at(-1);
    if (after === undefined) return;
    const ids = new Set(due.map(({ group }) => group));
    // A large group goes through many batches, and is asked for once.
    for (const id of groups.keys()) if (!ids.has(id)) groups.delete(id);
    for (const subject of await warehouse.subjects(
      system,
      [...ids].filter((id) => !groups.has(id)),
    )) {
      groups.set(subject.identity.id, subject);
    }
    yield { due, groups };
  }
}

/** Whoever is as they should be rests; members of groups that are left alone wait for the group. */
export async function settleMembers(
  { resting, frozen }: PlannedMembers,
  { system }: Target,
  engine: Engine,
  watch: Watch,
): Promise<void> {
  if (resting.length === 0 && frozen.length === 0) return;
  const { warehouse } = engine;
  await fenced(engine, watch, async () => {
    await warehouse.settleMemberships(system, resting.map(settlementOf));
    await warehouse.freezeGroups(system, frozen);
  });
}

function settlementOf({
  group,
  member,
  generation,
  wanted,
  held,
  groupAccount,
  memberAccount,
}: DueMembership): MembershipSettlement {
  const row = { group, member, generation };
  if (!wanted || !held || groupAccount === undefined || memberAccount === undefined) {
    return { ...row, type: 'gone' };
  }
  return { ...row, type: 'held', groupAccount: groupAccount.id, memberAccount: memberAccount.id };
}

/** Groups that are written to, whether they were before or not: what waited for that is looked at. */
export async function thawMembers(
  subjects: readonly Subject[],
  target: Target,
  { warehouse, now }: Engine,
): Promise<void> {
  const rules = forKind(target, 'group');
  if (rules.members === undefined) return;
  const at = now();
  const open = subjects.filter(
    (subject) => subject.identity.kind === 'group' && isOpen(subject, rules, at),
  );
  if (open.length === 0) return;
  await warehouse.thawGroups(
    target.system,
    open.map(({ identity }) => identity.id),
  );
}
