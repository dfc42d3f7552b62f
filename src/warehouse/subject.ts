import type { Identity, IdentityId } from '../identity/identity.ts';
import type {
  AppRole,
  Attributes,
  AttributeValue,
  IdentityRecord,
  ObjectRef,
  SystemName,
} from '../identity/record.ts';

/**
 * One row of the one work list: an identity that has to be brought in line with a target. A changed
 * record makes it due now, a failed operation later, a date then. Planning consumes nothing; an
 * outcome settles only the generation it was planned from.
 */
export interface Due {
  readonly identity: IdentityId;
  readonly target: SystemName;
  readonly generation: number;
  /** Why: `changed`, `retry`, `configuration`, `reference`, `reconcile`, `requested`, `date`. */
  readonly cause: DueCause;
  readonly since: Date;
  readonly notBefore?: Date;
  readonly urgent?: true;
  /** Present while the identity is in escrow: what went wrong last, and how many times. */
  readonly escrow?: Escrow;
}

export type DueCause =
  | 'changed'
  | 'retry'
  | 'configuration'
  | 'reference'
  | 'reconcile'
  | 'requested'
  | 'date';

export interface Escrow {
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstFailedAt: Date;
}

/**
 * In `asked`: nobody knows whether what was last asked of this path was done. It is like nothing that
 * could be wanted, so whatever is wanted next is asked again.
 */
export const UNSURE: AttributeValue = { $unsure: true };

export function isUnsure(asked: AttributeValue | undefined): boolean {
  return typeof asked === 'object' && '$unsure' in asked;
}

/** What may or may not have been done to an account: its answer was lost, or we died before it came. */
export interface Doubt {
  readonly identity: IdentityId;
  readonly account: ObjectRef;
  readonly paths: readonly string[];
  /** If the account is off now, it was us. */
  readonly disables: boolean;
  /** It was about to be taken over: it is theirs from now on. What is known of what it holds. */
  readonly links?: Attributes;
}

/** The account of an identity in a target, and what we know of it. */
export interface Account {
  readonly ref: ObjectRef;
  /** As last read or last answered. */
  readonly current: Attributes;
  readonly version?: string;
  /**
   * What we last asked, by path. We write where desired differs from asked. A path we asked to hold
   * nothing is here with the empty list, the one place where that occurs.
   */
  readonly asked: Attributes;
  /** What the target held afterwards, by path. A difference between current and answered is drift. */
  readonly answered: Attributes;
  /** Who turned the account off, where that is known: us, or somebody in the target. */
  readonly disabledBy?: 'us' | 'other';
  /** When we turned it off; present while `disabledBy` is `us`. */
  readonly disabledAt?: Date;
  /** The account is gone from the target although nobody here deleted it. */
  readonly missing?: true;
}

/** A create that was sent and whose answer has not been recorded. */
export interface InFlight {
  readonly operation: string;
  readonly since: Date;
  /** Match attributes of the account as it was asked for, by path. */
  readonly match: Attributes;
}

/**
 * A create that the target refused because such an account is there. It may be ours: on the way a
 * request is delivered twice at times, and the second answer is the one that arrives.
 */
export interface RefusedCreate {
  readonly since: Date;
  /** Everything that was asked for, by path. */
  readonly asked: Attributes;
}

/** Where a reference of the identity leads in this target. */
export type ResolvedReference =
  | { readonly type: 'account'; readonly ref: ObjectRef; readonly attributes: Attributes }
  /** The referent is known here, but has no account in the target yet. */
  | { readonly type: 'pending'; readonly identity: IdentityId }
  /** Nobody we know: kept as dangling until a record brings it. */
  | { readonly type: 'unknown' };

/** Everything the planner needs to know about one identity and one target. */
export interface Subject {
  readonly identity: Identity;
  readonly target: SystemName;
  /** Absent when the subject was asked for by name (`explain`, `--set`) and nothing is due. */
  readonly due?: Due;
  readonly account?: Account;
  readonly inFlight?: InFlight;
  readonly refusedCreate?: RefusedCreate;
  /** Roles of the assignments to the target's application; absent when it has no `assigned` rule. */
  readonly assigned?: {
    readonly direct: boolean;
    /** Labels of the assigned groups the identity is a direct member of. */
    readonly groups: readonly string[];
    readonly roles: readonly AppRole[];
  };
  /** By attribute name; for every reference value among the identity's attributes. */
  readonly references: Readonly<Record<string, ResolvedReference>>;
  /** True when at least one other identity's manager reference leads here. */
  readonly hasReports: boolean;
  /** Of what cannot be switched off, and waits to be deleted: since when it has been out. */
  readonly outSince?: Date;
  /** The person left, but the source may still bring her back as the same object (recycle bin). */
  readonly recoverable?: true;
  /** The raw records joined to the identity; of somebody who left, also the last of those gone. */
  readonly records: readonly IdentityRecord[];
}

/** A record of a source, as identity attributes. */
export interface Offer {
  readonly ref: ObjectRef;
  /** False for a record that is gone, or does not count now. */
  readonly present: boolean;
  /** Whether it keeps the identity alive. */
  readonly authority: boolean;
  readonly attributes: Attributes;
  /** By attribute: smaller wins. */
  readonly ranks: Readonly<Record<string, number>>;
}
