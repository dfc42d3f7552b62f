/** Why, why not, and what if: the planner with a recorder. Writes nothing, and has nothing to write with. */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { Identity } from '../identity/identity.ts';
import { label } from '../identity/identity.ts';
import { suggestion } from '../identity/problem.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { PlanningContext } from '../plan/desired.ts';
import type { Match } from '../plan/match.ts';
import { planSubject } from '../plan/planner.ts';
import { type Target, type TargetPolicy, targetWith } from '../plan/target.ts';
import type { Step } from '../plan/trace.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine, Watch } from './engine.ts';
import { regrouping, rulesOn } from './explain-groups.ts';
import { explainMembers } from './explain-members.ts';
import { attributesBehind, knownValue, linkOf, namesOf, valueExplained } from './explain-values.ts';
import { waitsOf } from './explain-waits.ts';
import { decidingFact, type Facts } from './explain-why.ts';
import type { OutcomeRow } from './ledger.ts';
import { type MatchingOptions, matching } from './match.ts';
import { personNamed, targetsFor } from './people.ts';
import { VerbRefusal } from './refusal.ts';
import type { OpenTarget } from './target.ts';
import type { Explained, ExplainRequest, TargetExplanation } from './verbs.ts';

const HISTORY = 5;

export async function explain(
  engine: Engine,
  request: ExplainRequest,
  watch: Watch,
): Promise<Explained> {
  const { person, system, set = {}, group, without, at, attribute } = request;
  const identity = await personNamed(person, engine);
  refusePast(at, engine);
  if (without !== undefined) knownSource(without, engine);
  const policies = targetsFor(system, identity, engine);
  for (const name of Object.keys(set)) known(name, identity, policies);
  const offers = await engine.warehouse.offers(identity.id);
  const targets: TargetExplanation[] = [];
  let records: Explained['records'] = [];
  let supposed = identity;
  const regrouped = regrouping(engine, at, false);
  let standsAs = identity;
  for (const policy of policies) {
    const subject = await engine.warehouse.subject(policy.system, identity.id);
    if (subject === undefined) {
      throw new VerbRefusal('unknown-person', `${label(identity)} is gone meanwhile`, 'ask again');
    }
    const left = without === undefined ? subject : await engine.warehouse.without(subject, without);
    const assumed = regrouped(left, assuming(left, set));
    standsAs = assumed.identity;
    records = left.records;
    if (without !== undefined) supposed = { ...left.identity, links: left.identity.links };
    const scene = { at: at ?? engine.now(), offers, without };
    const explained = await oneTarget(assumed, policy, scene, engine, watch);
    const rules = groupRules(policy, engine);
    targets.push({ ...explained, ...(await explainMembers(subject, rules, engine, group)) });
  }
  const values =
    attribute === undefined
      ? undefined
      : attributesBehind(attribute, policies).map((name) =>
          valueExplained(name, { identity: supposed }, offers),
        );
  if (attribute !== undefined) knownValue(attribute, values ?? [], policies);
  return {
    identity: supposed,
    label: label(identity),
    records,
    assumed: Object.fromEntries(Object.entries(set).filter(([, value]) => value !== '')),
    ...(without !== undefined && { without }),
    ...(at !== undefined && { at }),
    ruleGroups: rulesOn(standsAs, at, engine),
    names: await namesOf(namingPlaces(supposed, targets), engine),
    ...(values !== undefined && { values }),
    targets,
  };
}

/** What was is in the log; what was known then is not kept. */
function refusePast(at: Date | undefined, { now }: Engine): void {
  if (at === undefined || at >= now()) return;
  throw new VerbRefusal(
    'past-not-kept',
    `${at.toISOString()} is past, and what was known then is not kept`,
    'lockstep log --person NAME shows what was done, and lockstep explain --operation ENTRY why',
  );
}

function knownSource(system: string, { sources }: Engine): void {
  const names = [...new Set(sources.map((source) => source.system))];
  if (names.includes(system)) return;
  throw new VerbRefusal(
    'unknown-system',
    `${system} is no source of this configuration`,
    `sources here: ${names.join(', ') || 'none'}`,
  );
}

/** Where references occur that a person reads. */
function namingPlaces(
  { attributes }: Identity,
  targets: readonly TargetExplanation[],
): readonly Attributes[] {
  const places: Attributes[] = [attributes];
  for (const { decision, steps } of targets) {
    const changes = 'changes' in decision ? decision.changes : [];
    for (const { before, after } of changes) {
      places.push({
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      });
    }
    if ('attributes' in decision) places.push(decision.attributes);
    for (const step of steps) {
      if (step.type === 'mapping' && step.value !== undefined) places.push({ value: step.value });
    }
  }
  return places;
}

