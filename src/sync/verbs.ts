/** Everything a person or a program can ask of an engine: what the command line and the API call. */

import type { Checkpoint } from '../audit/checkpoint.ts';
import type { AuditEntry } from '../audit/entry.ts';
import type { AuditQuery } from '../audit/trail.ts';
import type { AuditVerdict } from '../audit/verify.ts';
import type { Identity, IdentityId } from '../identity/identity.ts';
import type {
  Attributes,
  AttributeValue,
  IdentityRecord,
  Reference,
  SystemName,
} from '../identity/record.ts';
import type { Action, Omission, Operation } from '../plan/plan.ts';
import type { PlanKey, PlannedOperation, StoredPlan } from '../plan/plans.ts';
import type { Step } from '../plan/trace.ts';
import type { AttributeChoice } from '../warehouse/choices.ts';
import type { Choice, Decision, DecisionId, ReviewCase } from '../warehouse/decision.ts';
import type { GroupMembers } from '../warehouse/membership.ts';
import type { RuleGroupMember, RuleStanding } from '../warehouse/rule-group-views.ts';
import type { Account, Due, InFlight } from '../warehouse/subject.ts';
import type { ReviewItem } from '../warehouse/warehouse.ts';
import type { ReadingReport, RunReport, SystemFailure, Verdict, Watch } from './engine.ts';
import type { ShownRuleGroup } from './groups.ts';
import type { HistoryRequest, PersonHistory, ShownIdentity, ShowRequest } from './history.ts';
import type { OutcomeQuery, OutcomeRow, RunId, RunRow, SystemHealth } from './ledger.ts';
import type { LogEntry } from './log-entry.ts';
import type { SuppressedRecord } from './privacy-allow.ts';
import type { EraseRequest, Erasure } from './privacy-erase.ts';
import type { PersonExport } from './privacy-export.ts';
import type { ErasurePlan, ErasureRequest } from './privacy-plan.ts';
import type { PrivacyReport } from './privacy-report.ts';
import type { ReconcileReport, ReconcileRequest } from './reconcile.ts';
import type { DriftQuery, DriftRow } from './reconcile-storage.ts';
import type { UndoReport, UndoRequest } from './undo.ts';

