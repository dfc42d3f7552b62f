/** What data protection asks of the store: what is kept about one person, table by table. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { PlanId, PlanState } from '../plan/plan.ts';
import type { PlanKey } from '../plan/plans.ts';

/** By what rows are known to be about somebody. */
export interface Whom {
  /** The identity, and those that were merged into it. */
  readonly ids: readonly IdentityId[];
  /** Their records and accounts. */
  readonly refs: readonly ObjectRef[];
  /** Where mail was sent to them. */
  readonly addresses: readonly string[];
}

/** A row as it is stored, with texts of JSON read and instants in RFC 3339. */
export type StoredRow = Readonly<Record<string, unknown>>;

export interface Holding {
  readonly table: string;
  /** What of a person stands there, for people to read. */
  readonly what: string;
  /** Why it stays when the person is erased; absent where it does not. */
  readonly kept?: string;
  /** Of rows about several people, what is about this one. */
  readonly rows: readonly StoredRow[];
}

/** A table of which no row is about a person, and why. */
export interface Impersonal {
  readonly table: string;
  readonly why: string;
}

/** What keeps somebody from being erased. */
export interface Standing {
  readonly records: readonly {
    readonly ref: ObjectRef;
    readonly present: boolean;
    /** Of an account: it was deleted by our own hand. */
    readonly deleted: boolean;
    /** It lives in this store: an account of a served system. */
    readonly served: boolean;
    /** It was pushed here, and nobody can take that back but us. */
    readonly pushed: boolean;
  }[];
  /** Targets that owe the answer to a create. */
  readonly inFlight: readonly SystemName[];
  /** Plans with something for the person that was not carried out, and still may be. */
  readonly waiting: readonly {
    readonly target: SystemName;
    readonly state: PlanState;
    /** Beside the work list, as of an undo, and waiting for a person: no plan takes its place. */
    readonly beside?: { readonly key: PlanKey; readonly plan: PlanId };
  }[];
}

export type ErasureId = string;

/** An erasure as it is stored. */
export interface StoredErasure {
  readonly id: ErasureId;
  readonly person: IdentityId;
  readonly begunAt: Date;
  readonly finishedAt?: Date;
  /** The proof, as JSON. */
  readonly content: string;
  /** While it is under way. */
  readonly whom?: Whom;
}

/** What records hold, by the names that their systems give it. */
export interface StoredAttributes {
  readonly records: number;
  readonly attributes: readonly {
    readonly attribute: string;
    readonly records: number;
    /** Of these, in how many it is the record's own id, which has to be kept. */
    readonly asId: number;
  }[];
}

/** What is to be forgotten of people who have left. */
export interface Forgetting {
  /** Of identities, and `system/attribute`. */
  readonly attributes: readonly string[];
  /** Of records of sources, as these call it. */
  readonly raw: readonly {
    readonly system: SystemName;
    readonly kind: ObjectKind;
    readonly attribute: string;
  }[];
  /** Of accounts. */
  readonly paths: readonly {
    readonly system: SystemName;
    readonly kind: ObjectKind;
    readonly path: string;
  }[];
}

/** People who have left, by when that was noticed. */
export interface LeaverStore {
  /**
   * Whoever is gone and was not noted, and forgets who came back: so many at a time, each lot kept for
   * itself, so that whoever stops between two goes on the next time. Yields how many.
   */
  noteLeavers(now: Date, most: number): AsyncIterable<number>;
  /** Those who left so long ago, and from whom nothing was taken for that time under these rules. */
  leaversDue(
    rules: string,
    seconds: number,
    now: Date,
    most: number,
  ): Promise<readonly IdentityId[]>;
  settleLeavers(rules: string, seconds: number, identities: readonly IdentityId[]): Promise<void>;
  countLeavers(
    rules: string,
    seconds: number,
  ): Promise<{ readonly all: number; readonly done: number }>;
}

export interface PrivacyStore extends LeaverStore {
  /** Within a transaction: from everywhere but the identity itself, and what a system still has. */
  forgetStored(identities: readonly IdentityId[], what: Forgetting): Promise<void>;
  /** Of so many of the records that are there. */
  storedAttributes(system: SystemName, kind: ObjectKind, most: number): Promise<StoredAttributes>;
  /** Nobody: only the id itself is known. */
  whom(identity: IdentityId): Promise<Whom>;
  /** Tables in which nothing is about them are left out. */
  holdings(whom: Whom): AsyncIterable<Holding>;
  readonly impersonal: readonly Impersonal[];
  standing(whom: Whom): Promise<Standing>;

  /**
   * Takes them out of every table but where it is kept, a few rows in each transaction; the identity
   * itself comes last.
   *
   * @param told Within the transaction that took these entries of the trail their subject.
   */
  erase(whom: Whom, told: (entries: readonly number[]) => Promise<void>): Promise<void>;
  /** The newest of them, finished or not. */
  erasureOf(identity: IdentityId): Promise<StoredErasure | undefined>;
  /** The newest first. */
  erasures(limit: number): Promise<readonly StoredErasure[]>;
  saveErasure(erasure: StoredErasure): Promise<void>;
  /**
   * Overwrites what deleted rows have left behind in the file.
   *
   * @param atOnce However large it is: nobody else is answered meanwhile.
   */
  overwrite(atOnce: boolean): Promise<Overwritten>;

  /** These records are not taken any more. */
  suppress(refs: readonly ObjectRef[], erasure: ErasureId): Promise<void>;
  /** Which of these are suppressed, by their place in the list. */
  suppressed(refs: readonly ObjectRef[]): Promise<ReadonlySet<number>>;
  /** @returns Whether it was suppressed. */
  allow(refs: readonly ObjectRef[]): Promise<boolean>;
}

/** `later`: with `lockstep privacy rewrite`. `database`: PostgreSQL does it when it vacuums. */
export type Overwritten = 'done' | 'later' | 'database';
