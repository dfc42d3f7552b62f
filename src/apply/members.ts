/**
 * Members of a group, a portion at a time. One member that the target refuses does not hold up the
 * others: the portion is halved until that one stands alone.
 */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Operation, PlannedMember } from '../plan/plan.ts';
import type { PlannedOperation } from '../plan/plans.ts';
import type { MembershipSettlement } from '../warehouse/membership.ts';
import type { Settlement } from '../warehouse/warehouse.ts';
import { attempt } from './attempt.ts';
import { type Carrying, type Finished, failureOf, maySendAgain } from './carry-out.ts';
import { DISPOSITION } from './disposition.ts';
import { type Sender, wireOf } from './exchange.ts';
import type { Wire } from './outcome.ts';
import { pauseSeconds, retryDelaySeconds } from './retry.ts';

type MembersOperation = Extract<Operation, { readonly members: readonly PlannedMember[] }>;

/** Longer pauses are not waited for inside a run. */
const LONGEST_PAUSE_SECONDS = 120;
const NAMES_SHOWN = 3;

interface Sending extends Carrying {
  readonly call: Sender['call'];
}

interface Sent {
  readonly done: readonly PlannedMember[];
  readonly failed: readonly { readonly member: PlannedMember; readonly error: ConnectorError }[];
  /** The group itself is gone. */
  readonly gone?: ConnectorError;
}

export async function carryOutMembers(
  planned: PlannedOperation,
  tools: Carrying,
): Promise<Finished> {
  const { operation } = planned;
  if (operation.action !== 'add-members' && operation.action !== 'remove-members') {
    throw new TypeError(`${operation.action} is not about members`);
  }
  const began = tools.now().getTime();
  const sender = wireOf(tools.target);
  const sending = { ...tools, call: sender.call };
  const { done, failed, gone } = await send(operation, operation.members, sending);
  const spent = { milliseconds: tools.now().getTime() - began, wire: sender.wire() };
  if (gone !== undefined) return groupGone(planned, gone, spent);
  const [first] = failed;
  const memberships = [
    ...done.map((member) => settledBy(operation, member)),
    ...failed.flatMap(({ member, error }) => failedBy(operation, member, error, tools)),
  ];
  if (first === undefined) {
    return {
      planned,
      outcome: { type: 'done', operation, ...spent },
      memberships,
      landed: true,
    };
  }
  const failure = { ...failureOf(first.error), message: whoFailed(first.error, failed) };
  return {
    planned,
    outcome: { type: 'failed', operation, failure, ...spent },
    memberships,
    landed: true,
  };
}

/** It was done for the others, so that those it was not done for are named. */
function whoFailed({ message }: ConnectorError, failed: Sent['failed']): string {
  const names = failed.slice(0, NAMES_SHOWN).map(({ member }) => member.label);
  const more = failed.length > names.length ? ` and ${failed.length - names.length} more` : '';
  return `${names.join(', ')}${more}: ${message}`;
}

async function send(
  operation: MembersOperation,
  members: readonly PlannedMember[],
  tools: Sending,
): Promise<Sent> {
  const error = await sendOnce({ ...operation, members }, tools);
  if (error === undefined) return { done: members, failed: [] };
  const [member] = members;
  if (isItsOwn(error) && members.length > 1) return halved(operation, members, tools);
  if (member === undefined || members.length > 1) {
    return { done: [], failed: members.map((each) => ({ member: each, error })) };
  }
  if (isAsWanted(operation, error)) return { done: [member], failed: [] };
  if (error.kind !== 'missing') return { done: [], failed: [{ member, error }] };
  const gone = await groupIsGone(operation, tools);
  if (gone !== undefined) return { done: [], failed: [], gone };
  // Nobody who is not there is a member.
  return operation.action === 'remove-members'
    ? { done: [member], failed: [] }
    : { done: [], failed: [{ member, error }] };
}

async function halved(
  operation: MembersOperation,
  members: readonly PlannedMember[],
  tools: Sending,
): Promise<Sent> {
  const middle = Math.ceil(members.length / 2);
  const left = await send(operation, members.slice(0, middle), tools);
  if (left.gone !== undefined) return left;
  const right = await send(operation, members.slice(middle), tools);
  return {
    done: [...left.done, ...right.done],
    failed: [...left.failed, ...right.failed],
    ...(right.gone && { gone: right.gone }),
  };
}