export interface Verbs {
  /** Reads what changed, plans, and applies what is not held. */
  run(request: RunRequest, watch: Watch): Promise<RunReport>;
  /** Reads what changed and plans; writes to no target. */
  plan(request: PlanRequest, watch: Watch): Promise<PlanReport>;
  /** Carries out exactly the plan of a file, as `planFile` wrote it. */
  apply(lines: AsyncIterable<string>, watch: Watch): Promise<RunReport>;
  /** Lets a held plan go, or one account that was disabled in the target be enabled again. */
  release(request: ReleaseRequest, watch: Watch): Promise<RunReport>;
  /** This one now, ahead of everything. */
  provision(request: PersonRequest, watch: Watch): Promise<ProvisionReport>;
  /** Why, why not, and what if: one explanation for each target asked for. Writes nothing. */
  explain(request: ExplainRequest, watch: Watch): Promise<Explained>;
  /** Reads a target to its end and tells, writes over or accepts what others changed there. */
  reconcile(request: ReconcileRequest, watch: Watch): Promise<ReconcileReport>;
  /** What was found in targets when they were reconciled last. */
  drift(query: DriftQuery): AsyncIterable<DriftRow>;
  /** Plans the inverse of a run, for a person to release. */
  undo(request: UndoRequest, watch: Watch): Promise<UndoReport>;
  /** Lets those be written again whom the undo of a run put back. */
  resume(run: RunId, watch: Watch): Promise<RunReport>;
  status(): Promise<StatusReport>;
  log(query: OutcomeQuery): AsyncIterable<OutcomeRow>;
  /** The same, step by step. */
  entries(query: OutcomeQuery): AsyncIterable<LogEntry>;
  /** Who was not provisioned, and why. */
  unsent(target?: SystemName): AsyncIterable<Unsent>;
  runs(limit: number): Promise<readonly RunRow[]>;
  reviews(): Promise<readonly ReviewItem[]>;
  /** One matter of the queue with everybody it is about, by id or the beginning of it. */
  review(id: string): Promise<ReviewCase>;
  /** Candidates by identity id, by their number in the list, or by what they are called. */
  decideReview(id: string, choice: Choice): Promise<Decision>;
  /** What people decided about who is who, the newest first. */
  decisions(limit: number): Promise<readonly Decision[]>;
  undoDecision(id: DecisionId): Promise<Decision>;
  /** Two identities are one person: everything of the other becomes the first's. */
  mergePeople(request: MergeRequest): Promise<Decision>;
  /** One identity is two people, who are never joined again. */
  unmergePerson(request: UnmergeRequest): Promise<Decision>;
  /** The operations of a plan in the order they are applied. */
  operations(key: PlanKey): AsyncIterable<PlannedOperation>;
  /** The people a plan refuses. */
  refusals(key: PlanKey): AsyncIterable<Omission>;
  /** A plan as the lines of a file: a header with its hash, then one operation a line. */
  planFile(key: PlanKey): AsyncIterable<string>;
  /** In the order of the configuration. */
  systems(): Promise<readonly SystemName[]>;
  /** Who somebody is, or was then: every value with its origin, its age and its losers. */
  showIdentity(request: ShowRequest): Promise<ShownIdentity>;
  /** What changed about somebody, from which source, in which run. */
  identityHistory(request: HistoryRequest): Promise<PersonHistory>;
  /** Everybody known by a name: identity id, user name, e-mail, employee number, display name. */
  people(name: string): Promise<readonly Identity[]>;
  /** Groups made by rule, in the order of the configuration. */
  groups(): Promise<readonly ShownRuleGroup[]>;
  /** Of one of them, with why. */
  groupMembers(group: string): AsyncIterable<RuleGroupMember>;
  /** By key, by a system whose current one it is, or by id or the beginning of one. */
  findPlan(name: string): Promise<StoredPlan | undefined>;
  findRun(id: RunId): Promise<RunRow | undefined>;
  /** Who did what, the newest first. */
  audit(query: AuditRequest): AsyncIterable<AuditEntry>;
  /** Whether the audit trail is what was written. */
  verifyAudit(checkpoint?: Checkpoint): Promise<AuditVerdict>;
  auditCheckpoint(): Promise<Checkpoint>;
  /** Everything that is stored about one person. */
  exportPerson(person: string): Promise<PersonExport>;
  /** What an erasure would take away and leave, and what stands in its way. */
  planErasure(request: ErasureRequest): Promise<ErasurePlan>;
  /** Takes everything about one person away that need not be kept. */
  erasePerson(request: EraseRequest, watch: Watch): Promise<Erasure>;
  /** Proofs, the newest first. */
  erasures(limit: number): Promise<readonly Erasure[]>;
  /** A record that was suppressed may be taken again. */
  allowRecord(record: SuppressedRecord): Promise<void>;
  /** What is read about people, what for, and for nothing. */
  privacyReport(): Promise<PrivacyReport>;
}

export interface AuditRequest extends AuditQuery {
  /** It leaves as a file, which is told to the trail as well. */
  readonly format?: 'csv' | 'json';
}

export interface MergeRequest {
  readonly person: string;
  readonly other: string;
}

export interface UnmergeRequest {
  readonly person: string;
  /** What is somebody else's; absent: what was put together last. */
  readonly records?: readonly { readonly system: SystemName; readonly id: string }[];
}

export interface RunRequest {
  /** Sources and targets to take part; all when absent. */
  readonly systems?: readonly SystemName[];
  /** Of the sources that take part, only these are read. */
  readonly sources?: readonly SystemName[];
  /** Of the targets that take part, only these; sources are read all the same. */
  readonly targets?: readonly SystemName[];
  /** Read everything, not only what changed. */
  readonly full?: boolean;
  /** What started it: `command`, `schedule`, `api`. Only a typed command lets a first run go unheld. */
  readonly trigger: 'command' | 'schedule' | 'api';
  /** The run's id, for whoever has to name it before it has ended; drawn when absent. */
  readonly run?: RunId;
}

