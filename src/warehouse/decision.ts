/** What people decided about who is who. It is remembered, and can be taken back. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { ReviewItem } from './warehouse.ts';

export type DecisionId = string;

/**
 * `joined`: a record that was in doubt belongs to an identity. `rejected`: it belongs to none of
 * these. `new-person`: it is somebody of its own. `merged`: two identities were one person.
 * `unmerged`: one was two.
 */
export type DecisionType = 'joined' | 'rejected' | 'new-person' | 'merged' | 'unmerged';

export interface Decision {
  readonly id: DecisionId;
  readonly type: DecisionType;
  readonly at: Date;
  /** Who has the records now; of `rejected` and `new-person`, the first who does not. */
  readonly identity: IdentityId;
  /** Who had them before; of `unmerged`, who has them instead. */
  readonly other?: IdentityId;
  /** What changed hands, or was kept apart. */
  readonly records: readonly ObjectRef[];
  /** Accounts that came to be nobody's, because both had one in the same system. */
  readonly detached: readonly ObjectRef[];
  readonly undoneAt?: Date;
}

export interface DecisionRow extends Decision {
  /** What was decided, as it stood in the queue. */
  readonly review?: ReviewItem;
}

/** What a person says of a record that is in doubt. */
export type Choice =
  | { readonly type: 'join'; readonly identity: IdentityId }
  /** None of the candidates, or not this one; never to be asked again. */
  | { readonly type: 'reject'; readonly identity?: IdentityId }
  | { readonly type: 'new-person' };

/** A matter of the queue and everybody it is about, side by side. */
export interface ReviewCase {
  readonly item: ReviewItem;
  /** The one in doubt, as identity attributes; absent where it is about an account. */
  readonly record?: { readonly ref: ObjectRef; readonly attributes: Attributes };
  readonly people: readonly Identity[];
}

/** Who is who, as people say it. */
export interface Decisions {
  review(id: string): Promise<ReviewCase | undefined>;
  /** @throws DecisionRefusal */
  decideReview(id: string, choice: Choice): Promise<Decision>;
  /** Everything of the second becomes the first's. @throws DecisionRefusal */
  mergePeople(kept: IdentityId, other: IdentityId): Promise<Decision>;
  /**
   * Makes two of one, who are never joined again. Without records: what was put together last, or
   * the record of the lesser precedence where there are two. @throws DecisionRefusal
   */
  unmergePerson(identity: IdentityId, records?: readonly ObjectRef[]): Promise<Decision>;
  /** @throws DecisionRefusal */
  undoDecision(id: DecisionId): Promise<Decision>;
  /** The newest first. */
  decisions(limit: number): Promise<readonly Decision[]>;
}

/** What cannot be decided so; `code` has its section in `docs/errors.md`. */
export class DecisionRefusal extends Error {
  override readonly name = 'DecisionRefusal';
  readonly code:
    | 'merge-refused'
    | 'no-such-decision'
    | 'no-such-review'
    | 'not-a-candidate'
    | 'review-not-decidable'
    | 'unmerge-refused';
  readonly remedy: string;

  constructor(code: DecisionRefusal['code'], message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
