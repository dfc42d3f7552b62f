/**
 * A plan says everything that is about to happen in one target, and why. Whatever reaches a
 * connected system was in a plan first. The operations are rows of the store, not a list in memory.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { DueCause, Escrow } from '../warehouse/subject.ts';

export type PlanId = string;
export type OperationId = string;

/** Why the planner wants this. For people to read; nothing decides by it. */
export type Reason =
  | 'entered-scope'
  | 'returned'
  | 'source-changed'
  | 'linked'
  | 'drifted'
  | 'left-scope'
  | 'unassigned'
  | 'disabled-in-source'
  | 'left'
  | 'reference-arrived'
  | 'requested'
  | 'joined-group'
  | 'left-group'
  | 'orphaned'
  | 'undone';

/** Who, where and why: what all operations have. */
export interface Intent {
  /** Derived from what is to be done, so that planning the same thing twice gives the same id. */
  readonly id: OperationId;
  readonly identity: IdentityId;
  /** What people call the identity. */
  readonly label: string;
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly reason: Reason;
  readonly cause: DueCause;
  /** The due generation it was planned from; an outcome settles only that one. */
  readonly generation: number;
  readonly urgent?: true;
  /** The account belongs to nobody: `identity` only tells it from others, and nothing is settled. */
  readonly unowned?: true;
  /** Identities whose own operation in this plan must be done first: a manager before the report. */
  readonly after: readonly IdentityId[];
  /** Whose accounts were missing when this was planned, so that references to them are not in it. */
  readonly without?: readonly IdentityId[];
  /** Which source supplied what is written, by path: `hr`, `entra`, or several. */
  readonly origins: Readonly<Record<string, string>>;
  /** Present when it failed before: the next failure waits longer. */
  readonly failedBefore?: Pick<Escrow, 'code' | 'attempts' | 'firstFailedAt'>;
  /** The next date that decides about the person, as it was when this was planned. */
  readonly againAt?: Date;
}

interface OnAccount {
  readonly target: ObjectRef;
  /** What must still hold when this is applied; a difference refuses the operation by name. */
  readonly precondition: Precondition;
}

export interface Precondition {
  readonly version?: string;
  /** What the target held for the touched paths when this was planned; absent values are not here. */
  readonly held: Attributes;
  readonly touched: readonly string[];
}

/**
 * A reference to an account that does not exist yet: it will be the one created for this identity.
 * In a value it stands where the account's `$ref` will stand: `{ $new: identity }`.
 */
export interface NewAccount {
  readonly $new: IdentityId;
}

export type Operation = Intent & OperationContent;

/** What is to be done. */
export type OperationContent =
  | {
      readonly action: 'create';
      /** By path; unset ones are absent. */
      readonly attributes: Attributes;
      /** Path and value by which the account would be found, in the configured order. */
      readonly match: Attributes;
    }
  | (OnAccount & {
      readonly action: 'update' | 'disable' | 'enable';
      readonly changes: readonly AttributeChange[];
      /** True when the account is taken over by this operation: matched, not linked before. */
      readonly links?: true;
      /** True when it belongs to nobody afterwards: an undone takeover. */
      readonly unlinks?: true;
      /** Wanted values the account turned out to hold already; from now on they count as asked. */
      readonly adopts?: Attributes;
    })
  | (OnAccount & { readonly action: 'delete'; readonly before: Attributes })
  /** With `unlink`, `adopts` is what counted as asked until then. */
  | (OnAccount & { readonly action: 'link' | 'unlink'; readonly adopts: Attributes })
  | (OnAccount & {
      readonly action: 'add-members' | 'remove-members';
      readonly members: readonly PlannedMember[];
    });

/** One member of a group, with the account that is added or removed. */
export interface PlannedMember {
  readonly identity: IdentityId;
  readonly label: string;
  readonly ref: ObjectRef;
  /** The membership's own due generation. */
  readonly generation: number;
  /** Present when it failed before: the next failure waits longer. */
  readonly attempts?: number;
}

export type Action = Operation['action'];

/** Somebody the plan does nothing for, and the fact that decided it. */
export interface Omission {
  readonly identity: IdentityId;
  readonly label: string;
  readonly generation: number;
  /** Kebab-case, with a section in `docs/errors.md` where it is a refusal. */
  readonly code:
    | 'in-sync'
    | 'ignored'
    | 'out-of-scope'
    | 'not-assigned'
    | 'not-active'
    | 'not-in-pilot'
    | 'left'
    | 'paused'
    | 'missing-required'
    | 'mapping-failed'
    | 'date-unreadable'
    | 'refused-by-precheck'
    | 'ambiguous-match'
    | 'account-taken'
    | 'disabled-in-target'
    | 'unverified-link'
    | 'no-match-value'
    | 'in-flight'
    | 'action-not-allowed'
    | 'write-loop'
    | 'moved-since'
    | 'cannot-be-undone';
  readonly message: string;
  /** False for `in-sync` and for people who simply should not be there: not worth listing as unsent. */
  readonly refused: boolean;
}

/** A guard's request that a person looks before a plan is applied. */
export interface Hold {
  readonly guard:
    | 'first-run'
    | 'first-leavers'
    | 'undo'
    | 'empty-source'
    | 'implausible-reading'
    | 'disables'
    | 'deletions'
    | 'updates'
    | 'memberships'
    | 'attribute-churn'
    | 'identifier-swap'
    | 'failure-rate';
  readonly message: string;
  /** Operations the guard is about, where not all of the plan. */
  readonly actions?: readonly Action[];
  /** Of those, only what changes this path. */
  readonly path?: string;
  /** Of those, only these people's. */
  readonly people?: readonly IdentityId[];
}

export type PlanState =
  | 'building'
  | 'ready'
  | 'held'
  | 'released'
  | 'applying'
  | 'applied'
  | 'superseded';

export interface Plan {
  /** Hash of the content: operations, preconditions, configuration version. */
  readonly id: PlanId;
  readonly target: SystemName;
  readonly createdAt: Date;
  readonly configVersion: string;
  readonly state: PlanState;
  readonly counts: Readonly<Partial<Record<Action, number>>>;
  /** People looked at. */
  readonly considered: number;
  /** Accounts under management when it was made. */
  readonly managed: number;
  /** Empty when the plan may be applied without approval. */
  readonly holds: readonly Hold[];
}
