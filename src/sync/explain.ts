/** Why, why not, and what if: the planner with a recorder. Writes nothing, and has nothing to write with. */

import type { Identity } from '../identity/identity.ts';
import { label } from '../identity/identity.ts';
import type { Attributes, SystemName } from '../identity/record.ts';
import { type Target, type TargetPolicy, targetWith } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine, Watch } from './engine.ts';
import { assuming, refuseUnread } from './explain-assume.ts';
import { regrouping, rulesOn } from './explain-groups.ts';
import { explainMembers } from './explain-members.ts';
import { pastOf } from './explain-past.ts';
import { explainTarget } from './explain-target.ts';
import { attributesBehind, knownValue, namesOf, valueExplained } from './explain-values.ts';
import { personNamed, targetsFor } from './people.ts';
import { VerbRefusal } from './refusal.ts';
import type { Explained, ExplainRequest, TargetExplanation } from './verbs.ts';

export async function explain(
  engine: Engine,
  request: ExplainRequest,
  watch: Watch,
): Promise<Explained> {
  const { person, system, set = {}, group, without, attribute } = request;
  const today = await personNamed(person, engine);
  const past = await pastOf(today, request, engine);
  const at = past?.at ?? request.at;
  const identity = past?.identity ?? today;
  if (without !== undefined) knownSource(without, engine);
  const policies = targetsFor(system, identity, engine);
  for (const name of Object.keys(set))
    refuseUnread(name, identity, policies, engine.warehouse.ruleInputs);
  const day = past === undefined ? request.at : undefined;
  const offers = past?.offers ?? (await engine.warehouse.offers(identity.id, day));
  const targets: TargetExplanation[] = [];
  let records: Explained['records'] = [];
  let supposed = identity;
  const regrouped = regrouping(engine, at, past !== undefined);
  let standsAs = identity;
  for (const policy of past?.logged === false ? [] : policies) {
    const current = await engine.warehouse.subject(policy.system, identity.id);
    if (current === undefined) {
      throw new VerbRefusal('unknown-person', `${label(identity)} is gone meanwhile`, 'ask again');
    }
    const subject = past === undefined ? current : await past.subject(current);
    const left = await supposedOf(subject, without, day, engine);
    const assumed = regrouped(left, assuming(left, set));
    standsAs = assumed.identity;
    records = left.records;
    if (left !== subject) supposed = { ...left.identity, links: left.identity.links };
    const scene = { at: at ?? engine.now(), past: past !== undefined, offers, without };
    const explained = await explainTarget(assumed, policy, scene, engine, watch);
    // Nor is it kept who was in which group.
    const rules = past === undefined ? groupRules(policy, engine) : undefined;
    targets.push({ ...explained, ...(await explainMembers(subject, rules, engine, group)) });
  }
  const choices =
    attribute === undefined || past !== undefined
      ? undefined
      : await engine.warehouse.choices(identity.id, attributesBehind(attribute, policies), without);
  const values =
    attribute === undefined
      ? undefined
      : attributesBehind(attribute, policies).map((name) =>
          valueExplained(name, { identity: supposed }, offers, choices?.get(name)),
        );
  if (attribute !== undefined) knownValue(attribute, values ?? [], policies);
  const assumed = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== ''));
  return {
    identity: supposed,
    label: label(identity),
    records,
    assumed,
    ...(without !== undefined && { without }),
    ...(at !== undefined && { at }),
    ...(past !== undefined && { past: { logged: past.logged } }),
    ruleGroups: rulesOn(standsAs, at, engine),
    names: await namesOf(namingPlaces(supposed, targets), engine),
    ...(values !== undefined && { values }),
    targets,
  };
}

/** Without a source, or on a day to come. */
async function supposedOf(
  subject: Subject,
  without: SystemName | undefined,
  day: Date | undefined,
  { warehouse }: Engine,
): Promise<Subject> {
  if (without !== undefined) return warehouse.without(subject, without, day);
  return day === undefined ? subject : warehouse.onDay(subject, day);
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
