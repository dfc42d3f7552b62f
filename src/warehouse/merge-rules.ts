/** What merging goes by: the records, and what is said of single attributes. */

import type { Attributes, SystemName } from '../identity/record.ts';
import type { Expression } from '../mapping/evaluate.ts';
import type { EvaluationContext, Scope } from '../mapping/mapping.ts';
import type { SourceRules } from './warehouse.ts';

/** A record joined to the identity, as identity attributes. */
export interface Contribution {
  readonly rules: Pick<
    SourceRules,
    'system' | 'kind' | 'authority' | 'precedence' | 'defaultPrecedence' | 'authoritative'
  >;
  readonly id: string;
  readonly attributes: Attributes;
  /** False for a record that is gone; its last values still count once nobody vouches any more. */
  readonly present: boolean;
  /** When its system last changed what this attribute is read from, where that is known. */
  readonly changedAt?: (attribute: string) => number | undefined;
}

/** What merging may use besides the records. */
export interface Merging {
  readonly rules: AttributeRules;
  readonly now: Date;
  /** `[hr/dept]`. */
  readonly record: EvaluationContext['record'];
  /** What was computed before: what is drawn once, and what stays when an expression fails. */
  readonly kept: Attributes;
}

/** Of one kind of identity. */
export interface AttributeRules {
  /** Each after whatever it reads. */
  readonly ordered: readonly AttributeRule[];
  readonly byName: ReadonlyMap<string, AttributeRule>;
  /** Whether any value is chosen by when it changed. */
  readonly recency: boolean;
  /** Raw attributes that any expression reads, as `system/attribute`. */
  readonly raw: readonly string[];
  /** Changes when any of this does; then every identity is merged again, in batches. */
  readonly fingerprint: string;
}

export interface AttributeRule {
  readonly attribute: string;
  readonly merge: 'precedence' | 'recency' | 'union';
  /** Whose values count, in this order; everybody's, by rank, where it is absent. */
  readonly from?: readonly Supplier[];
  readonly computed?: Computed;
}

/** A source of one attribute. */
export interface Supplier {
  readonly system: SystemName;
  /** Counts only while this holds of the identity, as far as it is decided before. */
  readonly when?: Scope;
  /** That it has no value is a value. */
  readonly authoritative?: true;
}

export interface Computed {
  /** `default`: only where no source supplies a value. */
  readonly as: 'always' | 'default';
  readonly expression: Expression;
  /** Of a value nobody else may have: how long nobody else gets one that has become free. */
  readonly reuseAfterSeconds: number;
}
