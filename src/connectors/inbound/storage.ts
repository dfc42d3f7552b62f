/** What a system that is pushed to asks of the store: its records, their changes, and its uploads. */

import type { Attributes } from '../../identity/record.ts';
import type { UploadQuery, UploadReceipt, UploadResult } from '../spi/index.ts';

export interface NewUpload {
  readonly id: string;
  readonly at: Date;
  readonly key?: string;
  readonly digest: string;
  /** Whose records the decision needs. */
  readonly records: readonly string[];
  /** Older uploads are forgotten on the way. */
  readonly forgetBefore: Date;
}

/** What an upload comes to, given the records as they are. */
export interface Decision {
  /** Those that are written, by id, as they are from now on. */
  readonly changed: ReadonlyMap<string, Attributes>;
  readonly results: readonly UploadResult[];
}

export type Taken =
  | { readonly type: 'taken' | 'repeated'; readonly receipt: UploadReceipt }
  /** The key belongs to an upload of another content. */
  | { readonly type: 'other-content'; readonly receipt: UploadReceipt };

export interface StoredRecord {
  readonly id: string;
  readonly attributes: Attributes;
  /** The number of its last change. */
  readonly sequence: number;
}

/** Of one system. */
export interface InboundStorage {
  /**
   * All of an upload or nothing of it, durable before it is answered; uploads of one system take
   * turns, so that each decides over what the one before it left.
   */
  take(
    upload: NewUpload,
    decide: (before: ReadonlyMap<string, Attributes>) => Decision,
  ): Promise<Taken>;
  /** In order of sequence, from after `since`; each record once, at the place of its last change. */
  changes(since: number, count: number): Promise<readonly StoredRecord[]>;
  /** The newest first. */
  uploads(query: UploadQuery): Promise<readonly UploadReceipt[]>;
  /** How many came since then, and when the first of them. */
  uploadsSince(at: Date): Promise<{ readonly count: number; readonly first?: Date }>;
}
