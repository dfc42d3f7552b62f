/** What people decided about who is who. It is remembered, and can be taken back. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';
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
  /** Who has the records now; of `rejected`, the first who does not. */
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
  /** What was decided, where it stood in the queue. */
  readonly review?: ReviewItem;
}
