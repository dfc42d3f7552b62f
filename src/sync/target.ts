/** One target's part of a run: everybody due is planned, and a plan that is not held is applied. */

import { type Pace, pace } from '../apply/pace.ts';
import { retryDelaySeconds } from '../apply/retry.ts';
import type { Connector } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue, Scalar } from '../identity/record.ts';
import { dateToCome, firstToCome } from '../plan/dates.ts';
import type { Release } from '../plan/desired.ts';
import type { WithheldReading } from '../plan/guards.ts';
import { canDisable, deletionDate } from '../plan/leave.ts';
import { LOOP_SECONDS } from '../plan/loop.ts';
import type { Match } from '../plan/match.ts';
import type { Omission } from '../plan/plan.ts';
import { type Planned, type PlannedBatch, planTarget } from '../plan/planning.ts';
import {
  forKind,
  identifiersHeld,
  provesIdentity,
  type Target,
  type TargetPolicy,
  targetWith,
} from '../plan/target.ts';
import type { Escrow, Subject } from '../warehouse/subject.ts';
import type { Candidate, Settlement } from '../warehouse/warehouse.ts';
import { certain } from './certain.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced, fencedPlans } from './fence.ts';
import { settleInterrupted } from './interrupted.ts';
import { isUnseen, type Matching, type MatchingOptions, matching, probeAgainAt } from './match.ts';
import { membershipLots, settleMembers, thawMembers } from './memberships.ts';
import { resumeOutdated } from './resume.ts';

const BATCH = 500;
/** Requests in flight towards a target that states no limit. */
export const DEFAULT_CONCURRENCY = 8;

/** A target that can be reached, as the planner sees it. */
export interface OpenTarget {
  readonly target: Target;
  readonly connector: Connector;
  /** Shared by everything that is written there while it is open. */
  readonly pace: Pace;
}

/**
 * With the rules for every kind of its system: a plan is about all of them. Under its lease: what
 * somebody else left unfinished is taken account of.
 */
export async function openTarget(policy: TargetPolicy, engine: Engine): Promise<OpenTarget> {
  await settleInterrupted(policy.system, engine);
  const connector = await engine.connector(policy.system);
  const target = wholeTarget(policy, connector, engine);
  const { maxConcurrency = DEFAULT_CONCURRENCY, requestsPerSecond } = target.traits;
  return {
    connector,
    target,
    pace: pace({
      maxConcurrency,
      ...(requestsPerSecond !== undefined && { requestsPerSecond }),
      now: () => engine.now().getTime(),
      sleep: engine.sleep,
    }),
  };
}

function wholeTarget(
  policy: TargetPolicy,
  { traits = {} }: Connector,
  { targets }: Engine,
): Target {
  const others = targets.filter(
    ({ system, kind }) => system === policy.system && kind !== policy.kind,
  );
  const target = targetWith(policy, traits);
  if (others.length === 0) return target;
  const byKind = others.map((other) => [other.kind, targetWith(other, traits)] as const);
  return { ...target, others: new Map(byKind) };
}

/** One policy for each system that is written to: that of people, where there is one. */
export function writtenSystems({ targets }: Engine): readonly TargetPolicy[] {
  const chosen = new Map<string, TargetPolicy>();
  for (const policy of targets) {
    if (policy.kind === 'user' || !chosen.has(policy.system)) chosen.set(policy.system, policy);
  }
  return targets.filter((policy) => chosen.get(policy.system) === policy);
}

export interface PlanOptions {
  /** A person typed it: a first run needs no release. */
  readonly typed: boolean;
  readonly withheld: readonly WithheldReading[];
  /** The target's accounts were read to their end in this run. */
  readonly listed: boolean;
  /** Only these; everybody due when absent. */
  readonly people?: readonly Subject[];
  /** Settles those for whom nothing is to be done. Planning alone consumes nothing. */
  readonly settles: boolean;
}