export interface PlanRequest {
  readonly systems?: readonly SystemName[];
  readonly full?: boolean;
}

export interface PlanReport {
  readonly verdict: Verdict;
  readonly readings: readonly ReadingReport[];
  readonly targets: readonly PlannedTarget[];
}

export interface PlannedTarget {
  readonly target: SystemName;
  readonly plan?: StoredPlan;
  /** People for whom nothing is planned, by the fact that decided it. */
  readonly omitted: Readonly<Record<string, number>>;
  readonly failure?: SystemFailure;
  readonly milliseconds: number;
}

/** Of a held plan, only a part; people by any naming value. */
export interface PartRequest {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly actions?: readonly Action[];
}

/**
 * A system's current plan, a plan by id, what the readings of a system lacked, or one person's
 * account in a system.
 */
export type ReleaseRequest =
  | ({ readonly type: 'system'; readonly system?: SystemName } & PartRequest)
  | ({ readonly type: 'plan'; readonly plan: string } & PartRequest)
  | { readonly type: 'absences'; readonly system: SystemName }
  | { readonly type: 'person'; readonly person: string; readonly system?: SystemName };

export interface PersonRequest {
  /** Identity id, or any naming value: user name, e-mail, employee number, display name. */
  readonly person: string;
  readonly system?: SystemName;
}

export interface ProvisionReport {
  readonly verdict: Verdict;
  readonly identity: IdentityId;
  readonly label: string;
  readonly targets: readonly {
    readonly target: SystemName;
    readonly outcomes: readonly OutcomeRow[];
    readonly omission?: Omission;
    readonly failure?: SystemFailure;
    /** Seconds until the target shows the change to readers, where that is known. */
    readonly visibleAfterSeconds?: number;
  }[];
}

export interface ExplainRequest extends PersonRequest {
  /** "What if": identity attributes as text; an empty text takes the value away. */
  readonly set?: Readonly<Record<string, string>>;
  /** "What if" this source said nothing of the person. */
  readonly without?: SystemName;
  /** As of then: to come, with what is known today; or past, with what was known then. */
  readonly at?: Date;
  /** The same, and refused where it is to come. */
  readonly asOf?: Date;
  /** Also where this value comes from: an attribute of the identity, or a path of a target. */
  readonly attribute?: string;
  /** Of memberships only that of this group, by name; then also why there is none. */
  readonly group?: string;
}

export interface Explained {
  readonly identity: Identity;
  readonly label: string;
  /** The records joined to the identity, as their systems hold them. */
  readonly records: readonly IdentityRecord[];
  /** What was assumed for this explanation only. */
  readonly assumed: Attributes;
  /** The source that was taken to say nothing. */
  readonly without?: SystemName;
  readonly at?: Date;
  /**
   * The moment is past: who they were then, and what they had, by the rules of today. What was in
   * targets then is told as far as it was logged.
   */
  readonly past?: { readonly logged: boolean };
  /** Of a person: every group made by rule, and why she is in it or not. */
  readonly ruleGroups: readonly RuleStanding[];
  /** Whom references name. */
  readonly names: readonly NamedReference[];
  /** Where the values come from that were asked for. */
  readonly values?: readonly ValueExplanation[];
  readonly targets: readonly TargetExplanation[];
}

