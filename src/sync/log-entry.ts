/** An operation in the provisioning log, with the five steps it came about by. */

import type { KeptExchange } from '../apply/exchange.ts';
import type { Attributes, AttributeValue, ObjectRef } from '../identity/record.ts';
import type { Reason } from '../plan/plan.ts';
import type { Step } from '../plan/trace.ts';
import type { DueCause } from '../warehouse/subject.ts';
import type { OutcomeRow, PlanMaking } from './ledger.ts';

export interface LogEntry extends OutcomeRow {
  readonly steps: LogSteps;
}

/** As it was then: nothing here is asked of today's records or configuration. */
export interface LogSteps {
  readonly import: ImportStep;
  readonly scope: ScopeStep;
  readonly match: MatchStep;
  readonly plan: PlanStep;
  readonly write: WriteStep;
}

/** Where it came from. */
export interface ImportStep {
  readonly cause: DueCause;
  /** When that came in. */
  readonly since?: Date;
  readonly records: readonly ObjectRef[];
  /** How far every source had been read. */
  readonly sources: PlanMaking['sources'];
}

/** Whether the account should be there, and the facts that decide it. */
export interface ScopeStep {
  readonly reason: Reason;
  /** Absent where the operation was not about that: memberships, what an undo puts back. */
  readonly verdict?: boolean;
  readonly facts: readonly Step[];
}

export interface MatchStep {
  readonly result: 'linked' | 'found' | 'none';
  readonly account?: ObjectRef;
  /** The path by which it was found, where that is known. */
  readonly by?: string;
  /** By which it was looked for and not found. */
  readonly tried: readonly { readonly path: string; readonly value: AttributeValue }[];
}

export interface PlanStep {
  readonly plan: string;
  readonly madeAt?: Date;
  readonly configVersion?: string;
  readonly changes: readonly PlannedChange[];
  /** What the account had to hold when it was written. */
  readonly held?: Attributes;
}

/** One attribute, and the rule it follows from. */
export interface PlannedChange {
  readonly type: 'mapping';
  readonly path: string;
  readonly before?: AttributeValue;
  /** Absent: it is cleared. */
  readonly after?: AttributeValue;
  /** Absent where no rule of the mapping says so: an account is disabled because its owner left. */
  readonly expression?: string;
  /** What the expression read; what had no value is not here. */
  readonly inputs: Attributes;
  /** Which source supplied it. */
  readonly origin?: string;
}

export interface WriteStep {
  readonly result: OutcomeRow['type'];
  readonly attempts?: number;
  readonly milliseconds: number;
  readonly exchanges: readonly KeptExchange[];
  /** What can be done now, where something went wrong. */
  readonly remedy?: string;
}
