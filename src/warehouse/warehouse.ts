/**
 * What we know: the last record of every object in every system, the identities joined and merged
 * from them, and which of those are due to be planned.
 */

import type { ChangePage, Watermark } from '../connectors/spi/index.ts';
import type { Identity, IdentityId } from '../identity/identity.ts';
import type {
  Attributes,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
  Scalar,
  SystemName,
} from '../identity/record.ts';
import type { ReadMap, Scope } from '../mapping/mapping.ts';
import type { AttributeChoice } from './choices.ts';
import type { Decisions } from './decision.ts';
import type { Histories } from './histories.ts';
import type { Memberships } from './membership.ts';
import type { MembersMode } from './membership-store.ts';
import type { AttributeRules } from './merge-rules.ts';
import type { RuleGroupViews } from './rule-group-views.ts';
import type { RuleGroups } from './rule-groups.ts';
import type { Evidence, Otherwise } from './similar/evidence.ts';
import type { JoinRule } from './similar/rule.ts';
import type { Doubt, Due, DueCause, Escrow, Offer, Subject } from './subject.ts';
import type { Names } from './unique-targets.ts';

/** How records of one kind of one system become identities. */
export interface SourceRules {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  /** Whether a record without a match makes a new identity. */
  readonly creates: boolean;
  /** Whether a record keeps its identity alive. */
  readonly authority: boolean;
  /** Records count only while this holds of them, as identity attributes; they are there all the same. */
  readonly while?: Scope;
  /** By what a record is joined, in order; the first rule with a hit decides. */
  readonly join: readonly JoinRule[];
  readonly map: ReadMap;
  /** Smaller wins, by identity attribute; what is not named has `defaultPrecedence`. */
  readonly precedence: Readonly<Record<string, number>>;
  /** Identity attributes of which it alone has the say: that it has no value is one. */
  readonly authoritative?: ReadonlySet<string>;
  /** When the system says that it changed a record, as the attribute `modified`. */
  readonly modified?: ReadMap;
  /** From the order of systems in the configuration, 100 apart. */
  readonly defaultPrecedence: number;
  /** Identity attributes by which its references name people: `manager: { ref: employeeId }`. */
  readonly references?: readonly string[];
  /** Changes when `map` does; then every identity is merged again, in batches. */
  readonly fingerprint?: string;
}

/** What the warehouse must know of a target to say who is due there. */
export interface TargetRules {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  /** Identity attributes its mapping and scope read; others change without making anybody due. */
  readonly inputs: readonly string[];
  /** `assigned: { entra: Ramp }`. */
  readonly assigned?: {
    readonly system: SystemName;
    readonly application: string;
    /** By groups within assigned groups as well. */
    readonly nested?: true;
  };
  /** What is out waits to be deleted and cannot be switched off meanwhile: since when is noted. */
  readonly notesOut?: true;
  /** With kind `group`: who is a member; absent where members are left alone. */
  readonly members?: MembersMode;
  /** Paths of which no two accounts may hold the same; by path. */
  readonly unique?: Readonly<Record<string, UniquePath>>;
  /** Who goes ahead of everybody: a leaver. Only whoever becomes so is taken for one. */
  readonly urgent?: (
    identity: {
      readonly attributes: Attributes;
      readonly present: boolean;
      /** No assignment to the target's application is left. */
      readonly unassigned?: true;
    },
    now: Date,
  ) => boolean;
  /** Paths by which accounts of the target are matched; the connector space is indexed by them. */
  readonly match: readonly string[];
  /** Changes when mapping, scope or policy change; then everybody is looked at again, in batches. */
  readonly fingerprint: string;
}

/** A path whose values are names that only one may have. */
export interface UniquePath {
  /** How long nobody else gets one that has become free. */
  readonly reuseAfterSeconds: number;
  /** Of names that are drawn for identities: which attribute, and what the path holds for a name. */
  readonly drawn?: {
    readonly attribute: string;
    readonly valueOf: (name: string) => string | undefined;
  };
}

