/**
 * What a change of the configuration would do before it goes live, or what dates will bring: everybody
 * is planned as things stand and as they would be, from what is stored, and what differs is counted.
 * Nothing is read from sources, nothing is stored that could be applied, and no connector is at hand.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, Scalar, SystemName } from '../identity/record.ts';
import type { Decision } from '../plan/decision.ts';
import { matchValues, type PlanningContext } from '../plan/desired.ts';
import { holdsOf } from '../plan/guards.ts';
import { chooseMatch, type MatchValue } from '../plan/match.ts';
import { chooses, type KnownNames, type NameAsking, namesFor } from '../plan/names.ts';
import type { Action, Hold, Omission, Operation } from '../plan/plan.ts';
import { planSubject } from '../plan/planner.ts';
import { swapWatch } from '../plan/swap.ts';
import { type Target, type TargetPolicy, targetWith } from '../plan/target.ts';
import { type Tally, tally } from '../plan/window.ts';
import type { PreviewedJoins, PreviewedWarehouse } from '../warehouse/preview.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Candidate } from '../warehouse/warehouse.ts';
import type { Engine, Verdict, Watch } from './engine.ts';
import { type GroupChange, type GroupChanges, groupsChanged } from './plan-with-groups.ts';
import { type MembersChange, membersChanged } from './plan-with-members.ts';
import { tellerOf } from './told.ts';

/** A configuration as planning sees it: rules and values, and nothing that could write. */
export interface Tried {
  /** May be a day to come. */
  readonly now: () => Date;
  readonly targets: readonly TargetPolicy[];
  readonly warehouse: PreviewedWarehouse;
  /** What a target's profile says of it. */
  traits(system: SystemName): Promise<Parameters<typeof targetWith>[1]>;
}

export interface WithRequest {
  /** Only these targets. */
  readonly systems?: readonly SystemName[];
  /** A day to come, if no source said anything new until then. */
  readonly at?: Date;
}

export interface WithReport {
  readonly verdict: Verdict;
  /** People for whom something else would be done, in any target. */
  readonly people: number;
  readonly targets: readonly TargetChange[];
  /** Groups made by rule that would be made, end, or have other members. */
  readonly groups: readonly GroupChange[];
  /** Sources whose records of nobody would belong to somebody, or would not any more. */
  readonly joins: readonly JoinChange[];
  /** As on a day to come. */
  readonly at?: Date;
  readonly milliseconds: number;
}

/** Records of one kind of one source, beyond what becomes of them as things stand. */
export type JoinChange = PreviewedJoins;

/** What would change for one kind in one target. */
export interface TargetChange {
  readonly target: SystemName;
  readonly kind: ObjectKind;
  readonly considered: number;
  readonly people: number;
  /** Operations that would be planned and are not planned as things stand. */
  readonly counts: Readonly<Partial<Record<Action, number>>>;
  /** People for whom something is planned today and would not be any more. */
  readonly withdrawn: number;
  /** People who would be refused and are not today, by why. */
  readonly refused: Readonly<Partial<Record<Omission['code'], number>>>;
  /** Of groups, where who is a member follows other rules. */
  readonly members?: MembersChange;
  /** What guards would say of the first plan; of a day to come nothing, for plans come before it. */
  readonly holds: readonly Hold[];
  readonly samples: readonly Operation[];
}

const SAMPLES = 10;

export async function planWith(
  engine: Engine,
  current: Tried,
  next: Tried,
  { systems, at }: WithRequest,
  watch: Watch,
): Promise<WithReport> {
  const began = engine.now().getTime();
  const changes: Change[] = [];
  for (const policy of next.targets) {
    if (systems?.includes(policy.system) ?? true) {
      changes.push(await changeOf(policy, current, next, engine, at === undefined));
    }
  }
  let people = 0;
  for (const kind of new Set(changes.map(({ target }) => target.kind))) {
    const those = changes.filter(({ target }) => target.kind === kind);
    for await (const ids of next.warehouse.everybody(kind)) {
      watch.signal.throwIfAborted();
      const touched = new Set<IdentityId>();
      for (const change of those) await change.look(ids, touched);
      people += touched.size;
    }
  }
  const regrouped = await groupsChanged(current, next, engine, watch);
  const targets = await Promise.all(changes.map((change) => change.end(regrouped)));
  const joins = await joinsChanged(current, next);
  const waits = targets.some(({ holds }) => holds.length > 0);
  const milliseconds = engine.now().getTime() - began;
  return {
    verdict: waits ? 'held' : 'done',
    people,
    targets,
    groups: regrouped.groups,
    joins,
    ...(at !== undefined && { at }),
    milliseconds,
  };
}

async function joinsChanged(current: Tried, next: Tried): Promise<readonly JoinChange[]> {
  if (!next.warehouse.remerges) return [];
  const before = await current.warehouse.joins();
  const after = await next.warehouse.joins();
  return after.flatMap((is) => {
    const was = before.find(({ system, kind }) => system === is.system && kind === is.kind);
    const beyond = (name: 'joining' | 'creating' | 'undecided') =>
      Math.max(0, is[name] - (was?.[name] ?? 0));
    const [joining, creating, undecided] = [
      beyond('joining'),
      beyond('creating'),
      beyond('undecided'),
    ];
    return joining + creating + undecided === 0 ? [] : [{ ...is, joining, creating, undecided }];
  });
}

interface Change {
  readonly target: Target;
  /** @param touched Gains those for whom something else would be done. */
  look(ids: readonly IdentityId[], touched: Set<IdentityId>): Promise<void>;
  end(regrouped: GroupChanges): Promise<TargetChange>;
}

