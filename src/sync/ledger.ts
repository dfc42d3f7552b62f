/** What the verbs ask of the store beside warehouse and plans: leases, runs, outcomes, health. */

import type { KeptExchange } from '../apply/exchange.ts';
import type { Failure, Outcome } from '../apply/outcome.ts';
import type { AttributeChange } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { KeptRules } from '../plan/basis.ts';
import type { Release } from '../plan/desired.ts';
import type { Evidence } from '../plan/evidence.ts';
import type { Operation } from '../plan/plan.ts';
import type { PlanKey } from '../plan/plans.ts';
import type { Counted } from '../plan/window.ts';
import type { RunReport } from './engine.ts';

export type RunId = string;

export interface Ledger {
  lease(lane: string): Promise<Lease | undefined>;
  /**
   * Takes a lane for which `seen` is still the newest token, or nothing when somebody was faster.
   * The new token is the next one: of two holders, the later has the higher.
   */
  takeLease(
    lane: string,
    seen: number,
    holder: LeaseHolder,
    until: Date,
  ): Promise<number | undefined>;
  /** False when the lease was lost to another holder: whatever still runs under it must stop. */
  renewLease(lane: string, token: number, until: Date): Promise<boolean>;
  dropLease(lane: string, token: number): Promise<void>;

  beginRun(id: RunId, startedAt: Date, trigger: string): Promise<void>;
  endRun(report: RunReport): Promise<void>;
  /** The newest first. */
  runs(limit: number): Promise<readonly RunRow[]>;
  run(id: RunId): Promise<RunRow | undefined>;

  recordOutcomes(rows: readonly OutcomeEntry[]): Promise<void>;
  /** The newest first. */
  outcomes(query: OutcomeQuery): AsyncIterable<OutcomeRow>;
  /** The same, with all that is kept of them. */
  details(query: OutcomeQuery): AsyncIterable<OutcomeDetail>;
  /** Reports of older runs; the newest run is always kept. */
  forgetRuns(before: Date): Promise<void>;

  /** Adds to what was done in a system, as guards count it. */
  addActivity(system: SystemName, at: Date, counts: ReadonlyMap<Counted, number>): Promise<void>;
  /** What was done since, to within some minutes. */
  activity(system: SystemName, since: Date): Promise<ReadonlyMap<Counted, number>>;
  forgetActivity(before: Date): Promise<void>;
  /** What was written to accounts of these people since, in order; who is not there was not written. */
  writtenSince(
    system: SystemName,
    identities: readonly IdentityId[],
    since: Date,
  ): Promise<ReadonlyMap<IdentityId, readonly AttributeChange[]>>;

  health(system: SystemName): Promise<SystemHealth>;
  setHealth(system: SystemName, health: SystemHealth): Promise<void>;

  /** What a person lets be done to an account, once. */
  releaseAccount(
    target: SystemName,
    identity: IdentityId,
    at: Date,
    release: Release,
  ): Promise<void>;
  releasedAccounts(target: SystemName): Promise<ReadonlyMap<IdentityId, Release>>;
  spendRelease(target: SystemName, identities: readonly IdentityId[]): Promise<void>;
}

/** A process, told from a later one with the same number by when it began. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  /** As the operating system tells it; compared, never interpreted. */
  readonly processStart: string;
}

export interface Lease {
  readonly token: number;
  /** Absent while nobody has it. */
  readonly holder?: LeaseHolder;
  readonly until: Date;
}

export interface RunRow {
  readonly id: RunId;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  /** Absent when it is still running, or died. */
  readonly report?: RunReport;
}

/** An outcome as it is recorded: its operation is a row of its plan already. */
export interface OutcomeEntry {
  readonly at: Date;
  readonly run: RunId;
  readonly plan: PlanKey;
  readonly position: number;
  readonly outcome: Outcome;
}

export interface OutcomeRow {
  /** Names it in the log: its plan, a dot, its position there. */
  readonly entry: string;
  readonly at: Date;
  readonly run: RunId;
  readonly plan: PlanKey;
  readonly type: Outcome['type'];
  readonly operation: Operation;
  readonly milliseconds: number;
  /** How many times it was sent; absent where it is not known. */
  readonly attempts?: number;
  readonly failure?: Failure;
  /** Why it was skipped. */
  readonly why?: string;
  readonly message?: string;
  readonly fields?: readonly string[];
}

/** An outcome with what is kept of how it came about. */
export interface OutcomeDetail extends OutcomeRow {
  /** Absent where no rule of a mapping decided: memberships, an undo, a plan from a file. */
  readonly evidence?: Evidence;
  readonly made?: PlanMaking;
  readonly exchanges: readonly KeptExchange[];
}

/** How a plan was made. */
export interface PlanMaking {
  readonly id: string;
  readonly createdAt: Date;
  readonly configVersion: string;
  /** How far every source was read then. */
  readonly sources: readonly {
    readonly system: SystemName;
    readonly kind: ObjectKind;
    readonly readAt: Date;
  }[];
  readonly rules?: KeptRules;
}

export interface OutcomeQuery {
  readonly limit: number;
  readonly target?: SystemName;
  readonly run?: RunId;
  readonly identity?: IdentityId;
  readonly code?: string;
  readonly type?: OutcomeRow['type'];
  readonly since?: Date;
  /** Only what is older. */
  readonly until?: Date;
  /** Only this one; the plan's key may be cut short. */
  readonly entry?: string;
}

/** Whether a system is written to at all. */
export interface SystemHealth {
  readonly state: 'well' | 'quarantined';
  readonly code?: string;
  readonly message?: string;
  readonly since?: Date;
  /** When it is tried again with a single operation. */
  readonly probeAt?: Date;
  readonly attempts: number;
  /** Too much of a run failed; until a person or a changed configuration says so, plans are held. */
  readonly stopped?: Stopped;
}

export interface Stopped {
  readonly message: string;
  readonly configVersion: string;
}