export interface WarehouseRules {
  readonly sources: readonly SourceRules[];
  readonly targets: readonly TargetRules[];
  /** What is said of single attributes of identities, by kind. */
  readonly identity?: Readonly<Record<ObjectKind, AttributeRules>>;
  /** Groups made by rule. */
  readonly groups?: RuleGroups;
  /** How much of a system may be gone at once and be believed. */
  readonly plausible?: Plausible;
  /** Most characters of one attribute, and of a whole record, as JSON. */
  readonly limits?: { readonly attribute: number; readonly record: number };
}

/** A full reading without a single object is never believed where there were some. */
export interface Plausible {
  /** Least share that must still be there, 0 to 1; half by default. */
  readonly share: number;
  /** So many may always be gone; 20 by default. */
  readonly count: number;
}

/** Fails, within a transaction, where whoever writes has lost the right to. */
export type Fence = () => Promise<void>;

/** One reading of one kind of one system, from its first page to its end. */
export interface Reading {
  readonly id: number;
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mode: 'full' | 'changes';
  /**
   * Goes on with a full reading that was interrupted: read from the watermark, with `continues`,
   * and what its earlier pages showed still counts.
   */
  readonly continued?: true;
  /** The run that it belongs to. */
  readonly run?: string;
}

export interface ReadingResult {
  readonly seen: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Absences that were not absorbed because the reading is implausible (empty, or far below the last). */
  readonly withheld?: { readonly absent: number; readonly before: number };
  /** Records that could not be taken; what was known of them before stays. At most 100 of them. */
  readonly rejected: readonly {
    readonly ref: ObjectRef;
    readonly code: string;
    readonly message: string;
  }[];
  readonly rejectedCount: number;
}

export interface Candidate {
  readonly record: IdentityRecord;
  /** The identity the account already belongs to, if it does. */
  readonly linkedTo?: IdentityId;
}

/** How a page is absorbed. */
export interface Absorbing {
  readonly fence?: Fence | undefined;
  /** The page after it, if it is there when it is asked for: worked on while the database writes. */
  readonly following?: (() => ChangePage | undefined) | undefined;
}

/** What became of a subject, told to the warehouse in the transaction that records the outcome. */
export type Settlement =
  /** Nothing to do, or refused for a reason that stays until something changes. */
  | {
      readonly type: 'settled';
      readonly refused?: { readonly code: string; readonly message: string };
      /** Due once more then, with cause `date`: a deletion that waits for its days. */
      readonly againAt?: Date;
      /** Of what cannot be switched off: since when it has been out. */
      readonly outSince?: Date;
    }
  /** The target answered: the account as it now holds it, and what we asked. */
  | {
      readonly type: 'written';
      readonly record: IdentityRecord;
      /** By path; joins what was asked before. The empty list for a path asked to hold nothing. */
      readonly asked: Attributes;
      /** Absent: the account is on, as far as we know. */
      readonly disabledBy?: 'us';
      /** Due once more then, with cause `date`. */
      readonly againAt?: Date;
      /** Whose accounts were missing, so that references to them were left out. */
      readonly unresolved?: readonly IdentityId[];
    }
  /** The account is no more, by our own hand. */
  | { readonly type: 'deleted'; readonly againAt?: Date }
  /** The account is there, and belongs to nobody any more. */
  | { readonly type: 'unlinked'; readonly account: ObjectRef }
  | { readonly type: 'escrow'; readonly escrow: Escrow; readonly notBefore?: Date };

export interface Refusal {
  readonly identity: Pick<Identity, 'id' | 'attributes'>;
  readonly code: string;
  readonly message: string;
  readonly since: Date;
}

export interface ReviewCandidate {
  readonly id: string;
  readonly label: string;
  /** Only where they were compared. */
  readonly alike?: {
    /** That it is the same person, 0 to 1. */
    readonly confidence: number;
    /** What it most likely is if not. */
    readonly otherwise: Otherwise;
    readonly evidence: readonly Evidence[];
  };
}