async function changeOf(
  policy: TargetPolicy,
  current: Tried,
  next: Tried,
  engine: Engine,
  guarded: boolean,
): Promise<Change> {
  const { system, kind } = policy;
  const target = targetWith(policy, await next.traits(system));
  const before = current.targets.find((each) => each.system === system && each.kind === kind);
  const old = before && targetWith(before, await current.traits(system));
  const counts: Partial<Record<Action, number>> = {};
  const refused: Partial<Record<Omission['code'], number>> = {};
  const all: Partial<Record<Action, number>> = {};
  const counted: Tally = tally();
  const swaps = swapWatch(target);
  const teller = tellerOf({ ...engine, targets: [...current.targets, ...next.targets] });
  const samples: Operation[] = [];
  const namesNow: KnownNames = new Map();
  const namesNext: KnownNames = new Map();
  let considered = 0;
  let people = 0;
  let withdrawn = 0;
  const compare = (was: Decision | undefined, is: Decision): boolean => {
    if (is.type === 'operation') {
      const { operation } = is;
      all[operation.action] = (all[operation.action] ?? 0) + 1;
      counted.add({ ...operation, cause: 'configuration' });
      swaps.add(operation);
      if (was?.type === 'operation' && was.operation.id === operation.id) return false;
      counts[operation.action] = (counts[operation.action] ?? 0) + 1;
      if (samples.length < SAMPLES) samples.push(operation);
      return true;
    }
    if (was?.type === 'operation') withdrawn++;
    const wasRefused = was?.type === 'omission' && was.omission.refused;
    const { code } = is.omission;
    if (is.omission.refused && !wasRefused) refused[code] = (refused[code] ?? 0) + 1;
    return was?.type === 'operation' || (is.omission.refused && !wasRefused);
  };
  return {
    target,
    look: async (ids, touched) => {
      const decided = await decisions(ids, target, next, namesNext, engine);
      const today = old && (await decisions(ids, old, current, namesNow, engine));
      for (const [id, decision] of decided) {
        considered++;
        if (!compare(today?.get(id), decision)) continue;
        people++;
        touched.add(id);
      }
    },
    end: async (regrouped) => {
      const managed = await engine.warehouse.managed(system);
      const swap = swaps.hold();
      const members =
        kind === 'group'
          ? ((await membersChanged(system, current, next, engine)) ?? regrouped.members.get(system))
          : undefined;
      const given = holdsOf(
        {
          counts: all,
          counted: new Map(counted.counts).set('members', members?.removed ?? 0),
          recent: new Map(),
          memberships: members === undefined ? 0 : await engine.warehouse.heldMemberships(system),
          managed,
          first: false,
          leaversWait: false,
          typed: true,
          withheld: [],
          ...(swap !== undefined && { swap }),
        },
        target,
      );
      return {
        target: system,
        kind,
        considered,
        people,
        counts,
        withdrawn,
        refused,
        ...(members !== undefined && { members }),
        holds: guarded ? given : [],
        samples: await Promise.all(samples.map((each) => teller.operation(each))),
      };
    },
  };
}

async function decisions(
  ids: readonly IdentityId[],
  target: Target,
  { warehouse, now }: Tried,
  names: KnownNames,
  engine: Engine,
): Promise<ReadonlyMap<IdentityId, Decision>> {
  const subjects = await warehouse.subjects(target.system, ids);
  // The same draw for both: what is chosen by chance is no difference.
  const context = await namedAlike(
    subjects,
    target,
    { now: now(), random: () => 0.5 },
    names,
    engine,
  );
  const found = await accountsOf(subjects, target, context, engine);
  return new Map(
    subjects.map((subject) => {
      const { id } = subject.identity;
      const values = found.values.get(id);
      const match = values && chooseMatch(id, values, found.candidates);
      const decision = planSubject(subject, target, { ...context, ...(match && { match }) });
      return [id, decision] as const;
    }),
  );
}

/**
 * With the names that accounts would get, where an expression chooses one; nothing is kept for it.
 *
 * @param known What those before them would get, as in one plan; grows.
 */
async function namedAlike(
  subjects: readonly Subject[],
  target: Target,
  context: PlanningContext,
  known: KnownNames,
  { warehouse }: Engine,
): Promise<PlanningContext> {
  if (!chooses(target)) return context;
  const namesHeld: NameAsking['namesHeld'] = (at, names) =>
    warehouse.namesHeld({ system: target.system, ...at }, names);
  return {
    ...context,
    names: await namesFor(subjects, target, { ...context, namesHeld }, known),
  };
}

/** Accounts of those who have none, among those that are known: nobody is asked. */
async function accountsOf(
  subjects: readonly Subject[],
  target: Target,
  context: PlanningContext,
  { warehouse }: Engine,
): Promise<{
  readonly values: ReadonlyMap<IdentityId, readonly MatchValue[]>;
  readonly candidates: (value: MatchValue) => readonly Candidate[];
}> {
  const values = new Map<IdentityId, readonly MatchValue[]>();
  const wanted = new Map<string, Set<Scalar>>();
  for (const subject of subjects) {
    if (subject.account !== undefined || subject.inFlight !== undefined) continue;
    const theirs = matchValues(subject, target, context);
    values.set(subject.identity.id, theirs);
    for (const { path, value } of theirs) {
      wanted.set(path, (wanted.get(path) ?? new Set()).add(value));
    }
  }
  const found = new Map<string, ReadonlyMap<Scalar, readonly Candidate[]>>();
  for (const [path, those] of wanted) {
    found.set(path, await warehouse.candidates(target.system, target.kind, path, [...those]));
  }
  return { values, candidates: ({ path, value }) => found.get(path)?.get(value) ?? [] };
}
