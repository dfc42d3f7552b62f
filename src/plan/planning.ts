/**
 * From the work list of a target to a stored plan, a batch at a time: nobody holds all people. What
 * is settled or written is not decided here; planning consumes nothing.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Subject } from '../warehouse/subject.ts';
import { basisOf } from './basis.ts';
import { askedBatches, decidedAndNamed } from './batch.ts';
import type { PlanningContext, Release } from './desired.ts';
import type { Evidence } from './evidence.ts';
import { holdsOf, type WithheldReading } from './guards.ts';
import { planHash } from './hash.ts';
import type { Match } from './match.ts';
import { type MembershipLot, membersPlanner, type PlannedMembers } from './members.ts';
import type { KnownNames, NameAsking, TakeNames } from './names.ts';
import { ordering } from './order.ts';
import type { Action, Omission, Operation } from './plan.ts';
import type { PlanStore, StoredPlan } from './plans.ts';
import { type SwapWatch, swapWatch } from './swap.ts';
import { forKind, type Target } from './target.ts';
import { type Counted, tally } from './window.ts';

export interface Planning {
  readonly target: Target;
  readonly configVersion: string;
  readonly plans: PlanStore;
  /** The due subjects of the target, in batches. */
  readonly due: AsyncIterable<readonly Subject[]> | Iterable<readonly Subject[]>;
  /** Memberships the target has, as far as we know. */
  readonly heldMemberships: () => Promise<number>;
  /** Members of groups that are due, by group. */
  readonly memberships: AsyncIterable<MembershipLot>;
  /** Looks for the accounts of those who have none; nobody is looked for twice. */
  readonly match: (
    subjects: readonly Subject[],
    context: PlanningContext,
    target: Target,
  ) => Promise<ReadonlyMap<IdentityId, Match>>;
  /** Of names that only one account may have, whose they are, for expressions that choose one. */
  readonly namesHeld: NameAsking['namesHeld'];
  /** Keeps what the plan gives. @returns Who was too late. */
  readonly takeNames: TakeNames;
  /** Accounts that hold one of these values of a path, as far as is known. */
  readonly holders: (
    path: string,
    values: readonly AttributeValue[],
  ) => Promise<ReadonlyMap<AttributeValue, readonly string[]>>;
  /** What people let be done to single accounts. */
  readonly released: ReadonlyMap<IdentityId, Release>;
  /** Of these, whom an undo put back. */
  readonly paused: (people: readonly IdentityId[]) => Promise<ReadonlySet<IdentityId>>;
  /** Of these, what was written to their accounts lately; only where the system is read as well. */
  readonly writtenLately?: (
    people: readonly IdentityId[],
  ) => Promise<ReadonlyMap<IdentityId, readonly AttributeChange[]>>;
  readonly managed: number;
  readonly first: boolean;
  readonly leaversWait: boolean;
  /** Only some people, ahead of everybody: it takes the place of no other plan. */
  readonly partial: boolean;
  readonly typed: boolean;
  readonly withheld: readonly WithheldReading[];
  /** What was done within the window of the guards. */
  readonly recent: ReadonlyMap<Counted, number>;
  /** Why the last run stopped, where too much of it failed. */
  readonly stopped?: string;
  /** A plan held before then has expired, and gives way even to one that says the same. */
  readonly heldSince: Date;
  readonly now: Date;
  readonly random: () => number;
  /** Told after each batch is stored. */
  readonly planned: (batch: PlannedBatch) => Promise<void>;
  readonly membersPlanned: (planned: PlannedMembers) => Promise<void>;
}

export interface PlannedBatch {
  readonly subjects: readonly Subject[];
  readonly matches: ReadonlyMap<IdentityId, Match>;
  readonly omissions: readonly Omission[];
  /** Of people for whom nothing is planned, what counts as asked of their accounts from now on. */
  readonly adopted: ReadonlyMap<IdentityId, Attributes>;
  readonly considered: number;
}

export interface Planned {
  readonly plan: StoredPlan;
  /** People for whom nothing is planned, by the fact that decided it. */
  readonly omitted: Readonly<Record<string, number>>;
}

export async function planTarget(planning: Planning): Promise<Planned> {
  const { target, plans, configVersion, now } = planning;
  const key = await plans.begin(target.system, configVersion, now, basisOf(target));
  const content = planHash(target.system, configVersion);
  const order = ordering();
  const counted = tally();
  const swaps = swapWatch(target);
  const counts: Partial<Record<Action, number>> = {};
  const omitted: Record<string, number> = {};
  let considered = 0;
  let position = 0;
  let stored: Promise<void> = Promise.resolve();
  const names: KnownNames = new Map();
  /** Stored while the next batch is planned; never more than one. */
  const keep = async (
    operations: readonly Operation[],
    omissions: readonly Omission[],
    told: () => Promise<void>,
    evidence?: readonly Evidence[],
  ) => {
    for (const operation of operations) {
      content.add(operation);
      order.add(operation);
      counted.add(operation);
      swaps.add(operation);
      counts[operation.action] = (counts[operation.action] ?? 0) + 1;
    }
    await lookWhoHolds(operations, swaps, planning);
    for (const { code } of omissions) omitted[code] = (omitted[code] ?? 0) + 1;
    const from = position;
    position += operations.length;
    await stored;
    stored = plans.append(key, from, operations, omissions, evidence).then(told);
    stored.catch(() => undefined);
  };
  for await (const asked of askedBatches(planning, names)) {
    const { batch: named, decided } = await decidedAndNamed(asked, planning, names);
    const { operations, evidence, omissions, adopted } = decided;
    const { subjects, matches } = named;
    considered += subjects.length;
    const batch = { subjects, matches, omissions, adopted, considered };
    await keep(operations, omissions, () => planning.planned(batch), evidence);
  }
  await stored;
  const members = membersPlanner(forKind(target, 'group'), now);
  for await (const lot of planning.memberships) {
    const planned = members.add(lot);
    await keep(planned.operations, [], () => planning.membersPlanned(planned));
    await stored;
  }
  await keep(members.end(), [], async () => {});
  await stored;
  const swap = swaps.hold();
  const takesMembers = (counts['remove-members'] ?? 0) > 0;
  const holds = holdsOf(
    {
      ...planning,
      counts,
      counted: counted.counts,
      memberships: takesMembers ? await planning.heldMemberships() : 0,
      ...(swap !== undefined && { swap }),
    },
    target,
  );
  const plan = await plans.close(key, {
    id: content.id(),
    state: holds.length > 0 ? 'held' : 'ready',
    counts,
    considered,
    managed: planning.managed,
    holds,
    order: order.order(),
    partial: planning.partial,
    heldSince: planning.heldSince,
  });
  return { plan, omitted };
}

/** Renamings are few; of each, whether another account has that name already. */
async function lookWhoHolds(
  operations: readonly Operation[],
  swaps: SwapWatch,
  { holders }: Planning,
): Promise<void> {
  const takings = operations.flatMap((operation) =>
    swaps.taking(operation).map((taking) => ({ operation, ...taking })),
  );
  for (const [path, those] of Map.groupBy(takings, (taking) => taking.path)) {
    const found = await holders(
      path,
      those.map(({ value }) => value),
    );
    for (const { operation, target, value } of those) {
      const others = (found.get(value) ?? []).filter((id) => id !== target.id);
      if (others.length > 0) swaps.held(operation, path);
    }
  }
}