export interface ReviewItem {
  readonly id: string;
  readonly kind: 'ambiguous-join' | 'ambiguous-match' | 'unconfirmed-create';
  readonly system: SystemName;
  readonly subject: string;
  readonly message: string;
  readonly candidates: readonly ReviewCandidate[];
  readonly since: Date;
}

export interface Warehouse extends Memberships, RuleGroupViews, Decisions, Histories, Names {
  /**
   * Asked for `changes` after a full reading was interrupted, it goes on with that one
   * (`continued`), provided that a page of it saved a watermark.
   */
  beginReading(
    system: SystemName,
    kind: ObjectKind,
    mode: Reading['mode'],
    fence?: Fence,
  ): Promise<Reading>;
  watermark(system: SystemName, kind: ObjectKind): Promise<Watermark | undefined>;
  /**
   * Stores a page, joins and merges what it touched, marks those identities due, and saves the
   * watermark: all of it or nothing. Absorbing a page twice changes nothing.
   */
  absorb(reading: Reading, page: ChangePage, absorbing?: Absorbing): Promise<void>;
  /**
   * Closes a reading; one that showed everything makes what it did not show absent. A full one did
   * if `complete` or if a page of it said so, one of changes only if a page said so. Implausible
   * absences are withheld and remembered until a plausible reading or `acceptAbsences`.
   */
  endReading(reading: Reading, complete: boolean, fence?: Fence): Promise<ReadingResult>;
  /** Records met outside of a reading: by a probe, by looking before writing. */
  observe(records: readonly IdentityRecord[]): Promise<void>;
  /** A person says that what the last full reading lacked is really gone. Returns how many were. */
  acceptAbsences(system: SystemName, kind: ObjectKind): Promise<number>;
  /** Forgets how far a system was read: its next reading is a full one. */
  forgetWatermark(system: SystemName, kind: ObjectKind): Promise<void>;

  /** Turns markers of changed configuration into due rows, a batch at a time; false when none is left. */
  expandMarkers(target: SystemName): Promise<boolean>;
  /** Whether somebody urgent is due. Waits for nobody who writes. */
  anyUrgent(target: SystemName): Promise<boolean>;
  dueCount(target: SystemName, now: Date): Promise<number>;
  /**
   * The next due subjects by identity; `after` is the last identity of the batch before. Without
   * it every urgent one comes first, at most 1,000, and `limit` is exceeded if need be.
   */
  due(
    target: SystemName,
    now: Date,
    limit: number,
    after?: IdentityId,
  ): Promise<readonly Subject[]>;
  /** Everybody of the target's kinds, in batches, by `expandMarkers`. */
  makeEverybodyDue(target: SystemName, cause: DueCause): Promise<void>;
  makeDue(
    target: SystemName,
    identities: readonly IdentityId[],
    cause: DueCause,
    urgent?: boolean,
  ): Promise<void>;
  /** Settles subjects of one target, each only if its due generation is still the planned one. */
  settle(
    target: SystemName,
    settlements: readonly {
      readonly subject: {
        readonly identity: Pick<Identity, 'id'>;
        readonly due?: Pick<Due, 'generation'>;
      };
      readonly settlement: Settlement;
    }[],
    run?: string,
  ): Promise<void>;
  /** Durably marks creates as sent, before they are. */
  markInFlight(
    target: SystemName,
    creates: readonly {
      readonly identity: IdentityId;
      readonly operation: string;
      readonly match: Attributes;
    }[],
  ): Promise<void>;
  clearInFlight(target: SystemName, identities: readonly IdentityId[]): Promise<void>;
  /** Of creates that were refused because such an account is there: whose it is will be seen. */
  markRefused(
    target: SystemName,
    creates: readonly { readonly identity: IdentityId; readonly asked: Attributes }[],
  ): Promise<void>;
  clearRefused(target: SystemName, identities: readonly IdentityId[]): Promise<void>;
  /** Whatever is wanted of these paths next is asked again, even what they seem to hold. */
  doubt(target: SystemName, doubts: readonly Doubt[]): Promise<void>;

