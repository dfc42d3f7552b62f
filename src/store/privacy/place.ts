/** What a table holds of a person, and what becomes of it when the person is erased. */

import type { Whom } from '../../sync/privacy-storage.ts';
import type { Queries, Row } from '../database.ts';
import type { Finding } from './find.ts';

/** A row with the JSON of its columns read. */
export type ReadRow = Readonly<Record<string, unknown>>;

export interface Place {
  readonly table: string;
  /** What of a person stands there. */
  readonly what: string;
  readonly finds: Finding;
  /** No index knows where the person occurs, and there may be very many rows. */
  readonly scanned?: true;
  /** Of a row that is about several people, what is about this one; nothing where nothing is. */
  readonly part?: (row: ReadRow, whom: Whom) => ReadRow | undefined;
  readonly erased: Erased;
  /** Rows that are others', and go on to name the person in the words of their source. */
  readonly others?: {
    readonly what: string;
    readonly why: string;
    readonly has: (row: Row, whom: Whom) => boolean;
  };
  /** What else goes, of rows that stay in part. */
  readonly besides?: (rows: readonly Row[], whom: Whom, queries: Queries) => Promise<void>;
}

export type Erased =
  | { readonly how: 'rows' }
  /** The row stays for whom else it is about, or for what it says of nobody. */
  | { readonly how: 'part'; readonly without: (row: Row, whom: Whom) => Remainder }
  | { readonly how: 'kept'; readonly why: string }
  /** Only the audit trail itself may do it: what is taken away is told there. */
  | { readonly how: 'audit' };

/** Columns as they are from now on; `row`: nothing is left worth keeping. */
export type Remainder = 'row' | Row;
