/**
 * What the warehouse asks of the store. Everything is asked for many at once: a question for each
 * person would cost more than all the work between. `store` implements it.
 */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { DueStore } from './due-storage.ts';
import type { HistoryStore } from './history-storage.ts';
import type { JoinStore } from './join-storage.ts';
import type { LeavingStore } from './leaving-storage.ts';
import type { MembershipStore } from './membership-store.ts';
import type { ReadingStore } from './reading-storage.ts';
import type { RuleGroupStore } from './rule-group-storage.ts';
import type { UniqueStore } from './unique-storage.ts';
import type { ReviewItem } from './warehouse.ts';

/** Attributes as JSON text: most are compared as text and never parsed. */
export type Json = string;

export interface StoredRecord {
  readonly ref: ObjectRef;
  readonly attributes: Json;
  readonly version?: string;
  /** False for one that is gone; it keeps its last values and its identity. */
  readonly present: boolean;
  /** Gone, but it may come back as the same object. */
  readonly recoverable: boolean;
  readonly identity?: IdentityId;
  /** When its attributes changed; only of records of sources. */
  readonly ages?: Json;
}

/** A record with what is known of it as an account that we write. */
export interface AccountRecord extends StoredRecord {
  readonly state: AccountState;
}

export interface SavedRecord extends StoredRecord {
  /** The reading that showed it; 0 when none did, which leaves standing what is noted. */
  readonly shownBy: number;
}

export interface AccountState {
  /** By path, as JSON. */
  readonly asked: Json;
  readonly answered: Json;
  readonly disabledAt?: number;
  /** We deleted it ourselves; its record stays for the last values only. */
  readonly deleted: boolean;
}

export interface StoredAccount extends AccountState {
  readonly identity: IdentityId;
  readonly ref: ObjectRef;
}

export interface StoredIdentity extends Omit<Identity, 'links' | 'attributes' | 'origins'> {
  readonly attributes: Json;
  readonly origins: Json;
}

export interface RecordKey {
  readonly ref: ObjectRef;
  readonly key: string;
}

export interface IdentityKey {
  readonly identity: IdentityId;
  readonly key: string;
}

/** A reference of an identity, and whom it leads to if that is known. */
export interface Edge {
  readonly identity: IdentityId;
  readonly attribute: string;
  readonly referent: string;
  readonly referred?: IdentityId;
}

/** An edge with the kind of the identity that refers. */
export interface KindEdge extends Edge {
  readonly kind: ObjectKind;
}

export interface MemberRow {
  readonly group: ObjectRef;
  readonly member: ObjectRef;
}

export interface AssignmentRow {
  readonly id: string;
  readonly principalKind: ObjectKind;
  readonly principal: string;
  readonly role?: string;
  readonly roleName?: string;
}

export interface Application {
  readonly system: SystemName;
  readonly application: string;
  /** Groups within assigned groups reach their members as well. */
  readonly nested?: true;
}

/** An assignment that reaches a person: her own, or that of a group she is a direct member of. */
export interface Reach {
  /** Id of the person's record. */
  readonly principal: string;
  readonly group?: { readonly id: string; readonly name?: string };
  readonly role?: string;
  readonly roleName?: string;
}

export interface WarehouseStore
  extends RecordStore,
    IdentityStore,
    GroupStore,
    ReadingStore,
    DueStore,
    MembershipStore,
    RuleGroupStore,
    LeavingStore,
    JoinStore,
    HistoryStore,
    UniqueStore {
  /**
   * All or nothing, and one after the other; what is asked inside takes part.
   *
   * @param outlives `process` for what is read again after a power cut took it.
   */
  transaction<Value>(
    work: () => Promise<Value>,
    outlives?: 'power-cut' | 'process',
  ): Promise<Value>;
  /**
   * Waited for with the commit of the transaction under way, which fails if this does. Everything has
   * to be asked at once.
   */
  trailing(work: () => Promise<unknown>): Promise<void>;
  /** What is asked inside is answered from what is committed, in whatever transaction it is asked. */
  committed<Value>(work: () => Promise<Value>): Promise<Value>;
  /**
   * Number of the transaction under way, and of the one before it if that was of this process and
   * nobody wrote anything in between. Nothing where the database cannot tell.
   */
  sequence(): Promise<{ readonly number: number; readonly after?: number } | undefined>;
}

export interface RecordStore {
  records(refs: readonly ObjectRef[]): Promise<readonly StoredRecord[]>;
  recordsOf(identities: readonly IdentityId[]): Promise<readonly AccountRecord[]>;
  /** Only those of one system. */
  recordsIn(
    system: SystemName,
    identities: readonly IdentityId[],
  ): Promise<readonly AccountRecord[]>;
  saveRecords(records: readonly SavedRecord[]): Promise<void>;
  deleteRecords(refs: readonly ObjectRef[]): Promise<void>;
  /** Takes records away from their identities. */
  unlink(refs: readonly ObjectRef[]): Promise<void>;
  /** Pages through present records without an identity. */
  unjoinedRecords(
    system: SystemName,
    kind: ObjectKind,
    after: string,
    limit: number,
  ): Promise<readonly StoredRecord[]>;

