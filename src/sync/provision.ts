/**
 * One person now, ahead of everything. Whoever holds the target's lease takes them between two
 * operations; if nobody does, it is done here.
 */

import { randomUUID } from 'node:crypto';
import { ConnectorError } from '../connectors/spi/index.ts';
import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import { planSubject } from '../plan/planner.ts';
import { type TargetPolicy, targetWith } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import { certain } from './certain.ts';
import type { Engine, SystemFailure, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import type { OutcomeRow } from './ledger.ts';
import { personNamed, targetsFor } from './people.ts';
import { failureOf } from './read.ts';
import { VerbRefusal } from './refusal.ts';
import { type OpenTarget, openTarget } from './target.ts';
import { serveAhead } from './urgent.ts';
import type { PersonRequest, ProvisionReport } from './verbs.ts';

const LOOK_AGAIN_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 60_000;
/** For her groups, once her account is done: some may wait for others, or for a person. */
const GROUPS_PATIENCE_MILLISECONDS = 5000;
const MOST_OUTCOMES = 10;
const MOST_GROUPS = 100;

export async function provision(
  engine: Engine,
  request: PersonRequest,
  watch: Watch,
): Promise<ProvisionReport> {
  const known = await personNamed(request.person, engine);
  await refreshRecords(known, engine, watch);
  const person = (await engine.warehouse.identity(known.id)) ?? known;
  const policies = targetsFor(request.system, person, engine);
  const targets = await Promise.all(
    policies.map((policy) => oneTarget(person, policy, engine, watch)),
  );
  const failed = targets.some(
    ({ failure, outcomes }) =>
      failure !== undefined || outcomes.some(({ type }) => type === 'failed'),
  );
  const refused = targets.some(({ omission }) => omission?.refused === true);
  return {
    verdict: failed ? 'failed' : refused ? 'held' : 'done',
    identity: person.id,
    label: label(person),
    targets,
  };
}

/** What the sources hold of this person now; the last reading may be some time ago. */
async function refreshRecords({ links }: Identity, engine: Engine, watch: Watch): Promise<void> {
  for (const ref of links) {
    const source = engine.sources.find(
      ({ system, kind }) => system === ref.system && kind === ref.kind,
    );
    if (source === undefined) continue;
    try {
      const connector = await engine.connector(ref.system);
      const record = await connector.get?.(ref, { signal: watch.signal });
      if (record === undefined) continue;
      await engine.warehouse.observe([record]);
    } catch (error) {
      // The last values stay; that the source did not answer shows in its freshness.
      if (!(error instanceof ConnectorError)) throw error;
      watch.progress({ type: 'waiting', system: ref.system, seconds: 0, message: error.message });
    }
  }
}

type ProvisionedTarget = ProvisionReport['targets'][number];

async function oneTarget(
  person: Identity,
  policy: TargetPolicy,
  engine: Engine,
  watch: Watch,
): Promise<ProvisionedTarget> {
  const { system } = policy;
  const since = engine.now();
  const groups = await groupsOf(person, system, engine);
  await engine.warehouse.makeDue(system, [person.id], 'requested', true);
  let failure: SystemFailure | undefined;
  try {
    failure = await underLease(`write/${system}`, engine, watch, 0, (watched) =>
      doHere(person, policy, engine, watched),
    );
  } catch (error) {
    if (error instanceof ConnectorError) failure = failureOf(error);
    else if (error instanceof VerbRefusal && error.code === 'busy') {
      await untilTaken(person, system, engine, watch);
    } else throw error;
  }
  return report(person, policy, { since, groups, ...(failure && { failure }) }, engine);
}

async function doHere(
  person: Identity,
  policy: TargetPolicy,
  engine: Engine,
  watch: Watch,
): Promise<SystemFailure | undefined> {
  const open = await openTarget(policy, engine);
  const people = await certainly(person, open, engine, watch);
  if (people === undefined) return readingUnderWay(policy);
  const { held, failure } = await serveAhead(people, open, engine, { run: randomUUID() }, watch);
  const [hold] = held?.holds ?? [];
  if (held === undefined || hold === undefined) return failure;
  const remedy = `look, then let it go: lockstep release ${held.id.slice(0, 8)}`;
  return { code: hold.guard, message: hold.message, remedy };
}

/** As soon as it can be told of her. @returns Undefined when that takes too long. */
async function certainly(
  { id }: Identity,
  { target }: OpenTarget,
  engine: Engine,
  watch: Watch,
): Promise<readonly Subject[] | undefined> {
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += LOOK_AGAIN_MILLISECONDS) {
    let known: readonly Subject[] = [];
    const people = await certain(target, engine, async () => {
      known = await engine.warehouse.subjects(target.system, [id]);
      return known;
    });
    if (people.length === known.length) return people;
    if (waited === 0) {
      const { message } = readingUnderWay(target);
      watch.progress({ type: 'waiting', system: target.system, seconds: 0, message });
    }
    await engine.sleep(LOOK_AGAIN_MILLISECONDS, watch.signal);
  }
  return undefined;
}