  /** Accounts of the target in the connector space with one of these values, compared without case. */
  candidates(
    target: SystemName,
    kind: ObjectKind,
    path: string,
    values: readonly Scalar[],
  ): Promise<ReadonlyMap<Scalar, readonly Candidate[]>>;
  /** @param asked What counts as asked of it from now on, by path. */
  link(
    target: SystemName,
    identity: IdentityId,
    record: IdentityRecord,
    asked?: Attributes,
  ): Promise<void>;
  /** Whether records of this kind keep their identities alive. */
  vouches(system: SystemName, kind: ObjectKind): boolean;
  /**
   * Takes values from people who have left, and leaves no trace of them in their history; what a
   * source still says stays.
   *
   * @param besides Done before, in the same transaction: takes them from the records.
   */
  forgetValues(
    identities: readonly IdentityId[],
    attributes: readonly string[],
    besides: () => Promise<void>,
  ): Promise<void>;
  /** Makes identities of records of a source that belong to nobody. Returns those that were made. */
  importRecords(refs: readonly ObjectRef[]): Promise<readonly IdentityId[]>;
  /** Accounts under management in a target, for the guards. */
  managed(target: SystemName): Promise<number>;

  identity(id: IdentityId): Promise<Identity | undefined>;
  /**
   * By identity id, or any naming attribute (`userPrincipalName`, `mail`, `employeeId`, `displayName`
   * …). Without a kind: people, and groups where nobody is called so.
   */
  findPerson(text: string, kind?: ObjectKind): Promise<readonly Identity[]>;
  /** The same for many values at once; ids only. */
  peopleNamed(values: readonly string[]): Promise<ReadonlyMap<string, readonly IdentityId[]>>;
  subject(target: SystemName, identity: IdentityId): Promise<Subject | undefined>;
  /** What each record of a source offers of an identity; on a day to come, which of them count then. */
  offers(identity: IdentityId, at?: Date): Promise<readonly Offer[]>;
  /** How these attributes came to their values, were one system to say nothing. */
  choices(
    identity: IdentityId,
    attributes: readonly string[],
    without?: SystemName,
  ): Promise<ReadonlyMap<string, AttributeChoice>>;
  /** As the subject would be on a day to come, if nothing were said until then; nothing is written. */
  onDay(subject: Subject, at: Date): Promise<Subject>;
  /** As the subject would be if a system said nothing of it, now or on that day; nothing is written. */
  without(subject: Subject, system: SystemName, at?: Date): Promise<Subject>;
  /** In the order of the ids; who does not exist is left out. */
  subjects(target: SystemName, identities: readonly IdentityId[]): Promise<readonly Subject[]>;
  /** Whose these accounts of one system and kind are, by id; those of nobody are absent. */
  ownersOf(accounts: readonly ObjectRef[]): Promise<ReadonlyMap<string, IdentityId>>;
  /** Accounts by ref, to resolve what a plan named symbolically. */
  accountOf(target: SystemName, identity: IdentityId): Promise<ObjectRef | undefined>;
  addReview(item: Omit<ReviewItem, 'id' | 'since'>): Promise<void>;
  reviews(): Promise<readonly ReviewItem[]>;
  dueRows(target?: SystemName): AsyncIterable<Due>;
  /** Those for whom nothing is done until something changes, and why. */
  refusals(target: SystemName): AsyncIterable<Refusal>;
  /** Freshness: the last complete reading of each system and kind, and the oldest due. */
  freshness(): Promise<
    readonly {
      readonly system: SystemName;
      readonly kind: ObjectKind;
      readonly readAt: Date;
      readonly records: number;
      /** What its last full reading lacked and is not believed to be gone. */
      readonly withheld?: { readonly absent: number; readonly before: number };
    }[]
  >;
}