  removeRecordKeys(keys: readonly RecordKey[]): Promise<void>;
  addRecordKeys(keys: readonly RecordKey[]): Promise<void>;
  recordsWithKeys(
    system: SystemName,
    kind: ObjectKind,
    keys: readonly string[],
    limitEach: number,
  ): Promise<readonly { readonly key: string; readonly record: StoredRecord }[]>;

  forgetUnjoined(refs: readonly ObjectRef[]): Promise<void>;
  addUnjoined(keys: readonly RecordKey[]): Promise<void>;
  unjoinedWith(keys: readonly string[]): Promise<readonly ObjectRef[]>;

  /** What is known of accounts beside their records. */
  accounts(
    system: SystemName,
    identities: readonly IdentityId[],
  ): Promise<readonly StoredAccount[]>;
  saveAccounts(accounts: readonly StoredAccount[]): Promise<void>;
  managed(system: SystemName): Promise<number>;
}

export interface IdentityStore {
  identities(ids: readonly IdentityId[]): Promise<readonly StoredIdentity[]>;
  saveIdentities(identities: readonly StoredIdentity[]): Promise<void>;
  deleteIdentities(ids: readonly IdentityId[]): Promise<void>;
  identityIds(
    kind: ObjectKind | undefined,
    after: IdentityId,
    limit: number,
  ): Promise<readonly IdentityId[]>;
  anyIdentity(): Promise<boolean>;

  removeIdentityKeys(keys: readonly IdentityKey[]): Promise<void>;
  addIdentityKeys(keys: readonly IdentityKey[]): Promise<void>;
  identitiesWithKeys(keys: readonly string[]): Promise<readonly IdentityKey[]>;
  /** Drops keys of anybody. @returns Whether there are more. */
  dropIdentityKeys(limit: number): Promise<boolean>;

  identitiesOfRecords(
    refs: readonly ObjectRef[],
  ): Promise<readonly { readonly ref: ObjectRef; readonly identity: IdentityId }[]>;
  removeEdges(edges: readonly Edge[]): Promise<void>;
  saveEdges(edges: readonly Edge[]): Promise<void>;
  edgesOf(identities: readonly IdentityId[]): Promise<readonly Edge[]>;
  edgesTo(referents: readonly string[]): Promise<readonly KindEdge[]>;
  edgesLeadingTo(identities: readonly IdentityId[]): Promise<readonly KindEdge[]>;
  /** Those to whom the manager reference of a present identity other than themselves leads. */
  withReports(identities: readonly IdentityId[]): Promise<ReadonlySet<IdentityId>>;

  addReview(item: ReviewItem): Promise<void>;
  removeReviews(
    items: readonly { readonly system: SystemName; readonly subject: string }[],
  ): Promise<void>;
  reviews(): Promise<readonly ReviewItem[]>;
}

export interface GroupStore {
  /** @returns Rows that were not there before. */
  addMembers(rows: readonly MemberRow[], mark: number): Promise<readonly MemberRow[]>;
  removeMembers(rows: readonly MemberRow[]): Promise<void>;
  /** Members of the system's groups that neither the reading `mark` nor a later one showed. */
  unmarkedMembers(
    system: SystemName,
    kind: ObjectKind,
    mark: number,
    limit: number,
  ): Promise<readonly MemberRow[]>;
  countMembers(
    system: SystemName,
    kind: ObjectKind,
    mark: number,
  ): Promise<{ readonly all: number; readonly unmarked: number }>;
  /** Of these groups, those assigned to any application, with the applications. */
  applicationsOf(
    groups: readonly ObjectRef[],
  ): Promise<readonly { readonly group: ObjectRef; readonly application: string }[]>;

  assignments(application: Application, ids: readonly string[]): Promise<readonly AssignmentRow[]>;
  assignmentsAfter(
    application: Application,
    after: string,
    limit: number,
  ): Promise<readonly AssignmentRow[]>;
  saveAssignments(application: Application, rows: readonly AssignmentRow[]): Promise<void>;
  removeAssignments(application: Application, ids: readonly string[]): Promise<void>;
  assignmentDigest(application: Application): Promise<string | undefined>;
  setAssignmentDigest(application: Application, digest: string): Promise<void>;
  reaches(
    application: Application,
    kind: ObjectKind,
    principals: readonly string[],
  ): Promise<readonly Reach[]>;
}
