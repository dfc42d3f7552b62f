/** One target as the planner sees it: what should be there, what may be done, and how it behaves. */

import type { TargetTraits } from '../connectors/spi/index.ts';
import type { ObjectKind, Scalar, SystemName } from '../identity/record.ts';
import type { Mapping, Scope } from '../mapping/mapping.ts';

export interface Target {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mapping: Mapping;
  /** Absent: everybody. */
  readonly scope?: Scope;
  /** Only who is assigned to this application, directly or by group. */
  readonly assigned?: { readonly system: SystemName; readonly application: string };
  /** Paths an account is looked for by, in order; the first unique hit decides. */
  readonly match: readonly string[];
  /** Paths whose value proves that two accounts are one person's: no identifier is rewritten on a link by another. */
  readonly verified: readonly string[];
  /** Paths without which the target refuses a person, after defaults. */
  readonly required: readonly string[];
  readonly do: ReadonlySet<Permitted>;
  readonly leave: Leave;
  readonly limits: Readonly<Record<GuardedAction, Limit>>;
  readonly firstRun: 'hold' | 'go';
  /** Naming values of the only people who are written while it is set. */
  readonly pilot?: readonly string[];
  /** The path that enables an account, where the target has one. */
  readonly enabledPath?: string;
  /** Paths that are sent with a create and never changed afterwards. */
  readonly createOnly: readonly string[];
  /** Values an update never sends, because the target takes them on creation only. */
  readonly createOnlyValues: readonly { readonly path: string; readonly value: Scalar }[];
  readonly referenceRules: readonly ReferenceRule[];
  readonly traits: Partial<TargetTraits>;
  /** Identity attributes that tell whether a record is switched off at its source. */
  readonly defaultDomain?: string;
  /** Changes with mapping, scope and policy. */
  readonly fingerprint: string;
}

export type Permitted = 'create' | 'update' | 'disable' | 'delete';

/** What becomes of the account of somebody who is out, disabled or gone. */
export type Leave =
  | { readonly type: 'disable' | 'delete' | 'keep' }
  | { readonly type: 'delete-after'; readonly days: number };

export type GuardedAction = 'disable' | 'delete' | 'update';

/** Held when both are exceeded. */
export interface Limit {
  /** 0 to 1 of the accounts under management. */
  readonly share: number;
  readonly count: number;
}

/** The target refuses who refers to an account of which this holds: a manager who is an IT admin. */
export interface ReferenceRule {
  /** The referring path, such as the enterprise extension's `manager`. */
  readonly path: string;
  /** A path of the account referred to, and the values that forbid it. */
  readonly forbidden: { readonly path: string; readonly values: readonly Scalar[] };
  /** Why, for people: `Ramp accepts no manager with the role IT Admin`. */
  readonly message: string;
}