/** @returns Nothing when nobody is due. */
export async function planDue(
  { target, connector }: OpenTarget,
  engine: Engine,
  options: PlanOptions,
  watch: Watch,
): Promise<Planned | undefined> {
  const { warehouse, ledger, boundary } = engine;
  const plans = fencedPlans(engine, watch);
  const { system } = target;
  const { people } = options;
  while (people === undefined && (await warehouse.expandMarkers(system))) {
    await boundary('markers-expanded');
  }
  if (people === undefined) await resumeOutdated(system, engine);
  const now = engine.now();
  const { limits, holds } = target;
  const since = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  const { stopped } = await ledger.health(system);
  const released = await ledger.releasedAccounts(system);
  const due = people?.length ?? (await warehouse.dueCount(system, now));
  const members = people?.map(({ identity }) => identity.id);
  if (due === 0 && (members || (await warehouse.membershipsDue(system, now)) === 0)) {
    return undefined;
  }
  const first = people === undefined && !(await plans.everApplied(system));
  const planned = await planTarget({
    target,
    plans,
    configVersion: engine.configVersion,
    due: people === undefined ? dueBatches(target, now, engine) : [people],
    ...matchingByKind(target, connector, engine, { due, listed: options.listed }, watch),
    takeNames: (at, names) => warehouse.takeNames({ system, ...at }, names),
    heldMemberships: () => warehouse.heldMemberships(system),
    memberships: membershipLots(system, now, engine, members),
    membersPlanned: async (batch) => {
      watch.signal.throwIfAborted();
      if (options.settles) await settleMembers(batch, target, engine, watch);
      await boundary('plan-batch-stored');
    },
    holders: async (path, values) =>
      holdersOf(await warehouse.candidates(system, target.kind, path, values.filter(isScalar))),
    recent: await ledger.activity(system, since(limits.windowSeconds)),
    // Whom a person asked for is not held up by what went wrong for others.
    ...(people === undefined &&
      stopped?.configVersion === engine.configVersion && { stopped: stopped.message }),
    heldSince: since(holds.expiresSeconds),
    released,
    paused: (ids) => engine.undos.paused(system, ids, engine.configVersion),
    ...(isReadToo(target) && {
      writtenLately: (ids) => ledger.writtenSince(system, ids, since(LOOP_SECONDS)),
    }),
    managed: await warehouse.managed(system),
    first,
    leaversWait: first || (people === undefined && (await leaversWait(system, engine))),
    partial: people !== undefined,
    typed: options.typed,
    withheld: options.withheld,
    now,
    random: engine.random,
    planned: async (batch) => {
      watch.signal.throwIfAborted();
      if (options.settles) {
        await settleOmissions(batch, target, released, engine, watch);
        await thawMembers(batch.subjects, target, engine);
      }
      await boundary('plan-batch-stored');
      watch.progress({ type: 'planning', target: system, considered: batch.considered, due });
    },
  });
  await boundary('plan-closed');
  watch.progress({ type: 'planned', plan: planned.plan });
  return planned;
}

function isReadToo({ joined, others }: Target): boolean {
  return joined || [...(others?.values() ?? [])].some((other) => other.joined);
}

/** Parts of the first plan may be let go: its leavers wait on, until a person says so. */
async function leaversWait(system: string, { plans }: Engine): Promise<boolean> {
  const before = await plans.current(system);
  if (before?.state !== 'held') return false;
  return before.holds.some(({ guard }) => guard === 'first-leavers');
}

function holdersOf(
  candidates: ReadonlyMap<Scalar, readonly Candidate[]>,
): ReadonlyMap<AttributeValue, readonly string[]> {
  return new Map(
    [...candidates].map(([value, found]) => [value, found.map(({ record }) => record.ref.id)]),
  );
}

function isScalar(value: AttributeValue): value is Scalar {
  return typeof value !== 'object';
}

