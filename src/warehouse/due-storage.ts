/** What the warehouse keeps of who is due, who was refused and why, and what is to be expanded. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Due, DueCause, Escrow, InFlight, RefusedCreate } from './subject.ts';

export interface NewDue {
  readonly identity: IdentityId;
  readonly target: SystemName;
  readonly cause: DueCause;
  readonly generation: number;
  readonly since: number;
  readonly urgent?: true;
}

/** Something to be expanded into due rows, a batch at a time. */
export interface Marker {
  /** Target, or the empty text for what concerns every target. */
  readonly target: SystemName;
  /** `everybody`, `sources`, or the key of a group whose members are meant. */
  readonly name: string;
  readonly cause: DueCause;
  /** Where the last batch ended. */
  readonly cursor: string;
}

export interface SettledRow {
  readonly identity: IdentityId;
  readonly generation: number;
}

export interface RefusalRow {
  readonly identity: IdentityId;
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

export interface EscrowRow extends SettledRow {
  readonly escrow: Escrow;
  readonly notBefore?: number;
}

export interface DateRow extends SettledRow {
  readonly at: number;
}

export interface DueStore {
  /** A number no other generation of this store will ever have in its upper half. */
  nextEpoch(): Promise<number>;
  addDue(rows: readonly NewDue[]): Promise<void>;
  /** Makes due who is not, and brings forward who waits; leaves alone who is due already. */
  addDueIfIdle(rows: readonly NewDue[]): Promise<void>;
  /** Frees rows whose date has come. */
  releaseDue(target: SystemName, now: number): Promise<void>;
  dueCount(target: SystemName, now: number): Promise<number>;
  /** Due now and ahead of everybody. */
  urgentDue(target: SystemName, limit: number): Promise<readonly Due[]>;
  /** Due now and not urgent, by identity. */
  ordinaryDue(target: SystemName, after: IdentityId, limit: number): Promise<readonly Due[]>;
  dueOf(target: SystemName, identities: readonly IdentityId[]): Promise<readonly Due[]>;
  dueAfter(target: SystemName, after: IdentityId, limit: number): Promise<readonly Due[]>;

  settle(target: SystemName, rows: readonly SettledRow[]): Promise<void>;
  settleToDate(target: SystemName, rows: readonly DateRow[]): Promise<void>;
  settleToEscrow(target: SystemName, rows: readonly EscrowRow[]): Promise<void>;
  clearRefusals(target: SystemName, identities: readonly IdentityId[]): Promise<void>;
  saveRefusals(target: SystemName, rows: readonly RefusalRow[]): Promise<void>;
  refusals(target: SystemName, after: IdentityId, limit: number): Promise<readonly RefusalRow[]>;

  inFlight(
    target: SystemName,
    identities: readonly IdentityId[],
  ): Promise<ReadonlyMap<IdentityId, InFlight>>;
  saveInFlight(
    target: SystemName,
    rows: readonly (InFlight & { readonly identity: IdentityId })[],
  ): Promise<void>;
  clearInFlight(target: SystemName, identities: readonly IdentityId[]): Promise<void>;

  refusedCreates(
    target: SystemName,
    identities: readonly IdentityId[],
  ): Promise<ReadonlyMap<IdentityId, RefusedCreate>>;
  saveRefusedCreates(
    target: SystemName,
    rows: readonly (RefusedCreate & { readonly identity: IdentityId })[],
  ): Promise<void>;
  clearRefusedCreates(target: SystemName, identities: readonly IdentityId[]): Promise<void>;

  fingerprints(): Promise<ReadonlyMap<string, string>>;
  setFingerprint(name: string, value: string | undefined): Promise<void>;
  markers(target: SystemName, limit?: number): Promise<readonly Marker[]>;
  saveMarker(marker: Marker): Promise<void>;
  removeMarker(marker: Pick<Marker, 'target' | 'name'>): Promise<void>;
}
