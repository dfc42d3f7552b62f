/** What undoing asks of the store: what a run did by identity, and who is paused since. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Operation, PlanId } from '../plan/plan.ts';
import type { RunId } from './ledger.ts';

/** What one run did for one identity, in the order in which it was done. */
export interface Deed {
  readonly identity: IdentityId;
  readonly operations: readonly Operation[];
}

export interface Pause {
  readonly target: SystemName;
  readonly identity: IdentityId;
  /** The run that was undone. */
  readonly run: RunId;
  readonly at: Date;
}

/** What of a run's work in one target is still recorded. */
export interface Written {
  readonly target: SystemName;
  readonly operations: number;
}

export interface UndoStore {
  /** By id or the beginning of one, the newest first; the first two tell whether it is the only one. */
  runsNamed(text: string): Promise<readonly RunId[]>;
  /** Targets in which a run did anything, with the number of operations done. */
  targetsOf(run: RunId): Promise<readonly Written[]>;
  /** By identity, in batches. */
  deeds(run: RunId, target: SystemName, batchSize: number): AsyncIterable<readonly Deed[]>;

  /** Remembers what a plan is for. */
  note(plan: PlanId, run: RunId, at: Date): Promise<void>;
  /** The run a plan undoes, if it does. */
  runOf(plan: PlanId): Promise<RunId | undefined>;
  /** The run that a run undid, if it did: told by the plan that it applied. */
  undoneBy(run: RunId): Promise<RunId | undefined>;

  pause(
    target: SystemName,
    identities: readonly IdentityId[],
    run: RunId,
    configVersion: string,
    at: Date,
  ): Promise<void>;
  /** Of these, who is paused under this configuration. */
  paused(
    target: SystemName,
    identities: readonly IdentityId[],
    configVersion: string,
  ): Promise<ReadonlySet<IdentityId>>;
  /** Up to a limit of those paused under another configuration than this one. */
  outdated(
    target: SystemName,
    configVersion: string,
    limit: number,
  ): Promise<readonly IdentityId[]>;
  pausedBy(run: RunId, limit: number): Promise<readonly Pause[]>;
  pauseCount(target: SystemName): Promise<number>;
  /** Returns how many of them were paused. */
  resume(target: SystemName, identities: readonly IdentityId[]): Promise<number>;
}
