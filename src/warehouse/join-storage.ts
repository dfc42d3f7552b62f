/** What joining asks of the store beside records and identities. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { DecisionId, DecisionRow } from './decision.ts';
import type { IdentityKey } from './storage.ts';
import type { ReviewItem } from './warehouse.ts';

/** Two records that are not one person's, because somebody said so. */
export interface Apart {
  readonly ref: ObjectRef;
  readonly other: ObjectRef;
}

export interface JoinStore {
  /** Whom each key finds, at most so many; whatever is under a key, not more of it is read. */
  identitiesInBlocks(keys: readonly string[], limitEach: number): Promise<readonly IdentityKey[]>;
  /** Records that wait for one of the keys; none of a key for which more than so many wait. */
  unjoinedInBlocks(keys: readonly string[], limitEach: number): Promise<readonly ObjectRef[]>;
  /** Whether any present record of the system belongs to somebody. */
  anyManaged(system: SystemName, kind: ObjectKind): Promise<boolean>;

  /** Pairs with one of these records first. */
  apart(refs: readonly ObjectRef[]): Promise<readonly Apart[]>;
  /** In both directions. */
  saveApart(pairs: readonly Apart[], decision: DecisionId): Promise<void>;
  removeApart(decision: DecisionId): Promise<void>;

  review(id: string): Promise<ReviewItem | undefined>;
  saveDecision(row: DecisionRow): Promise<void>;
  decision(id: DecisionId): Promise<DecisionRow | undefined>;
  /** The newest first. */
  decisions(limit: number): Promise<readonly DecisionRow[]>;
  /** Those that stand and put records together in this identity, the newest first. */
  decisionsAbout(identity: IdentityId): Promise<readonly DecisionRow[]>;
  setUndone(id: DecisionId, at: number): Promise<void>;
}
