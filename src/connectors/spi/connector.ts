/**
 * What a connector offers. It translates; it never retries, schedules, or decides. What a system
 * cannot do is simply not there.
 */

import type { Filter } from '../../identity/filter.ts';
import type { AttributePath } from '../../identity/path.ts';
import type { Problem } from '../../identity/problem.ts';
import type {
  Attributes,
  AttributeValue,
  Change,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
  Scalar,
} from '../../identity/record.ts';
import type { Exchanged } from './exchange.ts';
import type { Upload, UploadQuery, UploadReceipt } from './inbox.ts';
import type { Postbox } from './postbox.ts';
import type { SystemSchema } from './schema.ts';
import type { ServeMap } from './served.ts';
import type { Texts } from './texts.ts';

/** How far a system has been read; only its connector can interpret it. */
export type Watermark = string;

export interface ChangePage {
  readonly changes: readonly Change[];
  /** Where to go on from once this page is absorbed; usually on the last page only. */
  readonly watermark?: Watermark;
  /**
   * On the last page of a listing that provably showed every object. Without it absence means
   * nothing. `readChanges` sets it only where it lists everything: a changed file, or the rest of
   * an interrupted `read`.
   */
  readonly complete?: true;
  /** What of this page could not be taken, and was left as it was: a record without an id, say. */
  readonly problems?: readonly Problem[];
  /** Objects the whole reading has, where the system tells: for progress and the empty-source guard. */
  readonly total?: number;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** With what writes: told what went over the wire, by connectors that speak over one. */
  readonly exchanged?: Exchanged;
}

export interface ReadOptions extends CallOptions {
  /** What mappings and scopes use, by the system's own names; everything when absent. */
  readonly attributes?: readonly string[];
  /** With kind `assignment`: the applications whose assignments are wanted, as configured. */
  readonly applications?: readonly string[];
  /**
   * `readChanges` goes on with the reading whose last absorbed page carried the watermark, after
   * an interruption, and its pages join that reading. Otherwise a watermark from the middle of a
   * `read` fails as `watermark-expired`: what came before it would look absent.
   */
  readonly continues?: true;
}

export interface GetOptions extends CallOptions {
  /** What is read only where it is asked for, such as a photo; everything usual when absent. */
  readonly attributes?: readonly string[];
}

export interface UpdateOptions extends CallOptions {
  /** Update only if the object still has this version; otherwise fail as `stale`. */
  readonly ifVersion?: string;
}

export interface AttributeChange {
  /** A SCIM attribute path, such as `name.familyName` or `emails[type eq "work"].value`. */
  readonly path: string;
  /** What the target held; absent when it held nothing. */
  readonly before?: AttributeValue;
  /** Absent when the attribute is to be removed. */
  readonly after?: AttributeValue;
}

export interface Sort {
  readonly path: AttributePath;
  /** The exact reverse: what has no value comes first then, and last otherwise. */
  readonly descending: boolean;
  /** Whether capitals make a difference for this attribute. */
  readonly caseExact: boolean;
}

export interface Query extends CallOptions {
  readonly filter?: Filter;
  /** Only for systems whose traits say that they sort. */
  readonly sort?: Sort;
  /**
   * What is wanted, by the system's own names; everything that costs no question of its own when
   * absent. `members` of a group and `groups` of a person come only where they are named, and
   * alone they mean: beside everything.
   */
  readonly attributes?: readonly string[];
  readonly cursor?: string;
  /** Objects to skip, for systems whose traits say that they do; only without a cursor. */
  readonly offset?: number;
  readonly count?: number;
}

export interface SearchPage {
  readonly records: readonly IdentityRecord[];
  readonly nextCursor?: string;
  readonly total?: number;
}

/** One thing `lockstep check` proved, or could not. */
export interface CheckFinding {
  readonly subject: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  readonly remedy?: string;
  /** Of a credential that ends: whoever runs unattended is told in time. */
  readonly expiresAt?: Date;
}

/** What of a kind somebody is going to write. */
export interface Writing {
  readonly kind: ObjectKind;
  /** Paths of the system; whatever a client sends when absent. */
  readonly attributes?: readonly string[];
  /** Everything when absent. */
  readonly actions?: readonly ('create' | 'update' | 'disable' | 'delete')[];
}

