/** What data protection asks of the store: what is kept about one person, table by table. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';

/** By what rows are known to be about somebody. */
export interface Whom {
  /** The identity, and those that were merged into it. */
  readonly ids: readonly IdentityId[];
  /** Their records and accounts. */
  readonly refs: readonly ObjectRef[];
  /** Where mail was sent to them. */
  readonly addresses: readonly string[];
}

/** A row as it is stored, with texts of JSON read and instants in RFC 3339. */
export type StoredRow = Readonly<Record<string, unknown>>;

export interface Holding {
  readonly table: string;
  /** What of a person stands there, for people to read. */
  readonly what: string;
  /** Of rows about several people, what is about this one. */
  readonly rows: readonly StoredRow[];
}

/** A table of which no row is about a person, and why. */
export interface Impersonal {
  readonly table: string;
  readonly why: string;
}

export interface PrivacyStore {
  /** Nobody: only the id itself is known. */
  whom(identity: IdentityId): Promise<Whom>;
  /** Tables in which nothing is about them are left out. */
  holdings(whom: Whom): AsyncIterable<Holding>;
  readonly impersonal: readonly Impersonal[];
}
