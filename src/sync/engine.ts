/**
 * What every verb works with, and what verbs say to whoever watches. Wired together in one place,
 * `compose.ts`; everything of the world outside is handed in here.
 */

import type { Outcome } from '../apply/outcome.ts';
import type { AuditKey } from '../audit/checkpoint.ts';
import type { Actor } from '../audit/entry.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Connector } from '../connectors/spi/index.ts';
import type { Tenant } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { CompiledRow } from '../mapping/mapping.ts';
import type { PlanStore, StoredPlan } from '../plan/plans.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { ReadingResult, Warehouse } from '../warehouse/warehouse.ts';
import type { Noting } from './audited.ts';
import type { Retention } from './forget.ts';
import type { LeaseHolder, Ledger } from './ledger.ts';
import type { SourceUses } from './privacy-report.ts';
import type { PrivacyStore } from './privacy-storage.ts';
import type { DriftStore } from './reconcile-storage.ts';
import type { UndoStore } from './undo-storage.ts';

export interface Engine extends AsyncDisposable, Noting {
  readonly tenant: Tenant;
  readonly configVersion: string;
  /** In the order of the configuration. */
  readonly systems: readonly SystemName[];
  /** In the order they are read: groups, then users, then assignments of each system. */
  readonly sources: readonly SourceJob[];
  readonly targets: readonly TargetPolicy[];
  /** Attributes of identities that are computed, and what they are made of; each after what it reads. */
  readonly computed: readonly Pick<CompiledRow, 'row' | 'inputs'>[];
  readonly alerts: readonly AlertRule[];
  readonly warehouse: Warehouse;
  readonly plans: PlanStore;
  readonly ledger: Ledger;
  readonly drift: DriftStore;
  readonly undos: UndoStore;
  readonly privacy: PrivacyStore;
  /** What sources are asked for, and what for. */
  readonly uses: readonly SourceUses[];
  /** What was done, by whom. What the stores above make durable is told there by themselves. */
  readonly audit: AuditTrail;
  readonly auditPolicy: AuditPolicy;
  readonly retention: Retention;
  /** In whose name everything is done. */
  readonly actor: Actor;
  /** The same engine in another's name. */
  as(actor: Actor): Engine;
  /** All or nothing: whatever warehouse, plans and ledger are asked within belongs to it. */
  transaction<Value>(
    work: () => Promise<Value>,
    outlives?: 'power-cut' | 'process',
  ): Promise<Value>;
  /** Connects on first use; a system that cannot be reached fails here, and only here. */
  connector(system: SystemName): Promise<Connector>;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Resolves after a while, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly fetch: typeof globalThis.fetch;
  readonly process: ThisProcess;
  /** Passed through after every durable step, so that a test can end the process exactly there. */
  readonly boundary: (name: Boundary) => Promise<void> | void;
}

export interface AuditPolicy {
  /** Signs checkpoints. */
  readonly key?: AuditKey;
  /** Older entries are deleted; none when absent. */
  readonly keepSeconds?: number;
}

/** Who we are among those who share the store, and whether the others are alive. */
export interface ThisProcess {
  readonly self: LeaseHolder;
  /** Undefined where it cannot be told: on another host. */
  alive(holder: LeaseHolder): boolean | undefined;
}

/** The durable steps of a run, in their order. */
export type Boundary =
  | 'page-absorbed'
  | 'reading-ended'
  | 'markers-expanded'
  | 'plan-batch-stored'
  | 'plan-closed'
  | 'marked-in-flight'
  | 'operation-sent'
  | 'outcomes-recorded'
  | 'plan-applied';

/** One kind of one system to read. */
export interface SourceJob {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  /** What mappings and scopes use, by the system's own names. */
  readonly attributes: readonly string[];
  /** With kind `assignment`. */
  readonly applications: readonly string[];
}

export interface AlertRule {
  readonly webhook: string;
  /** Signs what is sent; two while one takes over from the other. */
  readonly secret?: string | readonly string[];
  readonly on: readonly (
    | 'failed'
    | 'held'
    | 'quarantined'
    | 'silent'
    | 'drift'
    | 'secret-expires'
  )[];
}

/** How a verb is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  /** The run whose work is watched. */
  readonly run?: string;
  readonly progress: (event: Progress) => void;
  /**
   * Within a transaction: fails where the lease was lost under which this work is done, so that
   * nothing of it is written after somebody else began. Absent where no lease is held.
   */
  readonly fence?: () => Promise<void>;
}

/** What a verb says while it works. */
export type Progress =
  | {
      readonly type: 'reading';
      readonly system: SystemName;
      readonly kind: ObjectKind;
      readonly mode: 'full' | 'changes';
      readonly read: number;
      readonly total?: number;
    }
  | { readonly type: 'read'; readonly reading: ReadingReport }
  | {
      readonly type: 'planning';
      readonly target: SystemName;
      readonly considered: number;
      readonly due: number;
    }
  | { readonly type: 'planned'; readonly plan: StoredPlan }
  | {
      readonly type: 'applying';
      readonly target: SystemName;
      readonly done: number;
      readonly failed: number;
      readonly skipped: number;
      readonly total: number;
      /** As the pace so far and the target's own limit have it; absent at first. */
      readonly secondsLeft?: number;
    }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | {
      readonly type: 'waiting';
      readonly system: SystemName;
      readonly seconds: number;
      readonly message: string;
    }
  /** Something beside the work did not go well; the work goes on. */
  | { readonly type: 'remark'; readonly message: string };

/** `held`: a plan waits, or a person has to look. `failed`: a system could not be read or written. */
export type Verdict = 'done' | 'held' | 'failed';

/** A failure of a whole system, as reports show it. */
export interface SystemFailure {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

export interface ReadingReport {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mode: 'full' | 'changes';
  readonly milliseconds: number;
  /** Absent when the reading failed. */
  readonly result?: ReadingResult;
  readonly failure?: SystemFailure;
  /** What the system showed and could not be taken, such as a record without an id: the first of them. */
  readonly problems?: readonly SystemFailure[];
}

export interface TargetReport {
  readonly target: SystemName;
  /** Absent when planning itself failed. */
  readonly plan?: StoredPlan;
  /** Operations done, by action. */
  readonly done: Readonly<Record<string, number>>;
  /** Operations failed, by the failure's code. */
  readonly failed: Readonly<Record<string, number>>;
  /** Operations not carried out, by why. */
  readonly skipped: Readonly<Record<string, number>>;
  /** People for whom nothing was planned, by the fact that decided it (`in-sync`, `missing-required` …). */
  readonly omitted: Readonly<Record<string, number>>;
  /** The system as a whole could not be written; the others were. */
  readonly failure?: SystemFailure;
  readonly planMilliseconds: number;
  readonly applyMilliseconds: number;
}

export interface RunReport {
  readonly run: string;
  readonly verdict: Verdict;
  readonly startedAt: Date;
  readonly milliseconds: number;
  readonly readings: readonly ReadingReport[];
  readonly targets: readonly TargetReport[];
}