interface Operations {
  /** The kinds and attributes the system has. */
  describe(options: CallOptions): Promise<SystemSchema>;
  /** Reads every object of a kind. The last page carries the watermark to track changes from. */
  read(kind: ObjectKind, options: ReadOptions): AsyncIterable<ChangePage>;
  /**
   * Reads what changed since a watermark. Fails as `watermark-expired` when that is too long ago,
   * and always (but for `continues`) where the system tracks no changes: the last page of its
   * `read` carries no watermark then.
   */
  readChanges(kind: ObjectKind, since: Watermark, options: ReadOptions): AsyncIterable<ChangePage>;
  /** Finds the one object whose attribute has a value; two matches fail as `ambiguous`. */
  find(
    kind: ObjectKind,
    path: string,
    value: Scalar,
    options: CallOptions,
  ): Promise<IdentityRecord | undefined>;
  /** Reads one object; absent when it is gone. */
  get(ref: ObjectRef, options: GetOptions): Promise<IdentityRecord | undefined>;
  /**
   * A page of the objects a filter holds for. Fails as `invalid`, code `filter-unsupported`, for a
   * filter it cannot answer; a cursor that is too old fails as `watermark-expired`.
   */
  search(kind: ObjectKind, query: Query): Promise<SearchPage>;
  /**
   * Whether `search` answers a filter by itself. A connector without it takes every filter. Whoever
   * serves the system takes filters apart by it, and looks at what comes back for the rest.
   */
  filters(kind: ObjectKind, filter: Filter): boolean;
  /**
   * Creates an object and returns it as the system now holds it, defaults included. Keys are
   * attribute paths, as in `AttributeChange`; references are `{ $ref: { system, kind, id } }` of
   * this system.
   */
  create(kind: ObjectKind, attributes: Attributes, options: CallOptions): Promise<IdentityRecord>;
  /** Changes the named attributes and leaves the others alone. */
  update(
    target: ObjectRef,
    changes: readonly AttributeChange[],
    options: UpdateOptions,
  ): Promise<IdentityRecord>;
  /** Deletes an object; one that is already gone fails as `missing`. */
  delete(target: ObjectRef, options: UpdateOptions): Promise<void>;
  addMembers(
    group: ObjectRef,
    members: readonly ObjectRef[],
    options: UpdateOptions,
  ): Promise<void>;
  removeMembers(
    group: ObjectRef,
    members: readonly ObjectRef[],
    options: UpdateOptions,
  ): Promise<void>;
  /**
   * Takes records that somebody pushes, and answers once they are durable; `readChanges` shows them
   * from then on. Fails as `throttled`, as `invalid` when it is too large, as `conflict` when its key
   * belongs to an upload of another content.
   */
  receive(upload: Upload, options: CallOptions): Promise<UploadReceipt>;
  /** What was pushed lately, the newest first. */
  uploads(query: UploadQuery, options: CallOptions): Promise<readonly UploadReceipt[]>;
}

/** An open session with one system. */
export interface Connector extends AsyncDisposable, Partial<Operations> {
  /** Proves that the settings reach a working system, right by right; throws nothing. */
  check(
    options: CallOptions & {
      readonly applications?: readonly string[];
      /** Kinds that are read; what they need is a failure when it is missing, not a warning. */
      readonly kinds?: readonly ObjectKind[];
      /** What is written, by runs and by clients. */
      readonly writes?: readonly Writing[];
    },
  ): Promise<readonly CheckFinding[]>;
  /** What the profile or the system itself says about how it wants to be written. */
  readonly traits?: Partial<TargetTraits>;
  /** What it wants written to people; only where a mail server is configured. */
  readonly postbox?: Postbox;
  /** Where it keeps its objects as JSON, in the names it shows. */
  readonly texts?: Texts;
  /** Where its own names are not those of SCIM; without it they are. */
  readonly servedAs?: ServeMap;
}

/** How a target behaves; from its profile, its discovery documents, or the configuration. */
export interface TargetTraits {
  /** The path that enables an account, such as `active`; `describe()` names it as well. */
  readonly enabledPath: string;
  /** Seconds until a change is visible to a reading; undefined where nobody knows. */
  readonly visibilityLagSeconds: number;
  /** Paths the target refuses twice: after a lost create a repeat cannot make a second account. */
  readonly uniquePaths: readonly string[];
  /** What it may be asked in parallel. */
  readonly maxConcurrency: number;
  /** Paths whose change waits for somebody's confirmation, so that the old value is read meanwhile. */
  readonly pendingPaths: readonly string[];
  readonly maxMembersPerRequest: number;
  /** `search` answers in the order a query asks for. */
  readonly sorts: true;
  /** `search` takes an `offset`, and tells the total. */
  readonly skips: true;
  /** Its records have versions. */
  readonly versions: true;
  /** The version of a group is another one once its members are. */
  readonly versionsMembers: true;
  /** Its groups are read without their members, so that nobody can be missed among them. */
  readonly hidesMembers: true;
  /** Requests each second the target allows, when it says so. */
  readonly requestsPerSecond: number;
  /** What it demands of single attributes, by kind; looked at before anything is sent. */
  readonly attributeRules: Readonly<Record<ObjectKind, readonly AttributeRule[]>>;
  /** What it demands of the account a reference leads to; looked at before anything is sent. */
  readonly referenceRules: readonly ReferenceRule[];
}

/** A demand on one attribute. Whether it is required is configuration, not a trait. */
export interface AttributeRule {
  readonly path: string;
  /** What people call it in a message: `location`. */
  readonly name?: string;
  /** Set on creation, never changed afterwards: a later difference is left alone, with its reason. */
  readonly createOnly?: true;
  /** Values that are accepted on creation alone: an update to one of them is left out. */
  readonly createOnlyValues?: readonly string[];
  /** In UTF-16 code units, as the target counts. */
  readonly maxLength?: number;
  /** Each of these characters is refused wherever it stands in the value. */
  readonly forbiddenCharacters?: string;
  readonly remedy?: string;
}

/** "The manager must not hold the role IT_ADMIN": a data error for a person to mend. */
export interface ReferenceRule {
  /** The path that holds the reference. */
  readonly path: string;
  /** Path in the account it leads to; of complex values their `value` is compared. */
  readonly attribute: string;
  readonly mustNotHold: readonly string[];
  /** Why, for people: what the target does with such an account. */
  readonly because: string;
}