/** Sent, and sent again where that is safe: who is a member already stays one. */
async function sendOnce(
  operation: MembersOperation,
  { connector, signal, random, budget, pace, breaker, sent, call }: Sending,
): Promise<ConnectorError | undefined> {
  for (let tries = 1; ; tries++) {
    budget.sent();
    const answer = await attempt(operation, {}, connector, call(tries, signal));
    await sent();
    if (answer.type === 'done') {
      breaker.succeeded();
      return undefined;
    }
    const { error } = answer;
    const pause = pauseSeconds(tries, random(), error.retryAfterSeconds);
    const short = pause <= LONGEST_PAUSE_SECONDS;
    if (error.kind === 'throttled' && short) pace.throttled(pause);
    if (!maySendAgain(operation, error, tries) || !short || !budget.retry()) {
      if (!isItsOwn(error) || operation.members.length === 1) breaker.failed(error);
      return error;
    }
    const woken = await pace.again(pause, signal).then(
      () => true,
      () => false,
    );
    if (!woken) return error;
  }
}

/** Whether one member of many may have caused it. */
function isItsOwn({ kind, general }: ConnectorError): boolean {
  return !general && (kind === 'invalid' || kind === 'conflict' || kind === 'missing');
}

/** Some targets refuse to add who is a member, or to remove who is none (RFC 7644 §3.5.2.2). */
function isAsWanted({ action }: MembersOperation, { kind, code }: ConnectorError): boolean {
  return action === 'add-members' ? kind === 'conflict' : code === 'no-target';
}

async function groupIsGone(
  { action, label, system, target }: MembersOperation,
  { connector, signal }: Carrying,
): Promise<ConnectorError | undefined> {
  if (connector.get === undefined) return undefined;
  try {
    if ((await connector.get(target, { signal })) !== undefined) return undefined;
    return new ConnectorError('missing', `${action} ${label} in ${system}: the group is gone`);
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** As with a person's account that is gone: forgotten, and the group is planned anew at once. */
function groupGone(
  planned: PlannedOperation,
  error: ConnectorError,
  spent: { readonly milliseconds: number; readonly wire: Wire },
): Finished {
  const { operation } = planned;
  const settlement: Settlement = { type: 'deleted' };
  return {
    planned,
    outcome: { type: 'failed', operation, failure: failureOf(error), ...spent },
    settlement,
    landed: true,
    replan: true,
  };
}

function settledBy(
  { action, identity: group, target }: MembersOperation,
  { identity: member, generation, ref }: PlannedMember,
): MembershipSettlement {
  const row = { group, member, generation };
  if (action === 'remove-members') return { ...row, type: 'gone' };
  return { ...row, type: 'held', groupAccount: target.id, memberAccount: ref.id };
}

function failedBy(
  { identity: group }: MembersOperation,
  { identity: member, generation, attempts: before = 0 }: PlannedMember,
  error: ConnectorError,
  { now, random }: Carrying,
): readonly MembershipSettlement[] {
  // The system as a whole refused: nothing is learnt about this member.
  if (error.general) return [];
  const { code, message } = error;
  const attempts = before + 1;
  const at = now();
  const failure = { code, message, attempts, firstFailedAt: at };
  const row = { group, member, generation, type: 'failed', failure } as const;
  if (DISPOSITION[error.kind] === 'mend') return [row];
  const seconds = retryDelaySeconds(attempts, random(), error.retryAfterSeconds);
  return [{ ...row, notBefore: new Date(at.getTime() + seconds * 1000) }];
}

/**
 * What is done to one group is done one after the other: many targets read, change and write a group
 * back, so that of two portions at the same time one would be lost.
 */
export function groupsInTurn(): <Value>(
  operation: Pick<Operation, 'kind' | 'identity'>,
  work: () => Promise<Value>,
) => Promise<Value> {
  const last = new Map<IdentityId, Promise<unknown>>();
  return ({ kind, identity }, work) => {
    if (kind !== 'group') return work();
    const before = last.get(identity);
    const turn = before === undefined ? work() : before.then(work);
    const ended = turn.catch(() => undefined);
    last.set(identity, ended);
    void ended.then(() => {
      if (last.get(identity) === ended) last.delete(identity);
    });
    return turn;
  };
}
