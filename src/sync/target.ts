/** One target's part of a run: everybody due is planned, and a plan that is not held is applied. */

import { type Pace, pace } from '../apply/pace.ts';
import type { Connector } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { AttributeValue, Scalar } from '../identity/record.ts';
import type { WithheldReading } from '../plan/guards.ts';
import { LOOP_SECONDS } from '../plan/loop.ts';
import { type Planned, planTarget } from '../plan/planning.ts';
import { type Target, type TargetPolicy, targetWith } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Candidate } from '../warehouse/warehouse.ts';
import { certain } from './certain.ts';
import type { Engine, Watch } from './engine.ts';
import { fencedPlans } from './fence.ts';
import { settleInterrupted } from './interrupted.ts';
import { type Matching, type MatchingOptions, matching } from './match.ts';
import { membershipLots, settleMembers, thawMembers } from './memberships.ts';
import { settleOmissions } from './omissions.ts';
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
  const members = people?.map(({ identity }) => identity.id);
  const due = people?.length ?? (await warehouse.dueCount(system, now));
  if (due === 0 && (members || (await warehouse.membershipsDue(system, now)) === 0)) {
    return undefined;
  }
  const [{ stopped }, released, applied, recent, managed, leavers] = await Promise.all([
    ledger.health(system),
    ledger.releasedAccounts(system),
    plans.everApplied(system),
    ledger.activity(system, since(limits.windowSeconds)),
    warehouse.managed(system),
    leaversWait(system, engine),
  ]);
  const first = people === undefined && !applied;
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
    recent,
    // Whom a person asked for is not held up by what went wrong for others.
    ...(people === undefined &&
      stopped?.configVersion === engine.configVersion && { stopped: stopped.message }),
    heldSince: since(holds.expiresSeconds),
    released,
    paused: (ids) => engine.undos.paused(system, ids, engine.configVersion),
    ...(isReadToo(target) && {
      writtenLately: (ids) => ledger.writtenSince(system, ids, since(LOOP_SECONDS)),
    }),
    managed,
    first,
    leaversWait: first || (people === undefined && leavers),
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