/** Groups are matched among groups, people among people. */
function matchingByKind(
  target: Target,
  connector: Connector,
  engine: Engine,
  options: MatchingOptions,
  watch: Watch,
): Matching {
  const own = matching(target, connector, engine, options, watch);
  if (target.others === undefined) return own;
  const others = new Map(
    [...target.others.values()].map((other) => [
      other.kind,
      matching(other, connector, engine, { ...options, listed: false }, watch),
    ]),
  );
  return {
    ...own,
    match: (subjects, context) => {
      const kind = subjects[0]?.identity.kind ?? target.kind;
      return (others.get(kind) ?? own).match(subjects, context);
    },
    namesHeld: (at, names) => (others.get(at.kind) ?? own).namesHeld(at, names),
  };
}

/** Without whom only the end of a reading can tell of: they stay due. */
async function* dueBatches(
  target: Target,
  now: Date,
  engine: Engine,
): AsyncGenerator<readonly Subject[]> {
  let after: IdentityId | undefined;
  for (let more = true; more; ) {
    let read: readonly Subject[] = [];
    const subjects = await certain(target, engine, async () => {
      read = await engine.warehouse.due(target.system, now, BATCH, after);
      return read;
    });
    more = read.length > 0;
    if (subjects.length > 0) yield subjects;
    after = read.at(-1)?.identity.id;
  }
}

/** Nothing to do is an outcome as well: whoever is in sync, out, or refused is not due any more. */
async function settleOmissions(
  { subjects, omissions, matches, adopted }: PlannedBatch,
  target: Target,
  released: ReadonlyMap<IdentityId, Release>,
  engine: Engine,
  watch: Watch,
): Promise<void> {
  if (omissions.length === 0) return;
  const { warehouse, ledger } = engine;
  const now = engine.now();
  const subjectOf = new Map(subjects.map((subject) => [subject.identity.id, subject]));
  await fenced(engine, watch, async () => {
    const settlements = omissions.flatMap((omission) => {
      const subject = subjectOf.get(omission.identity);
      if (subject === undefined) return [];
      const rules = forKind(target, subject.identity.kind);
      const settlement = settlementOf(omission, subject, rules, now);
      const asked = adopted.get(omission.identity);
      return [{ subject, settlement: asked ? adopting(settlement, asked, subject) : settlement }];
    });
    await warehouse.settle(target.system, settlements);
    const those = (which: (subject: Subject) => boolean): readonly IdentityId[] =>
      settlements.flatMap(({ subject }) => (which(subject) ? subject.identity.id : []));
    const landed = those(
      ({ inFlight, identity }) => inFlight !== undefined && matches.has(identity.id),
    );
    const made = those(({ identity }) => isMade(matches.get(identity.id)));
    const refused = those(
      ({ refusedCreate, identity }) =>
        refusedCreate !== undefined &&
        matches.has(identity.id) &&
        !isUnseen(refusedCreate, forKind(target, identity.kind), now),
    );
    await warehouse.clearInFlight(target.system, landed);
    await warehouse.clearRefused(target.system, [...made, ...refused]);
    const turnedOff = omissions.filter(({ code }) => code === 'disabled-in-target');
    const found = [...landed, ...made, ...turnedOff.map(({ identity }) => identity)];
    // There was nothing to let be done any more.
    const unneeded = omissions.filter(
      ({ code, identity }) => code === 'in-sync' && released.has(identity),
    );
    await ledger.spendRelease(
      target.system,
      unneeded.map(({ identity }) => identity),
    );
    await linkFound(new Set(found), matches, target, engine);
    for (const omission of omissions) await review(omission, subjectOf, matches, target, engine);
  });
}

/** By a create of ours that was refused, because it was delivered twice. */
function isMade(match: Match | undefined): boolean {
  return match?.type === 'one' && match.made === true;
}

/**
 * The account that a lost create made, or that is theirs and was turned off by somebody: nothing is to
 * be written, but it is known whose it is from now on, whatever they are called later.
 */