function groupRules({ system }: TargetPolicy, { targets }: Engine): Target | undefined {
  const rules = targets.find((each) => each.system === system && each.kind === 'group');
  return rules && targetWith(rules, {});
}

/** An assumption that nothing looks at answers no question: mostly a slip of the pen. */
function known(name: string, { attributes }: Identity, policies: readonly TargetPolicy[]): void {
  const names = new Set([
    ...Object.keys(attributes),
    ...policies.flatMap(({ mapping, scope }) => [...mapping.inputs, ...(scope?.inputs ?? [])]),
    'accountEnabled',
    'IsSoftDeleted',
  ]);
  if (names.has(name)) return;
  const meant = suggestion(name, names);
  throw new VerbRefusal(
    'unknown-attribute',
    `no mapping and no scope looks at "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    'names of attributes are case-sensitive; lockstep explain without --set shows them',
  );
}

/** The subject as it would be with other values; an empty text takes a value away. */
function assuming(subject: Subject, set: Readonly<Record<string, string>>): Subject {
  const entries = Object.entries(set);
  if (entries.length === 0) return subject;
  const attributes: Record<string, AttributeValue> = { ...subject.identity.attributes };
  const origins: Record<string, string> = { ...subject.identity.origins };
  for (const [name, text] of entries) {
    delete attributes[name];
    delete origins[name];
    if (text === '') continue;
    attributes[name] = text;
    origins[name] = 'assumed';
  }
  const identity: Identity = { ...subject.identity, attributes: attributes as Attributes, origins };
  return { ...subject, identity };
}

interface Scene {
  /** The time that is looked at: now, or one to come. */
  readonly at: Date;
  readonly offers: Facts['offers'];
  readonly without: string | undefined;
}

async function oneTarget(
  subject: Subject,
  policy: TargetPolicy,
  { at, offers, without }: Scene,
  engine: Engine,
  watch: Watch,
): Promise<TargetExplanation> {
  const { system } = policy;
  const connector = await engine.connector(system);
  const target = targetWith(policy, connector.traits ?? {});
  const context = { now: at, random: engine.random };
  const match = await matchOf(subject, { target, connector }, engine, context, watch);
  const released = (await engine.ledger.releasedAccounts(system)).has(subject.identity.id);
  const paused = await isPaused(subject, engine);
  const steps: Step[] = [];
  const decision = planSubject(subject, target, {
    ...context,
    ...(match !== undefined && { match }),
    ...(released && { released }),
    ...(paused && { paused: true }),
    trace: (step) => void steps.push(step),
  });
  const history: OutcomeRow[] = [];
  const query = { target: system, identity: subject.identity.id, limit: HISTORY };
  for await (const outcome of engine.ledger.outcomes(query)) history.push(outcome);
  const { account, due, inFlight } = subject;
  const decided = decision.type === 'operation' ? decision.operation : decision.omission;
  const message = decidingFact(decided, { subject, policy, steps, offers, without });
  const link = await linkOf(subject, policy, engine);
  return {
    target: system,
    ...(account !== undefined && { account }),
    ...(due !== undefined && { due }),
    ...(inFlight !== undefined && { inFlight }),
    steps,
    decision: decided,
    ...(message !== undefined && { fact: { message } }),
    waits: await waitsOf(subject, policy, paused, at, engine),
    ...(link !== undefined && { link }),
    history,
  };
}

async function isPaused(
  { target, identity }: Subject,
  { undos, configVersion }: Engine,
): Promise<boolean> {
  return (await undos.paused(target, [identity.id], configVersion)).size > 0;
}

/** One person is asked for by name, nothing is listed; where the target does not answer, what was listed last. */
async function matchOf(
  subject: Subject,
  { target, connector }: Pick<OpenTarget, 'target' | 'connector'>,
  engine: Engine,
  context: PlanningContext,
  watch: Watch,
): Promise<Match | undefined> {
  const found = (options: MatchingOptions) =>
    matching(target, connector, engine, options, watch).match([subject], context);
  const known = { due: Number.POSITIVE_INFINITY, listed: true };
  try {
    const asking = connector.find === undefined ? known : { due: 1, listed: false };
    return (await found(asking)).get(subject.identity.id);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return (await found(known)).get(subject.identity.id);
  }
}
