/**
 * One person now, ahead of everything. Whoever holds the target's lease takes them between two
 * operations; if nobody does, it is done here.
 */

import { randomUUID } from 'node:crypto';
import { ConnectorError } from '../connectors/spi/index.ts';
import { type Identity, label } from '../identity/identity.ts';
import { planSubject } from '../plan/planner.ts';
import { type TargetPolicy, targetWith } from '../plan/target.ts';
import { applyStored, NOBODY_AHEAD } from './apply-stored.ts';
import type { Engine, SystemFailure, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import type { OutcomeRow } from './ledger.ts';
import { personNamed, targetsFor } from './people.ts';
import { failureOf } from './read.ts';
import { VerbRefusal } from './refusal.ts';
import { openTarget, planDue } from './target.ts';
import type { PersonRequest, ProvisionReport } from './verbs.ts';

const LOOK_AGAIN_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 60_000;
const MOST_OUTCOMES = 10;

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
  return report(person, policy, since, failure, engine);
}

async function doHere(
  person: Identity,
  policy: TargetPolicy,
  engine: Engine,
  watch: Watch,
): Promise<SystemFailure | undefined> {
  const open = await openTarget(policy, engine);
  const subject = await engine.warehouse.subject(policy.system, person.id);
  if (subject === undefined) return undefined;
  const options = { typed: true, withheld: [], listed: false, people: [subject], settles: true };
  const planned = await planDue(open, engine, options, watch);
  if (planned === undefined) return undefined;
  const [hold] = planned.plan.holds;
  if (hold !== undefined) {
    const remedy = `look, then let it go: lockstep release ${planned.plan.id.slice(0, 8)}`;
    return { code: hold.guard, message: hold.message, remedy };
  }
  const run = randomUUID();
  const applying = { run, reviewed: false, lane: NOBODY_AHEAD };
  return (await applyStored(planned.plan, open, engine, applying, watch)).failure;
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
    if (subject?.due?.urgent !== true) return;
    await engine.sleep(LOOK_AGAIN_MILLISECONDS, watch.signal);
  }
}

/** What happened since, and if nothing did, why. */
async function report(
  person: Identity,
  policy: TargetPolicy,
  since: Date,
  failure: SystemFailure | undefined,
  engine: Engine,
): Promise<ProvisionedTarget> {
  const { system: target } = policy;
  const outcomes: OutcomeRow[] = [];
  const query = { target, identity: person.id, since, limit: MOST_OUTCOMES };
  for await (const outcome of engine.ledger.outcomes(query)) outcomes.push(outcome);
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
