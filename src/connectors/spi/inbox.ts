/** Records that others push to a system, instead of being read from it. */

/** One record of an upload, as it was sent: an operation of a bulk request (RFC 7644 §3.7). */
export interface UploadOperation {
  readonly method: string;
  readonly path: string;
  /** The sender's own name for this operation. */
  readonly bulkId?: string;
  readonly data: unknown;
}

export interface Upload {
  readonly operations: readonly UploadOperation[];
  /** After so many refusals the rest is left alone. */
  readonly failOnErrors?: number;
  /** An upload that is sent again under its key is not taken again. */
  readonly key?: string;
  /** Of the content: under one key it has to be the same. */
  readonly digest: string;
}

/** What became of one record at the door. */
export interface UploadResult {
  readonly bulkId?: string;
  /** The record's own id, where it has one. */
  readonly id?: string;
  readonly status: 'taken' | 'unchanged' | 'refused' | 'skipped';
  /** Why it was refused; has a section in `docs/errors.md`. */
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string;
  /** Attributes that no schema has, and that nothing was made of. */
  readonly ignored?: readonly string[];
}

/** An upload as it was answered: its records are durable, and the next reading shows them. */
export interface UploadReceipt {
  readonly id: string;
  readonly at: Date;
  /** One for each operation, in their order. */
  readonly results: readonly UploadResult[];
}

export interface UploadQuery {
  readonly id?: string;
  readonly limit: number;
}
