/** What planning asks of the store: plans and their operations as rows, written and read in batches. */

import type { SystemName } from '../identity/record.ts';
import type { Basis, KeptRules } from './basis.ts';
import type { Evidence } from './evidence.ts';
import type { Order } from './order.ts';
import type { Action, Hold, Omission, Operation, Plan, PlanId, PlanState } from './plan.ts';

/** One planning of one target. Two plannings of the same content have the same `Plan.id`, but not this. */
export type PlanKey = string;

export interface StoredPlan extends Plan {
  readonly key: PlanKey;
  /** Made for some people only; it takes the place of no other plan, and none takes its place. */
  readonly partial?: true;
  /** Of a held plan whose rest went on, or of which a part was let go: what was carried out. */
  readonly carried?: Readonly<Partial<Record<Action, number>>>;
}

/** An operation in its place. */
export interface PlannedOperation {
  /** In the order of planning, from 0. */
  readonly position: number;
  /** Operations of a level wait for those of the levels below. */
  readonly level: number;
  /** Whether operations of a higher level refer to the account this one creates. */
  readonly awaited: boolean;
  readonly operation: Operation;
}

export interface PlanClosing {
  readonly id: PlanId;
  readonly state: PlanState;
  readonly counts: Readonly<Partial<Record<Action, number>>>;
  readonly considered: number;
  readonly managed: number;
  readonly holds: readonly Hold[];
  readonly order: Order;
  /** Only some people, ahead of everybody: it takes the place of no other plan. */
  readonly partial: boolean;
  /** A plan held before then does not stay for one that says the same. */
  readonly heldSince?: Date;
}

/** What waits of a plan of which a part was carried out. */
export interface PlanRest {
  readonly state: PlanState;
  readonly holds: readonly Hold[];
  /** The id that a plan of nothing but the rest would have. */
  readonly id: PlanId;
  readonly carried: Readonly<Partial<Record<Action, number>>>;
}

/** What is older is not kept. */
export interface PlansBefore {
  /** Plans of which anything was carried out; by what was carried out last. */
  readonly applied: Date;
  /** Plans that nobody will apply any more. */
  readonly unapplied: Date;
}

export interface PlanStore {
  /** Opens a plan; one of the target that was never closed is dropped. */
  begin(
    target: SystemName,
    configVersion: string,
    createdAt: Date,
    basis?: Basis,
  ): Promise<PlanKey>;
  append(
    key: PlanKey,
    from: number,
    operations: readonly Operation[],
    omissions: readonly Omission[],
    /** Of each operation; for the log alone. */
    evidence?: readonly Evidence[],
  ): Promise<void>;
  /**
   * Closes a plan; the target's older ones that were not applied are superseded. One that would be
   * held and says the same as the one that is held already, or as what is left of that, is dropped
   * for it: its age stays visible.
   */
  close(key: PlanKey, closing: PlanClosing): Promise<StoredPlan>;
  setState(key: PlanKey, state: PlanState): Promise<void>;
  /** The newest plan of a target for everybody who was due. */
  current(target: SystemName): Promise<StoredPlan | undefined>;
  byKey(key: PlanKey): Promise<StoredPlan | undefined>;
  /** By which it was made, where that was kept. */
  rules(key: PlanKey): Promise<KeptRules | undefined>;
  /** By id or the beginning of one, the newest first. */
  find(id: string): Promise<StoredPlan | undefined>;
  /** Plans whose application was begun and never ended: whoever did it is dead, or the store failed. */
  interrupted(target: SystemName): Promise<readonly PlanKey[]>;
  /** Whether any plan of the target was ever applied, in part at least. One for some people does not count. */
  everApplied(target: SystemName): Promise<boolean>;
  /** By level, then position. */
  operations(key: PlanKey, batchSize: number): AsyncIterable<readonly PlannedOperation[]>;
  /** Those of a plan that were not carried out yet, by level, then position. */
  left(key: PlanKey, batchSize: number): AsyncIterable<readonly PlannedOperation[]>;
  /** What is left of a held plan is what waits now; nothing left: it was applied. */
  keepRest(key: PlanKey, rest: PlanRest): Promise<StoredPlan>;
  /** In the order in which they were planned, which the plan's id covers. */
  content(key: PlanKey, batchSize: number): AsyncIterable<readonly Operation[]>;
  /** Of those, the ones that were not carried out yet. */
  leftContent(key: PlanKey, batchSize: number): AsyncIterable<readonly Operation[]>;
  /** Only those that are refusals. */
  omissions(key: PlanKey, batchSize: number): AsyncIterable<readonly Omission[]>;
  /**
   * Drops a part of what is old: plans that were carried out, with their outcomes, and plans that gave
   * way to others. What a target still goes by stays: a held plan, and that there ever was one.
   *
   * @param mostRows None: only looks.
   * @returns Whether there is more.
   */
  prune(before: PlansBefore, mostRows: number): Promise<boolean>;
}
