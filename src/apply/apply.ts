/**
 * Carries out a plan in its order, as many operations at a time as the target takes. One person's
 * failure stops nobody else; a failure of the system stops what is left of its plan, which stays due.
 */

import type { Connector } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { PlannedOperation } from '../plan/plans.ts';
import type { Target } from '../plan/target.ts';
import { ahead } from './ahead.ts';
import { breaker, type Tripped } from './breaker.ts';
import { accountAfter, carryOut, type Finished, skipped } from './carry-out.ts';
import { pace } from './pace.ts';
import { recorder } from './recorder.ts';

export interface Applying {
  readonly operations: AsyncIterable<readonly PlannedOperation[]>;
  readonly target: Target;
  readonly connector: Connector;
  /** A person looked at this plan, or it is old: every account is read again before it is touched. */
  readonly reviewed: boolean;
  /** The system was quarantined: one operation at a time, and none after the first that fails. */
  readonly probing: boolean;
  /** Durably marks creates as sent, before they are. */
  readonly markInFlight: (creates: readonly CreateMark[]) => Promise<void>;
  /** The account of an identity that is not part of this plan. */
  readonly accountOf: (identity: IdentityId) => Promise<ObjectRef | undefined>;
  /** Makes outcomes and what they settle durable, all or nothing. */
  readonly record: (finished: readonly Finished[]) => Promise<void>;
  /** Called between operations; what it does goes ahead of the rest of the plan. */
  readonly between: () => Promise<void>;
  /** Whether somebody was taken ahead of this plan meanwhile: what it says of them is old. */
  readonly overtaken: (identity: IdentityId) => boolean;
  /** Called after each answer of the target, before it is recorded. */
  readonly sent: () => Promise<void> | void;
  readonly now: () => Date;
  readonly random: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface CreateMark {
  readonly identity: IdentityId;
  readonly operation: string;
  readonly match: Attributes;
}

export interface Applied {
  /** What stopped the plan before its end, if the system did. */
  readonly tripped?: Tripped;
}

const DEFAULT_CONCURRENCY = 8;

export async function applyPlan(applying: Applying): Promise<Applied> {
  const { target, signal, now, probing } = applying;
  const { maxConcurrency, requestsPerSecond } = target.traits;
  const turns = pace({
    maxConcurrency: probing ? 1 : (maxConcurrency ?? DEFAULT_CONCURRENCY),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    now: () => now().getTime(),
    sleep: applying.sleep,
  });
  const fuse = breaker(probing);
  const records = recorder<Finished>(applying.record);
  const accounts = new Map<IdentityId, Promise<ObjectRef | undefined>>();
  const accountOf = (identity: IdentityId) => {
    const known = accounts.get(identity) ?? applying.accountOf(identity);
    accounts.set(identity, known);
    return known;
  };
  const running = new Set<Promise<void>>();
  let bug: { readonly error: unknown } | undefined;

  const finish = (finished: Finished) => {
    const { outcome, planned } = finished;
    if (planned.awaited) {
      accounts.set(planned.operation.identity, Promise.resolve(accountAfter(outcome)));
    }
    records.add(finished);
  };
  const start = (planned: PlannedOperation) => {
    const tools = { ...applying, pace: turns, breaker: fuse, accountOf };
    const work = carryOut(planned, tools)
      .then(finish)
      .catch((error: unknown) => {
        bug ??= { error };
      })
      .finally(() => {
        turns.done();
        running.delete(work);
      });
    running.add(work);
  };
  const drain = async () => {
    await Promise.all(running);
    if (bug !== undefined) throw bug.error;
  };

  let level = 0;
  for await (const batch of ahead(marked(applying))) {
    for (const planned of batch) {
      if (planned.level > level) {
        await drain();
        level = planned.level;
      }
      await applying.between();
      const turn = await turns.turn(signal).then(
        () => true,
        () => false,
      );
      const overtaken = applying.overtaken(planned.operation.identity);
      if (turn && !overtaken && fuse.tripped() === undefined && bug === undefined) {
        start(planned);
      } else {
        if (turn) turns.done();
        finish(skipped(planned, fuse.tripped(), overtaken));
      }
    }
  }
  await drain();
  await records.flush();
  const tripped = fuse.tripped();
  return tripped === undefined ? {} : { tripped };
}

/** Creates are marked a batch at a time, while the batch before is being sent. */
async function* marked({
  operations,
  markInFlight,
}: Applying): AsyncGenerator<readonly PlannedOperation[]> {
  for await (const batch of operations) {
    const creates = batch.flatMap(({ operation }) =>
      operation.action === 'create'
        ? [{ identity: operation.identity, operation: operation.id, match: operation.match }]
        : [],
    );
    if (creates.length > 0) await markInFlight(creates);
    yield batch;
  }
}
