/** One operation from its precondition to its end: looked at, sent, sent again where that is safe. */

import { type Connector, ConnectorError } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { IdentityRecord, ObjectRef } from '../identity/record.ts';
import type { Operation } from '../plan/plan.ts';
import type { PlannedOperation } from '../plan/plans.ts';
import type { Target } from '../plan/target.ts';
import { pathText } from '../plan/text.ts';
import type { MembershipSettlement } from '../warehouse/membership.ts';
import type { Settlement } from '../warehouse/warehouse.ts';
import { attempt } from './attempt.ts';
import type { Breaker, Tripped } from './breaker.ts';
import type { RetryBudget } from './budget.ts';
import { DISPOSITION } from './disposition.ts';
import { mayBeDone } from './doubt.ts';
import { wireOf } from './exchange.ts';
import type { Failure, Outcome, Wire } from './outcome.ts';
import type { Pace } from './pace.ts';
import { movedFields } from './precondition.ts';
import { withReferences } from './references.ts';
import { pauseSeconds } from './retry.ts';
import { secrecyOf, withoutCited } from './secrecy.ts';
import { settlementOfDone, settlementOfFailure } from './settlement.ts';

/** One operation's end: what happened, what it settles, and what was seen on the way. */
export interface Finished {
  readonly planned: PlannedOperation;
  readonly outcome: Outcome;
  /** Absent: the identity stays due as it is. */
  readonly settlement?: Settlement;
  /** The create was answered, or was never executed: it is not in flight any more. */
  readonly landed?: true;
  /** The account as it is now, read because it was not as planned. */
  readonly seen?: IdentityRecord;
  /** Nobody knows whether it was done, now or on an earlier try. */
  readonly doubtful?: true;
  /** What became of single members, where the operation was about members. */
  readonly memberships?: readonly MembershipSettlement[];
  /** Settled, and due again at once: the account is gone and may have to be made anew. */
  readonly replan?: true;
}

