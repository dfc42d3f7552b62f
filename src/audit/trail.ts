/** What the trail asks of the store: entries are appended and read, never changed. */

import type { IdentityId, Tenant } from '../identity/identity.ts';
import type { Actor, AuditEntry, Deed, Told } from './entry.ts';

export interface AuditTrail {
  readonly tenant: Tenant;
  /**
   * Appends in the transaction that is under way, as its last act: what is told and what it tells of
   * are kept together or not at all. Writers of all processes stand in one line.
   *
   * @param configVersion Put in front as `configuration-changed` where the last entry knew another.
   */
  append(
    told: readonly Told[],
    by: { readonly actor: Actor; readonly at: Date; readonly configVersion?: string },
  ): Promise<void>;
  /** The newest first. */
  entries(query: AuditQuery): AsyncIterable<AuditEntry>;
  /** From the oldest kept to the newest, as verifying walks it. */
  walk(): AsyncIterable<AuditEntry>;
  /** Where the chain says it ends. */
  head(): Promise<Head>;
  byHash(hash: string): Promise<AuditEntry | undefined>;
  /** Of the oldest so many that are kept, the last one before the first entry of that time or later. */
  lastBefore(at: Date, most: number): Promise<AuditEntry | undefined>;
  /** Deletes entries up to that number; only after the deletion was recorded, in its transaction. */
  prune(upTo: number): Promise<number>;
  /** Takes away whom and what entries about a person are about. Returns their numbers. */
  erase(person: IdentityId): Promise<readonly number[]>;
  transaction<Value>(work: () => Promise<Value>): Promise<Value>;
}

export interface Head {
  /** 0 while there is none. */
  readonly number: number;
  readonly hash: string;
  /** So many of the oldest were pruned. */
  readonly pruned: number;
}

export interface AuditQuery {
  readonly from?: Date;
  readonly to?: Date;
  /** A part of the name, without case. */
  readonly actor?: string;
  readonly action?: Deed;
  readonly person?: IdentityId;
  /** A run, a plan, a system. */
  readonly subject?: string;
  readonly limit?: number;
}