async function linkFound(
  people: ReadonlySet<IdentityId>,
  matches: PlannedBatch['matches'],
  target: Target,
  { warehouse }: Engine,
): Promise<void> {
  for (const identity of people) {
    const match = matches.get(identity);
    if (match?.type !== 'one') continue;
    const proven = provesIdentity(match.by, target.kind);
    const asked = proven ? identifiersHeld(target, match.record.attributes) : {};
    await warehouse.link(target.system, identity, match.record, asked);
  }
}

function settlementOf(
  { code, message, refused }: Omission,
  subject: Subject,
  target: Target,
  now: Date,
): Settlement {
  if (code === 'in-flight') {
    const notBefore = probeAgainAt(subject, target, now);
    if (notBefore === undefined) return { type: 'settled', refused: { code, message } };
    return { type: 'escrow', escrow: escrowed(code, message, subject, now), notBefore };
  }
  // Whoever has the account may be about to be called something else, in this very plan.
  if (code === 'account-taken') {
    const escrow = escrowed(code, message, subject, now);
    const seconds = retryDelaySeconds(escrow.attempts, 0);
    return { type: 'escrow', escrow, notBefore: new Date(now.getTime() + seconds * 1000) };
  }
  const outSince = refused ? undefined : waitingSince(code, subject, target, now);
  const out = outSince && { outSince };
  const againAt = firstToCome(
    now,
    dateToCome(subject, target, now),
    refused ? undefined : deletionDate({ ...subject, ...out }, target.leave),
  );
  return {
    type: 'settled',
    ...(refused && { refused: { code, message } }),
    ...out,
    ...(againAt && { againAt }),
  };
}

/** Nothing is written, and what the account holds of somebody else's doing counts as asked. */
function adopting(settlement: Settlement, asked: Attributes, { account }: Subject): Settlement {
  if (account === undefined || settlement.type !== 'settled') return settlement;
  const { ref, current, version } = account;
  const { againAt } = settlement;
  return {
    type: 'written',
    record: { ref, attributes: current, ...(version !== undefined && { version }) },
    asked,
    ...(againAt && { againAt }),
  };
}

/** What cannot be switched off waits for its deletion from the first plan on in which it is out. */
function waitingSince(
  code: Omission['code'],
  { account, outSince }: Subject,
  target: Target,
  now: Date,
): Date | undefined {
  if (account === undefined || account.missing || canDisable(target)) return undefined;
  if (target.leave.type !== 'delete-after' || !OUT.has(code)) return undefined;
  return outSince ?? now;
}

const OUT: ReadonlySet<Omission['code']> = new Set([
  'left',
  'not-active',
  'not-assigned',
  'out-of-scope',
]);

function escrowed(code: string, message: string, { due }: Subject, now: Date): Escrow {
  const { attempts = 0, firstFailedAt = now } = due?.escrow ?? {};
  return { code, message, attempts: attempts + 1, firstFailedAt };
}

/** Ambiguity is never guessed: a person is asked, with what was found. */
async function review(
  { code, identity, label, message }: Omission,
  subjects: ReadonlyMap<IdentityId, Subject>,
  matches: PlannedBatch['matches'],
  target: Target,
  { warehouse, now }: Engine,
): Promise<void> {
  const subject = subjects.get(identity);
  const match = matches.get(identity);
  const common = { system: target.system, subject: identity, message: `${label}: ${message}` };
  if (code === 'in-flight' && subject !== undefined) {
    if (probeAgainAt(subject, target, now()) !== undefined) return;
    await warehouse.addReview({ ...common, kind: 'unconfirmed-create', candidates: [] });
  }
  if (code !== 'ambiguous-match' && code !== 'account-taken') return;
  const found =
    match?.type === 'many' ? match.records : match?.type === 'taken' ? [match.record] : [];
  await warehouse.addReview({
    ...common,
    kind: 'ambiguous-match',
    candidates: found.flatMap(({ ref: { id } }) => (id === '' ? [] : [{ id, label: id }])),
  });
}