export interface Carrying {
  readonly target: Target;
  readonly connector: Connector;
  readonly reviewed: boolean;
  readonly pace: Pace;
  readonly budget: RetryBudget;
  readonly breaker: Breaker;
  readonly accountOf: (identity: IdentityId) => Promise<ObjectRef | undefined>;
  readonly sent: () => Promise<void> | void;
  readonly now: () => Date;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Longer pauses are not waited for inside a run. */
const LONGEST_PAUSE_SECONDS = 120;
const TRIES = 4;

export async function carryOut(planned: PlannedOperation, tools: Carrying): Promise<Finished> {
  const { operation } = planned;
  const { target, connector, signal, now, random } = tools;
  const began = now().getTime();
  const since = () => now().getTime() - began;
  const { sent, unresolved } = await withReferences(
    operation.action === 'create' ? operation.attributes : {},
    tools.accountOf,
  );
  const sender = wireOf(target);
  let doubtful = false;
  const fail = (error: ConnectorError, seen?: IdentityRecord): Finished => {
    const told = toldOf(error, operation, target);
    tools.breaker.failed(told);
    const finished = failed(
      planned,
      told,
      { milliseconds: since(), wire: sender.wire() },
      tools,
      seen,
    );
    return doubtful ? { ...finished, doubtful } : finished;
  };

  const account = await looked(operation, tools);
  if (account?.type === 'failed') return fail(account.error);
  if (account?.type === 'taken') return moved(planned, [account.path]);
  const record = account?.record;
  if (record !== undefined) {
    const fields = movedFields(operation, record, target);
    if (fields.length > 0) return moved(planned, fields, record);
  }
  for (let tries = 1; ; tries++) {
    tools.budget.sent();
    const answer = await attempt(operation, sent, connector, sender.call(tries, signal));
    await tools.sent();
    if (answer.type === 'done') {
      tools.breaker.succeeded();
      const held = answer.record ?? linkedRecord(operation, record);
      return {
        planned,
        outcome: {
          type: 'done',
          operation,
          milliseconds: since(),
          wire: sender.wire(),
          ...(held !== undefined && { record: held }),
        },
        settlement: settlementOfDone(operation, { sent, unresolved }, held, target, now()),
        landed: true,
      };
    }
    const { error } = answer;
    doubtful ||= mayBeDone(error);
    const pause = pauseSeconds(tries, random(), error.retryAfterSeconds);
    const again = maySendAgain(operation, error, tries) && pause <= LONGEST_PAUSE_SECONDS;
    if (error.kind === 'throttled' && pause <= LONGEST_PAUSE_SECONDS) tools.pace.throttled(pause);
    if (!again || !tools.budget.retry()) {
      // Within the time in which the target shows what was before, a look would mislead.
      const looks = error.kind === 'stale' && (target.traits.visibilityLagSeconds ?? 0) === 0;
      const current = looks ? await looked(operation, { ...tools, reviewed: true }) : undefined;
      return fail(error, current?.record);
    }
    const woken = await tools.pace.again(pause, signal).then(
      () => true,
      () => false,
    );
    if (!woken) return fail(error);
  }
}

/** What was refused before it was executed may be sent again; a lost answer only if twice is as once. */
export function maySendAgain(operation: Operation, error: ConnectorError, tries: number): boolean {
  if (error.general) return false;
  switch (DISPOSITION[error.kind]) {
    case 'again':
      return tries < TRIES;
    case 'probe':
      return operation.action !== 'create' && tries < 2;
    default:
      return false;
  }
}

type Look =
  | { readonly type: 'seen'; readonly record: IdentityRecord }
  | { readonly type: 'failed'; readonly error: ConnectorError; readonly record?: undefined }
  /** An account that would be this person's has come since the plan was made. */
  | { readonly type: 'taken'; readonly path: string; readonly record?: undefined };

/**
 * Reads the account before it is touched. Not where a version guards it, and not within the time in
 * which the target shows what was before: that would look like somebody's edit.
 */
async function looked(operation: Operation, tools: Carrying): Promise<Look | undefined> {
  const { connector, reviewed, target, signal } = tools;
  if (operation.action === 'create') return reviewed ? lookedFor(operation, tools) : undefined;
  if (connector.get === undefined) return undefined;
  const guarded = operation.precondition.version !== undefined;
  const late = (target.traits.visibilityLagSeconds ?? 0) > 0;
  if (!reviewed && operation.action !== 'link' && (guarded || late)) return undefined;
  try {
    const record = await connector.get(operation.target, { signal });
    if (record !== undefined) return { type: 'seen', record };
    if (operation.action === 'delete') return undefined;
    const { system, label } = operation;
    return {
      type: 'failed',
      error: new ConnectorError(
        'missing',
        `${operation.action} ${label} in ${system}: the account is gone`,
      ),
    };
  } catch (error) {
    if (error instanceof ConnectorError) return { type: 'failed', error };
    throw error;
  }
}

/** Whoever was nowhere in the target when a plan was made may have been created by hand since. */
async function lookedFor(
  operation: Operation & { readonly action: 'create' },
  { connector, signal }: Carrying,
): Promise<Look | undefined> {
  for (const [path, value] of Object.entries(operation.match)) {
    if (connector.find === undefined || typeof value === 'object') continue;
    try {
      const record = await connector.find(operation.kind, path, value, { signal });
      if (record !== undefined) return { type: 'taken', path };
    } catch (error) {
      if (error instanceof ConnectorError) return { type: 'failed', error };
      throw error;
    }
  }
  return undefined;
}

/** A link writes nothing, so the account is what was read. */
function linkedRecord(
  operation: Operation,
  record: IdentityRecord | undefined,
): IdentityRecord | undefined {
  if (operation.action !== 'link') return undefined;
  return record ?? { ref: operation.target, attributes: {} };
}

function moved(
  planned: PlannedOperation,
  fields: readonly string[],
  seen?: IdentityRecord,
): Finished {
  const { operation } = planned;
  const message = `${fields.map(pathText).join(', ')} ${fields.length === 1 ? 'holds' : 'hold'} something else now than when this was planned`;
  return {
    planned,
    outcome: { type: 'skipped', operation, why: 'moved', message, fields },
    landed: true,
    ...(seen !== undefined && { seen }),
  };
}

/** As it is kept and shown: a system may say in its answer what it was sent. */
function toldOf(error: ConnectorError, operation: Operation, target: Target): ConnectorError {
  const { kind, code, remedy, retryAfterSeconds, general, problems } = error;
  const message = withoutCited(error.message, operation, secrecyOf(target));
  if (message === error.message) return error;
  return new ConnectorError(kind, message, {
    code,
    general,
    problems,
    ...(remedy !== undefined && { remedy }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    cause: error,
  });
}

function failed(
  planned: PlannedOperation,
  error: ConnectorError,
  { milliseconds, wire }: { readonly milliseconds: number; readonly wire: Wire },
  { target, now, random }: Carrying,
  seen: IdentityRecord | undefined,
): Finished {
  const { operation } = planned;
  const outcome: Outcome = {
    type: 'failed',
    operation,
    failure: failureOf(error),
    milliseconds,
    wire,
  };
  const landed = error.kind === 'unknown-outcome' ? {} : { landed: true as const };
  const common = { planned, outcome, ...landed, ...(seen !== undefined && { seen }) };
  // The system as a whole refused: nothing is learnt about this person.
  if (error.general) return common;
  if (isGone(operation, error, target, now())) {
    return { ...common, settlement: { type: 'deleted' }, replan: true };
  }
  return { ...common, settlement: settlementOfFailure(operation, error, target, now(), random()) };
}

/** Where changes take a while to be seen, an account is gone only when it is missed for so long. */
function isGone(
  { action, failedBefore }: Operation,
  error: ConnectorError,
  { traits: { visibilityLagSeconds = 0 } }: Target,
  now: Date,
): boolean {
  if (error.kind !== 'missing' || action === 'create') return false;
  if (visibilityLagSeconds === 0) return true;
  // Whoever changes meanwhile is tried again at once: missed twice alone says nothing.
  if (failedBefore?.code !== error.code) return false;
  return now.getTime() - failedBefore.firstFailedAt.getTime() >= visibilityLagSeconds * 1000;
}

/** Never sent: the run was stopped, the system stopped answering, or the person was taken ahead. */
export function skipped(
  planned: PlannedOperation,
  stop: Tripped | undefined,
  overtaken: boolean,
): Finished {
  const outcome = skippedOutcome(planned.operation, stop, overtaken);
  // Whoever went ahead may have sent a create of their own: its mark is not ours to take away.
  return overtaken ? { planned, outcome } : { planned, outcome, landed: true };
}

function skippedOutcome(
  operation: Operation,
  stop: Tripped | undefined,
  overtaken: boolean,
): Outcome {
  const common = { type: 'skipped' as const, operation };
  if (overtaken) {
    return { ...common, why: 'superseded', message: 'this person was taken ahead of the plan' };
  }
  if (stop !== undefined) {
    return { ...common, why: stop.held ? 'blocked' : 'quarantined', message: stop.message };
  }
  return { ...common, why: 'cancelled', message: 'the run was stopped' };
}

export function failureOf({
  kind,
  code,
  message,
  remedy,
  retryAfterSeconds,
}: ConnectorError): Failure {
  return {
    kind,
    code,
    message,
    ...(remedy !== undefined && { remedy }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** The account an operation leaves behind, for those who refer to it. */
export function accountAfter(outcome: Outcome): ObjectRef | undefined {
  const { operation } = outcome;
  if (outcome.type !== 'done' || operation.action === 'delete') return undefined;
  return outcome.record?.ref ?? (operation.action === 'create' ? undefined : operation.target);
}