function readingUnderWay({ assigned }: TargetPolicy): SystemFailure {
  return {
    code: 'reading-under-way',
    message: `${assigned?.system ?? 'a source'} is being read, and only its end tells whether this person is still assigned`,
    remedy: 'nothing is to be done: the person stays urgent, and is taken when it has been read',
  };
}

async function untilTaken(
  person: Identity,
  system: string,
  engine: Engine,
  watch: Watch,
): Promise<void> {
  const message = 'another process is at work on it, and takes this person next';
  watch.progress({ type: 'waiting', system, seconds: 0, message });
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += LOOK_AGAIN_MILLISECONDS) {
    const subject = await engine.warehouse.subject(system, person.id);
    if (subject?.due?.urgent !== true) {
      const ids = [person.id];
      const [group] = await engine.warehouse.dueMemberships(
        system,
        engine.now(),
        1,
        undefined,
        ids,
      );
      if (group === undefined || waited >= GROUPS_PATIENCE_MILLISECONDS) return;
    }
    await engine.sleep(LOOK_AGAIN_MILLISECONDS, watch.signal);
  }
}

/** Groups that may be changed for this person. */
async function groupsOf(
  { id }: Identity,
  system: string,
  { warehouse }: Engine,
): Promise<readonly IdentityId[]> {
  const memberships = await warehouse.membershipsOfMember(system, id, MOST_GROUPS);
  return memberships.map(({ group }) => group);
}

function isAbout({ operation }: OutcomeRow, { id }: Identity): boolean {
  if (operation.identity === id) return true;
  return 'members' in operation && operation.members.some(({ identity }) => identity === id);
}

interface Course {
  readonly since: Date;
  /** In which something may have been done for the person. */
  readonly groups: readonly IdentityId[];
  readonly failure?: SystemFailure;
}

/** What happened since, and if nothing did, why. */
async function report(
  person: Identity,
  policy: TargetPolicy,
  { since, groups, failure }: Course,
  engine: Engine,
): Promise<ProvisionedTarget> {
  const { system: target } = policy;
  const outcomes: OutcomeRow[] = [];
  for (const identity of [person.id, ...groups]) {
    const query = { target, identity, since, limit: MOST_OUTCOMES };
    for await (const outcome of engine.ledger.outcomes(query)) {
      if (isAbout(outcome, person)) outcomes.push(outcome);
    }
  }
  const common = { target, outcomes, ...(failure !== undefined && { failure }) };
  if (failure !== undefined) return common;
  const connector = await engine.connector(target);
  const lag = connector.traits?.visibilityLagSeconds ?? 0;
  if (outcomes.length > 0) return lag > 0 ? { ...common, visibleAfterSeconds: lag } : common;
  const subject = await engine.warehouse.subject(target, person.id);
  if (subject === undefined) return common;
  const paused = await engine.undos.paused(target, [person.id], engine.configVersion);
  const decision = planSubject(subject, targetWith(policy, connector.traits ?? {}), {
    now: engine.now(),
    random: engine.random,
    ...(paused.size > 0 && { paused: true }),
  });
  return decision.type === 'omission' ? { ...common, omission: decision.omission } : common;
}
