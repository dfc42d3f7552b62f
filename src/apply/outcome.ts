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
      readonly wire?: Wire;
    }
  | {
      readonly type: 'failed';
      readonly operation: Operation;
      readonly failure: Failure;
      readonly milliseconds: number;
      readonly wire?: Wire;
    }
  | {
      readonly type: 'skipped';
      readonly operation: Operation;
      /** `moved`: a precondition no longer holds, and `fields` names what moved. */
      readonly why: 'moved' | 'blocked' | 'quarantined' | 'cancelled' | 'superseded';
      readonly message: string;
      readonly fields?: readonly string[];
    };

/** How an operation was sent, for the provisioning log. */
export interface Wire {
  /** How many times it was tried. */
  readonly attempts: number;
  /** As `exchangesOf` reads it; absent where the connector speaks over no wire. */
  readonly exchanges?: string;
}

/** A failure as it is stored and shown: no secrets, no whole objects. */
export interface Failure {
  readonly kind: FailureKind;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly retryAfterSeconds?: number;
}
