/** What reconciling asks of the store. */

import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue, ObjectKind, SystemName } from '../identity/record.ts';
import type { AccountMemory, Drift } from '../plan/drift.ts';
import type { MemberDriftStore } from './reconcile-members-storage.ts';

/** One kind of one target. */
export interface Space {
  readonly target: SystemName;
  readonly kind: ObjectKind;
}

/** One difference that somebody made in a target, as it was found last. */
export interface DriftRow extends Space {
  /** The target's own id of the account. */
  readonly account: string;
  /** Absent where the whole account is meant. */
  readonly path?: string;
  /**
   * `orphan`: an account of nobody. `gone`: one of ours that is not there any more. The account of
   * `member-added` and `member-removed` is the group, and the path names the member.
   */
  readonly type: Drift['type'] | 'orphan' | 'gone' | 'member-added' | 'member-removed';
  /** `reverting`: its person is due, and a plan writes what should be there. `accepted`: left so by a person. */
  readonly state: 'open' | 'reverting' | 'accepted';
  /** What people call the account in the target. */
  readonly label: string;
  readonly identity?: IdentityId;
  readonly asked?: AttributeValue;
  readonly answered?: AttributeValue;
  readonly current?: AttributeValue;
  /** When and by whom the account was changed last, where the target tells. */
  readonly changedAt?: string;
  readonly changedBy?: string;
  /** Whose an orphan may be, by the attributes that accounts are matched by; or who the member is. */
  readonly person?: { readonly id: IdentityId; readonly label: string };
  readonly note?: string;
  /** When it was found first. */
  readonly since: Date;
}

/** By what a difference is known from one reconciliation to the next. */
export type DriftMark = Space & Pick<DriftRow, 'account' | 'path' | 'type'>;

/** An account of the connector space, and to whom it belongs. */
export interface SpaceAccount extends AccountMemory {
  readonly id: string;
  readonly identity?: IdentityId;
  readonly current: Attributes;
  readonly disabledByUs: boolean;
}

export interface Reconciliation {
  readonly number: number;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
}

export interface DriftQuery extends Partial<Space> {
  readonly account?: string;
  readonly states?: readonly DriftRow['state'][];
  readonly types?: readonly DriftRow['type'][];
}

export interface DriftStore extends MemberDriftStore {
  begin(space: Space, startedAt: Date): Promise<Reconciliation>;
  last(space: Space): Promise<Reconciliation | undefined>;
  /**
   * Rows that this reconciliation did not see are no longer true. Those being reverted stay, and what
   * was accepted of types that it could not judge.
   */
  finish(
    space: Space,
    number: number,
    finishedAt: Date,
    unjudged: readonly DriftRow['type'][],
  ): Promise<void>;

  /** A row that is there keeps its age and, while it says the same, its state. */
  save(number: number, rows: readonly DriftRow[]): Promise<void>;
  /** Counts rows as seen that were accepted, and says nothing of others. */
  seeAccepted(number: number, rows: readonly DriftMark[]): Promise<void>;
  /** Where several accounts of nobody would match one person, none of them is said to be hers. */
  doubtRivals(space: Space): Promise<void>;
  /** By target, kind, account, path. */
  rows(query: DriftQuery): AsyncIterable<DriftRow>;
  /** Members of groups by the path `members`. */
  counts(space: Space): Promise<readonly DriftCount[]>;
  setState(rows: readonly DriftRow[], state: DriftRow['state']): Promise<void>;
  remove(rows: readonly DriftRow[]): Promise<void>;

  /** Present accounts, by id. What they hold is not fetched where the caller has it at hand. */
  accounts(
    space: Space,
    ids: readonly string[],
    atHand?: ReadonlyMap<string, Attributes>,
  ): Promise<ReadonlyMap<string, SpaceAccount>>;
  /** Present accounts that belong to nobody. */
  nobodys(space: Space, after: string, limit: number): Promise<readonly SpaceAccount[]>;
  /** Accounts of somebody that vanished, and that nobody here deleted. */
  gone(space: Space, after: string, limit: number): Promise<readonly SpaceAccount[]>;
  saveMemory(
    space: Space,
    accounts: readonly (AccountMemory & { readonly id: string })[],
  ): Promise<void>;

  /** Whom of these we wrote ourselves since then. */
  writtenSince(
    target: SystemName,
    since: Date,
    identities: readonly IdentityId[],
  ): Promise<ReadonlySet<IdentityId>>;
  /** Counts accounts that we wrote since then as shown by a reading that may be too early for them. */
  spare(space: Space, reading: number, since: Date): Promise<void>;
}

export interface DriftCount {
  readonly type: DriftRow['type'];
  readonly path?: string;
  readonly state: DriftRow['state'];
  readonly count: number;
}