/** One target's part, in the order in which the planner looks at things. */
export interface TargetExplanation {
  readonly target: SystemName;
  readonly account?: Account;
  readonly due?: Due;
  readonly inFlight?: InFlight;
  readonly steps: readonly Step[];
  /** What a run would do, or why nothing. */
  readonly decision: Operation | Omission;
  /** The fact that decides, where nothing would be done. */
  readonly fact?: { readonly message: string };
  /** What stands between the decision and its being done. */
  readonly waits: readonly Wait[];
  readonly link?: AccountLink;
  /** The last few things that happened. */
  readonly history: readonly OutcomeRow[];
  /** Groups the person or group is in, or should be. */
  readonly memberships?: readonly MembershipExplanation[];
  /** Of a group: its own members, in numbers. */
  readonly members?: GroupMembers;
}

export interface NamedReference {
  readonly ref: Reference;
  readonly label: string;
}

/** One attribute of an identity, and everybody who offers it. */
export interface ValueExplanation {
  readonly path: string;
  readonly value?: AttributeValue;
  readonly origin?: SystemName;
  /** By which it was chosen; absent of the past. */
  readonly rule?: AttributeChoice['rule'];
  readonly computed?: AttributeChoice['computed'] & object;
  /** The smallest rank of those present wins, unless the rule says otherwise. */
  readonly offers: readonly {
    readonly path: string;
    readonly system: SystemName;
    /** Absent where it has the say, and that it has none counts. */
    readonly value?: AttributeValue;
    readonly rank: number;
    readonly present: boolean;
    readonly wins: boolean;
    /** That it has no value would be a value. */
    readonly authoritative?: true;
    /** Why it counts or does not; absent of the past. */
    readonly verdict?: AttributeChoice['asked'][number]['verdict'];
    /** When the system was last seen, or said, to change it; absent while it never was. */
    readonly changedAt?: Date;
    /** The record was first read then. */
    readonly readSince?: Date;
  }[];
}

export interface Wait {
  readonly type: 'escrow' | 'date' | 'deletion' | 'quarantine' | 'held' | 'pause';
  readonly message: string;
  readonly until?: Date;
  /** Whether it has ended by the time that was asked for; with `until`. */
  readonly over?: boolean;
}

/** How an account became somebody's. */
export interface AccountLink {
  readonly how: 'created' | 'matched' | 'joined' | 'unrecorded';
  readonly at?: Date;
  readonly run?: RunId;
}

export interface MembershipExplanation {
  readonly group: string;
  readonly verdict: 'member' | 'joins' | 'leaves' | 'waits' | 'failed' | 'not';
  /** The fact that decides. */
  readonly why: string;
}

/** Somebody who is not in a target although they should be. */
export interface Unsent {
  readonly target: SystemName;
  readonly identity: IdentityId;
  readonly label: string;
  readonly code: string;
  readonly message: string;
  readonly since: Date;
  readonly attempts: number;
  readonly nextAttemptAt?: Date;
}

export interface StatusReport {
  readonly sources: readonly {
    readonly system: SystemName;
    readonly kind: string;
    readonly readAt?: Date;
    readonly records: number;
    /** What its last reading lacked and is not believed to be gone; `lockstep release --absences`. */
    readonly withheld?: { readonly absent: number; readonly before: number };
  }[];
  readonly targets: readonly {
    readonly target: SystemName;
    readonly managed: number;
    readonly due: number;
    /** The oldest change that is not in the target yet. */
    readonly oldestDue?: Date;
    /** People on whom a date decides: how many, and the first of these dates. */
    readonly dates?: { readonly people: number; readonly next: Date };
    readonly escrowed: number;
    readonly refused: number;
    readonly health: SystemHealth;
    /** Differences that wait for a person, as reconciling found them last. */
    readonly drift?: number;
    /** People who stay as an undo put them. */
    readonly paused?: number;
    readonly plan?: StoredPlan;
    /** Of a held plan: until when it can be let go. */
    readonly expiresAt?: Date;
  }[];
  /** Which process is at work on what now: one at a time reads a source, or writes a target. */
  readonly lanes: readonly {
    readonly work: 'read' | 'write';
    readonly system: SystemName;
    readonly host: string;
    readonly pid: number;
  }[];
  readonly lastRun?: RunRow;
  readonly reviews: number;
}
