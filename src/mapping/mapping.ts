/**
 * What a target should hold for an identity: expressions compiled once, evaluated for everybody.
 * Pure: clock, random draws and the values already taken are handed in.
 */

import type { Attributes, AttributeValue, SystemName } from '../identity/record.ts';
import type { DateRules } from './zone.ts';

/** One row of `map`, as configuration has it. */
export interface MappingRow {
  /** Target attribute path, such as `emails[type eq "work"].value`. */
  readonly path: string;
  /** In Entra's mapping language. */
  readonly expression: string;
  /** Used on creation when the expression has no value. */
  readonly default?: string;
  /** `create` sets a first value and leaves later edits in the target alone. */
  readonly when: 'always' | 'create';
  /** What an update does when there is no value. */
  readonly onNull: 'clear' | 'leave' | 'default';
  /** Of `SelectUniqueValue`: how long nobody else gets a value that has become free. */
  readonly reuseAfterSeconds?: number;
}

/** What an evaluation may use besides the identity's attributes. */
export interface EvaluationContext {
  readonly now: Date;
  /** Attributes that exist only towards one target: `IsSoftDeleted`, `appRoleAssignments`. */
  readonly target?: Attributes;
  /** `[hr/dept]`: the raw record of one system joined to the identity. */
  readonly record?: (system: SystemName) => Attributes | undefined;
  /** Whether the target already has this value, for `SelectUniqueValue`. */
  readonly taken?: (value: string) => boolean;
  readonly defaultDomain?: string;
  /** Uniform in [0, 1); cryptographic outside of tests. */
  readonly random?: () => number;
}

/** What one row asks of the target. */
export type Desired =
  | {
      readonly type: 'value';
      readonly path: string;
      readonly value: AttributeValue;
      readonly when: 'always' | 'create';
    }
  | { readonly type: 'clear'; readonly path: string }
  /** Neither set nor cleared: no value and `onNull: leave`, or the expression ignored the flow. */
  | { readonly type: 'leave'; readonly path: string }
  | {
      readonly type: 'failed';
      readonly path: string;
      readonly code: string;
      readonly message: string;
    };

/** One compiled row, with what `explain` needs to show it. */
export interface CompiledRow {
  readonly row: MappingRow;
  /** Names of identity attributes and `system/attribute` pairs the expression reads. */
  readonly inputs: readonly string[];
  /** The expression holds `Redact`: whoever shows or logs the value shows `[Redact]` instead. */
  readonly redacted?: true;
  /** Reads the time: what it asks for may change by itself. */
  readonly timed?: true;
  desired(
    attributes: Attributes,
    context: EvaluationContext,
    purpose: 'create' | 'update',
  ): Desired;
  /**
   * Of `SelectUniqueValue`: what it would choose from, in order, so that the caller can look all of
   * it up in the target before `desired` asks `context.taken`.
   */
  candidates?(attributes: Attributes, context: EvaluationContext): Iterable<string>;
}

export interface Mapping {
  readonly rows: readonly CompiledRow[];
  /** Everything any row reads. */
  readonly inputs: readonly string[];
  /**
   * Whether `IgnoreObjectFlow` leaves the identity out of this target altogether: not created, not
   * changed, not disabled. There only where an expression has that word.
   */
  omits?(attributes: Attributes, context: EvaluationContext): boolean;
}

/** A compiled scope: a SCIM filter over the identity's attributes, with `matches`. */
export interface Scope {
  readonly text: string;
  readonly inputs: readonly string[];
  includes(attributes: Attributes, now: Date): boolean;
  /** Each clause with its value and verdict, for `explain`; the first false one decides. */
  clauses(attributes: Attributes, now: Date): readonly ClauseVerdict[];
  /** There only where the filter compares with the time it is asked at. */
  readonly dated?: DatedScope;
}

export interface DatedScope {
  readonly rules: DateRules;
  /** When the answer may next change though nothing is said anew. */
  turnsAt(attributes: Attributes, now: Date): Date | undefined;
  /** Attributes it compares that have a value which is no date. */
  unreadable(attributes: Attributes): readonly string[];
}

export interface ClauseVerdict {
  readonly clause: string;
  readonly verdict: boolean;
  /** The values the clause looked at, by attribute path. */
  readonly seen: Readonly<Record<string, AttributeValue>>;
}

/** From a record's own attributes to identity attributes, for reading. */
export interface ReadMap {
  /** Attributes of the system that are needed, for `$select`. */
  readonly inputs: readonly string[];
  /** Any row reads the time: what it makes of a record may change by itself. */
  readonly timed?: true;
  /** What an identity attribute is read from. */
  inputsOf?(attribute: string): readonly string[];
  /**
   * @param onFailure Told of each attribute whose expression failed for this record; such an
   *   attribute is left out, and whoever keeps an earlier value can keep it.
   */
  map(record: Attributes, now: Date, onFailure?: (failure: ReadFailure) => void): Attributes;
}

export interface ReadFailure {
  readonly attribute: string;
  readonly code: string;
  readonly message: string;
}
