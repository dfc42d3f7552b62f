/**
 * Operations for members of groups: what a target should have against what it has, in portions that
 * it takes. Pure, and a stream: of a group of any size no more than a portion is held.
 */

import type { Identity, IdentityId } from '../identity/identity.ts';
import { label } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';
import type { DueMembership } from '../warehouse/membership.ts';
import type { Subject } from '../warehouse/subject.ts';
import { contentOf, operationId } from './hash.ts';
import type { Operation, PlannedMember } from './plan.ts';
import { inPilot, standing } from './standing.ts';
import type { Target } from './target.ts';

/** Memberships that are due, by group, and the groups they are about. */
export interface MembershipLot {
  readonly due: readonly DueMembership[];
  readonly groups: ReadonlyMap<IdentityId, Subject>;
}

export interface PlannedMembers {
  readonly operations: readonly Operation[];
  /** Nothing is to be done for these. */
  readonly resting: readonly DueMembership[];
  /** Groups that nothing is written to for now. */
  readonly frozen: readonly IdentityId[];
}

export interface MembersPlanner {
  add(lot: MembershipLot): PlannedMembers;
  /** What is left of the last group. */
  end(): readonly Operation[];
}

/** Where the target does not say what it takes. */
const DEFAULT_PORTION = 500;

/** @param target As the target has groups. */
export function membersPlanner(target: Target, now: Date): MembersPlanner {
  const size = Math.min(target.traits.maxMembersPerRequest ?? DEFAULT_PORTION, DEFAULT_PORTION);
  let current: Portions | undefined;
  return {
    add: ({ due, groups }) => {
      const operations: Operation[] = [];
      const resting: DueMembership[] = [];
      const frozen = new Set<IdentityId>();
      const open = openGroups(groups, target, now);
      for (const membership of due) {
        const subject = groups.get(membership.group);
        const { groupAccount } = membership;
        if (current !== undefined && current.group !== membership.group) {
          operations.push(...current.rest());
          current = undefined;
        }
        if (subject !== undefined && groupAccount !== undefined && !open.has(membership.group)) {
          frozen.add(membership.group);
          continue;
        }
        const change = changeOf(membership);
        if (subject === undefined || groupAccount === undefined || change === undefined) {
          resting.push(membership);
          continue;
        }
        current ??= portions(subject.identity, groupAccount, target, size);
        operations.push(...current.add(change.action, change.member));
      }
      return { operations, resting, frozen: [...frozen] };
    },
    end: () => current?.rest() ?? [],
  };
}

function openGroups(
  groups: ReadonlyMap<IdentityId, Subject>,
  target: Target,
  now: Date,
): ReadonlySet<IdentityId> {
  const open = [...groups.values()].filter((subject) => isOpen(subject, target, now));
  return new Set(open.map(({ identity }) => identity.id));
}

/** Whether members of a group are written: it belongs into the target, and may be changed there. */
export function isOpen(subject: Subject, target: Target, now: Date): boolean {
  return (
    target.do.includes('update') && inPilot(subject, target) && standing(subject, target, now).in
  );
}

type MembersAction = 'add-members' | 'remove-members';

function changeOf({
  wanted,
  held,
  memberAccount,
  member,
  label: name,
  generation,
  failed,
}: DueMembership): { readonly action: MembersAction; readonly member: PlannedMember } | undefined {
  if (wanted === held || memberAccount === undefined) return undefined;
  return {
    action: wanted ? 'add-members' : 'remove-members',
    member: {
      identity: member,
      label: name,
      ref: memberAccount,
      generation,
      ...(failed && { attempts: failed.attempts }),
    },
  };
}

interface Portions {
  readonly group: IdentityId;
  add(action: MembersAction, member: PlannedMember): readonly Operation[];
  rest(): readonly Operation[];
}

function portions(group: Identity, account: ObjectRef, target: Target, size: number): Portions {
  const waiting: Record<MembersAction, PlannedMember[]> = {
    'add-members': [],
    'remove-members': [],
  };
  const take = (action: MembersAction): Operation => {
    const members = waiting[action].toSorted((a, b) => (a.label < b.label ? -1 : 1));
    const operation = operationFor(group, account, target, action, members);
    waiting[action] = [];
    return operation;
  };
  return {
    group: group.id,
    add: (action, member) => {
      waiting[action].push(member);
      return waiting[action].length < size ? [] : [take(action)];
    },
    rest: () =>
      (['remove-members', 'add-members'] as const)
        .filter((action) => waiting[action].length > 0)
        .map(take),
  };
}

function operationFor(
  group: Identity,
  account: ObjectRef,
  { system, kind }: Target,
  action: MembersAction,
  members: readonly PlannedMember[],
): Operation {
  const content = { action, target: account, precondition: { held: {}, touched: [] }, members };
  return {
    id: operationId(system, group.id, contentOf(content)),
    identity: group.id,
    label: label(group),
    system,
    kind,
    reason: action === 'add-members' ? 'joined-group' : 'left-group',
    cause: 'changed',
    generation: 0,
    after: [],
    origins: {},
    ...content,
  };
}
