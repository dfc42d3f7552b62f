import type { FailureKind } from '../connectors/spi/index.ts';
import type { IdentityRecord } from '../identity/record.ts';
import type { Operation } from '../plan/plan.ts';

/** What became of one operation. */
export type Outcome =
  | {
      readonly type: 'done';
      readonly operation: Operation;
      /** As the system now holds it; absent after a delete. */
      readonly record?: IdentityRecord;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'failed';
      readonly operation: Operation;
      readonly failure: Failure;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'skipped';
      readonly operation: Operation;
      /** `moved`: a precondition no longer holds, and `fields` names what moved. */
      readonly why: 'moved' | 'blocked' | 'quarantined' | 'cancelled' | 'superseded';
      readonly message: string;
      readonly fields?: readonly string[];
    };

/** A failure as it is stored and shown: no secrets, no whole objects. */
export interface Failure {
  readonly kind: FailureKind;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly retryAfterSeconds?: number;
}
