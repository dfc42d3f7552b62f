/**
 * What the warehouse asks of the store. Everything is asked for many at once: a question for each
 * person would cost more than all the work between. `store` implements it.
 */

import type { Watermark } from '../connectors/spi/index.ts';
import type { Identity, IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { HistoryStore } from './history-storage.ts';
import type { JoinStore } from './join-storage.ts';
import type { LeavingStore } from './leaving-storage.ts';
import type { MembershipStore } from './membership-store.ts';
import type { RuleGroupStore } from './rule-group-storage.ts';
import type { Due, DueCause, Escrow, InFlight, RefusedCreate } from './subject.ts';
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

export interface NewDue {
  readonly identity: IdentityId;
  readonly target: SystemName;
  readonly cause: DueCause;
  readonly generation: number;
  readonly since: number;
  readonly urgent?: true;
}

export interface StoredReading {
  readonly id: number;
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mode: 'full' | 'changes';
  /** A page of it saved a watermark, so that it can go on after the process died. */
  readonly resumable: boolean;
  readonly reachedEnd: boolean;
  /** Closed, by itself or by a later reading of the same. */
  readonly ended: boolean;
  readonly tally: Tally;
}

/** Numbers of a reading, added up page by page. */
export interface Tally {
  readonly seen: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

export interface Withheld {
  readonly reading: number;
  readonly absent: number;
  readonly before: number;
}

export interface Progress {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly watermark?: Watermark;
  /** When the last reading that reached its end did, in milliseconds. */
  readonly readAt?: number;
  readonly withheld?: Withheld;
}

export interface Rejection {
  readonly ref: ObjectRef;
  readonly code: string;
  readonly message: string;
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

/** Something to be expanded into due rows, a batch at a time. */
export interface Marker {
  /** Target, or the empty text for what concerns every target. */
  readonly target: SystemName;
  /** `everybody`, `sources`, or the key of a group whose members are meant. */
  readonly name: string;
  readonly cause: DueCause;
  /** Where the last batch ended. */
  readonly cursor: string;
}

export interface SettledRow {
  readonly identity: IdentityId;
  readonly generation: number;
}

export interface RefusalRow {
  readonly identity: IdentityId;
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

export interface EscrowRow extends SettledRow {
  readonly escrow: Escrow;
  readonly notBefore?: number;
}

export interface DateRow extends SettledRow {
  readonly at: number;
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

export interface ReadingStore {
  openReading(system: SystemName, kind: ObjectKind): Promise<StoredReading | undefined>;
  insertReading(
    reading: Pick<StoredReading, 'system' | 'kind' | 'mode'>,
    at: number,
  ): Promise<number>;
  reading(id: number): Promise<StoredReading | undefined>;
  addToReading(id: number, tally: Tally): Promise<void>;
  markReading(
    id: number,
    marks: { readonly resumable?: true; readonly reachedEnd?: true },
  ): Promise<void>;
  closeReading(id: number, at: number): Promise<void>;

  progress(system: SystemName, kind: ObjectKind): Promise<Progress | undefined>;
  allProgress(): Promise<readonly Progress[]>;
  setWatermark(system: SystemName, kind: ObjectKind, watermark?: Watermark): Promise<void>;
  setReadAt(system: SystemName, kind: ObjectKind, at: number): Promise<void>;
  setWithheld(system: SystemName, kind: ObjectKind, withheld?: Withheld): Promise<void>;

  /** Notes what was shown and did not have to be saved. */
  addSightings(reading: number, ids: readonly string[]): Promise<void>;
  sighted(reading: number, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Forgets closed readings but one, with what they showed. @returns Whether there are more. */
  pruneReadings(
    system: SystemName,
    kind: ObjectKind,
    keep: number | undefined,
    limit: number,
  ): Promise<boolean>;
  countPresent(system: SystemName, kind: ObjectKind): Promise<number>;
  /**
   * Pages through present records that neither this reading nor a later one has shown, by saving
   * or by sighting them. `last` is where the page ended.
   */
  unseen(
    reading: Pick<StoredReading, 'id' | 'system' | 'kind'>,
    after: string,
    limit: number,
  ): Promise<{ readonly ids: readonly string[]; readonly last?: string }>;

  /** Of these, those of which `unseen` still holds. */
  stillUnseen(
    reading: Pick<StoredReading, 'id' | 'system' | 'kind'>,
    ids: readonly string[],
  ): Promise<readonly string[]>;

  saveRejections(reading: number, rejections: readonly Rejection[]): Promise<void>;
  rejections(
    reading: number,
    limit: number,
  ): Promise<{ readonly count: number; readonly rejections: readonly Rejection[] }>;
}

export interface DueStore {
  /** A number no other generation of this store will ever have in its upper half. */
  nextEpoch(): Promise<number>;
  addDue(rows: readonly NewDue[]): Promise<void>;
  /** Makes due who is not, and brings forward who waits; leaves alone who is due already. */
  addDueIfIdle(rows: readonly NewDue[]): Promise<void>;
  /** Frees rows whose date has come. */
  releaseDue(target: SystemName, now: number): Promise<void>;
  dueCount(target: SystemName, now: number): Promise<number>;
  /** Due now and ahead of everybody. */
  urgentDue(target: SystemName, limit: number): Promise<readonly Due[]>;
  /** Due now and not urgent, by identity. */
  ordinaryDue(target: SystemName, after: IdentityId, limit: number): Promise<readonly Due[]>;
  dueOf(target: SystemName, identities: readonly IdentityId[]): Promise<readonly Due[]>;
  dueAfter(target: SystemName, after: IdentityId, limit: number): Promise<readonly Due[]>;

  settle(target: SystemName, rows: readonly SettledRow[]): Promise<void>;
  settleToDate(target: SystemName, rows: readonly DateRow[]): Promise<void>;
  settleToEscrow(target: SystemName, rows: readonly EscrowRow[]): Promise<void>;
  clearRefusals(target: SystemName, identities: readonly IdentityId[]): Promise<void>;
  saveRefusals(target: SystemName, rows: readonly RefusalRow[]): Promise<void>;
  refusals(target: SystemName, after: IdentityId, limit: number): Promise<readonly RefusalRow[]>;

  inFlight(
    target: SystemName,
    identities: readonly IdentityId[],
  ): Promise<ReadonlyMap<IdentityId, InFlight>>;
  saveInFlight(
    target: SystemName,
    rows: readonly (InFlight & { readonly identity: IdentityId })[],
  ): Promise<void>;
  clearInFlight(target: SystemName, identities: readonly IdentityId[]): Promise<void>;

  refusedCreates(
    target: SystemName,
    identities: readonly IdentityId[],
  ): Promise<ReadonlyMap<IdentityId, RefusedCreate>>;
  saveRefusedCreates(
    target: SystemName,
    rows: readonly (RefusedCreate & { readonly identity: IdentityId })[],
  ): Promise<void>;
  clearRefusedCreates(target: SystemName, identities: readonly IdentityId[]): Promise<void>;

  fingerprints(): Promise<ReadonlyMap<string, string>>;
  setFingerprint(name: string, value: string | undefined): Promise<void>;
  markers(target: SystemName, limit?: number): Promise<readonly Marker[]>;
  saveMarker(marker: Marker): Promise<void>;
  removeMarker(marker: Pick<Marker, 'target' | 'name'>): Promise<void>;
}
