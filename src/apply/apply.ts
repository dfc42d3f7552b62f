/**
 * Carries out a plan in its order, as many operations at a time as the target takes. One person's
 * failure stops nobody else; a failure of the system stops what is left of its plan, which stays due.
 */

import type { Connector } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, ObjectRef } from '../identity/record.ts';
import { ahead } from '../plan/ahead.ts';
import type { Operation } from '../plan/plan.ts';
import type { PlannedOperation } from '../plan/plans.ts';
import { forKind, type Target } from '../plan/target.ts';
import { breaker, type Tripped } from './breaker.ts';
import { retryBudget } from './budget.ts';
import { accountAfter, type Carrying, carryOut, type Finished, skipped } from './carry-out.ts';
import { carryOutMembers, groupsInTurn } from './members.ts';
import type { Pace } from './pace.ts';
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
  readonly pace: Pace;
  /** Sent beside whatever else is under way, ahead of all that waits for its turn. */
  readonly ahead: boolean;
  /** Called between operations, and now and then while all turns are taken. */
  readonly between: (plan: Overtaking) => Promise<void>;
  /** Takes what was in flight and never sent back out of flight. */
  readonly clearInFlight: (identities: readonly IdentityId[]) => Promise<void>;
  /** Called after each answer of the target, before it is recorded. */
  readonly sent: () => Promise<void> | void;
  readonly now: () => Date;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** A plan that is under way, as whoever goes ahead of it sees it. */
export interface Overtaking {
  /**
   * From now on the plan leaves these people alone: what it says of them is old. Afterwards nothing
   * of them is under way, and what was is recorded.
   */
  claim(identities: readonly IdentityId[]): Promise<void>;
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

/** So often somebody may go ahead while all turns are taken by slow answers. */
const LOOK_MILLISECONDS = 100;

export async function applyPlan(applying: Applying): Promise<Applied> {
  const { target, signal, probing, pace: turns } = applying;
  const fuse = breaker(probing, target.limits.failures);
  const budget = retryBudget();
  const records = recorder<Finished>(applying.record);
  const accounts = new Map<IdentityId, Promise<ObjectRef | undefined>>();
  const accountOf = (identity: IdentityId) => {
    const known = accounts.get(identity) ?? applying.accountOf(identity);
    accounts.set(identity, known);
    return known;
  };
  const running = new Map<Promise<void>, Operation>();
  const waiting: Waiting = { marked: new Set(), marking: Promise.resolve(), claimed: new Set() };
  let bug: { readonly error: unknown } | undefined;

  const finish = (finished: Finished) => {
    const { outcome, planned } = finished;
    if (planned.awaited) {
      accounts.set(planned.operation.identity, Promise.resolve(accountAfter(outcome)));
    }
    records.add(finished);
  };
  const inTurn = groupsInTurn();
  const start = (planned: PlannedOperation) => {
    const rules = forKind(target, planned.operation.kind);
    const tools = { ...applying, target: rules, budget, breaker: fuse, accountOf };
    const work = inTurn(planned.operation, () => carry(planned, tools))
      .then(finish)
      .catch((error: unknown) => {
        bug ??= { error };
      })
      .finally(() => {
        if (!applying.ahead) turns.done();
        running.delete(work);
      });
    running.set(work, planned.operation);
  };
  const claim = async (identities: readonly IdentityId[]) => {
    for (const identity of identities) waiting.claimed.add(identity);
    const those = new Set(identities);
    const theirs = [...running].filter(([, operation]) => isAboutAny(operation, those));
    await Promise.all([waiting.marking, ...theirs.map(([work]) => work)]);
    await records.flush();
    const neverSent = identities.filter((identity) => waiting.marked.delete(identity));
    if (neverSent.length > 0) await applying.clearInFlight(neverSent);
  };
  /** Waits, and lets others go ahead meanwhile. */
  const patiently = async <Value>(work: Promise<Value>): Promise<Value> => {
    while (!(await settledWithin(LOOK_MILLISECONDS, work))) await applying.between({ claim });
    return work;
  };
  const drain = async () => {
    await patiently(Promise.all(running.keys()));
    if (bug !== undefined) throw bug.error;
  };
  const turn = (): Promise<boolean> => {
    const granted = (applying.ahead ? turns.startAhead(signal) : turns.turn(signal)).then(
      () => true,
      () => false,
    );
    return patiently(granted);
  };

  let level = 0;
  for await (const batch of ahead(marked(applying, waiting))) {
    for (const planned of batch) {
      if (planned.level > level) {
        await drain();
        level = planned.level;
      }
      await applying.between({ claim });
      const mine = await turn();
      waiting.marked.delete(planned.operation.identity);
      const left = withoutClaimed(planned, waiting.claimed);
      const overtaken = left === undefined;
      if (mine && !overtaken && fuse.tripped() === undefined && bug === undefined) {
        start(left);
      } else {
        if (mine && !applying.ahead) turns.done();
        finish(skipped(planned, fuse.tripped(), overtaken));
      }
    }
  }
  await drain();
  await records.flush();
  const tripped = fuse.tripped();
  return tripped === undefined ? {} : { tripped };
}

function isAboutAny(operation: Operation, people: ReadonlySet<IdentityId>): boolean {
  if (people.has(operation.identity)) return true;
  return 'members' in operation && operation.members.some(({ identity }) => people.has(identity));
}

/** What is left of an operation once others took people of it; nothing when nobody is left. */
function withoutClaimed(
  planned: PlannedOperation,
  claimed: ReadonlySet<IdentityId>,
): PlannedOperation | undefined {
  const { operation } = planned;
  if (claimed.has(operation.identity)) return undefined;
  if (!('members' in operation) || !isAboutAny(operation, claimed)) return planned;
  const members = operation.members.filter(({ identity }) => !claimed.has(identity));
  return members.length === 0 ? undefined : { ...planned, operation: { ...operation, members } };
}

function carry(planned: PlannedOperation, tools: Carrying): Promise<Finished> {
  const { action } = planned.operation;
  const isAboutMembers = action === 'add-members' || action === 'remove-members';
  return isAboutMembers ? carryOutMembers(planned, tools) : carryOut(planned, tools);
}

/** People of a plan whose operation has not begun. */
interface Waiting {
  /** Marked as sent, and not sent yet: at most two batches. */
  readonly marked: Set<IdentityId>;
  marking: Promise<void>;
  /** Taken ahead of the plan. */
  readonly claimed: Set<IdentityId>;
}

/** Creates are marked a batch at a time, while the batch before is being sent. */
async function* marked(
  { operations, markInFlight }: Applying,
  waiting: Waiting,
): AsyncGenerator<readonly PlannedOperation[]> {
  for await (const batch of operations) {
    const creates = batch.flatMap(({ operation }) =>
      operation.action === 'create' && !waiting.claimed.has(operation.identity)
        ? [{ identity: operation.identity, operation: operation.id, match: operation.match }]
        : [],
    );
    for (const { identity } of creates) waiting.marked.add(identity);
    if (creates.length > 0) waiting.marking = markInFlight(creates);
    await waiting.marking;
    yield batch;
  }
}

/** Whether it ended within so many milliseconds; how it ended is for whoever awaits it. */
async function settledWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  const settled = await Promise.race([ended, late]);
  clearTimeout(timer);
  return settled;
}
