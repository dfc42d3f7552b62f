/** Where a value comes from and who else offers one; whom references name; how an account was found. */

import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import {
  type AttributeValue,
  isReference,
  type ObjectRef,
  type Reference,
} from '../identity/record.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { AttributeChoice } from '../warehouse/choices.ts';
import type { Offer, Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';
import type { OutcomeQuery } from './ledger.ts';
import { VerbRefusal } from './refusal.ts';
import type { AccountLink, NamedReference, ValueExplanation } from './verbs.ts';

/** Identity attributes behind a name: itself, or what the rows read that write it. */
export function attributesBehind(
  name: string,
  policies: readonly TargetPolicy[],
): readonly string[] {
  const rows = policies.flatMap(({ mapping }) => mapping.rows);
  const written = rows.filter(({ row }) => row.path.toLowerCase() === name.toLowerCase());
  const read = written.flatMap(({ inputs }) => inputs);
  return [...new Set(written.length > 0 ? read : [name])];
}

/**
 * Of every record that offers one, the value and its rank, and why it counts or does not.
 *
 * @param choice How it was chosen; without it the smallest rank of those present has won.
 */
export function valueExplained(
  path: string,
  { identity }: Pick<Subject, 'identity'>,
  offers: readonly Offer[],
  choice?: AttributeChoice,
): ValueExplanation {
  const value = identity.attributes[path];
  const origin = identity.origins[path];
  return {
    path,
    ...(value !== undefined && { value }),
    ...(origin !== undefined && { origin }),
    ...(choice && { rule: choice.rule }),
    ...(choice?.computed && { computed: choice.computed }),
    offers: offers
      .map(({ ref, present, attributes, ranks }) => ({
        path,
        system: ref.system,
        ...(attributes[path] !== undefined && { value: attributes[path] }),
        rank: ranks[path] ?? 0,
        present,
        ...verdictOf(ref, choice, ref.system === origin),
      }))
      // Of those who have none, whoever has the say decides all the same.
      .filter(({ value, wins }) => value !== undefined || (wins && origin === undefined))
      .toSorted((a, b) => placeIn(choice, a.system) - placeIn(choice, b.system) || a.rank - b.rank),
  };
}

function verdictOf(
  { system, id }: ObjectRef,
  choice: AttributeChoice | undefined,
  supplies: boolean,
): Omit<ValueExplanation['offers'][number], 'path' | 'system' | 'value' | 'rank' | 'present'> {
  const asked = choice?.asked.find((each) => each.system === system && each.id === id);
  if (asked === undefined) return { wins: supplies };
  const { verdict, authoritative, changedAt, readSince } = asked;
  return {
    wins: verdict === 'wins' || verdict === 'joins',
    verdict,
    ...(authoritative && { authoritative }),
    ...(changedAt && { changedAt }),
    ...(readSince && { readSince }),
  };
}

function placeIn(choice: AttributeChoice | undefined, system: string): number {
  return choice?.asked.findIndex((each) => each.system === system) ?? 0;
}

export function knownValue(
  name: string,
  values: readonly ValueExplanation[],
  policies: readonly TargetPolicy[],
): void {
  const written = policies.some(({ mapping }) =>
    mapping.rows.some(({ row }) => row.path.toLowerCase() === name.toLowerCase()),
  );
  const read = policies.some(
    ({ mapping, scope }) => mapping.inputs.includes(name) || scope?.inputs.includes(name),
  );
  const held = values.some(({ value, offers }) => value !== undefined || offers.length > 0);
  if (written || read || held) return;
  throw new VerbRefusal(
    'unknown-attribute',
    `nothing is called "${name}": no mapping writes it, none reads it, and no record supplies it`,
    'name a path of the target or an attribute of the identity, as lockstep explain shows them',
  );
}

/** Everybody whom references among these attributes name, by what they are called. */
export async function namesOf(
  attributes: readonly Readonly<Record<string, AttributeValue>>[],
  { warehouse }: Engine,
): Promise<readonly NamedReference[]> {
  const refs = new Map<string, ObjectRef>();
  const lookUps = new Map<string, LookUp>();
  for (const each of attributes) {
    for (const value of Object.values(each)) collect(value, refs, lookUps);
  }
  const names: NamedReference[] = [];
  for (const [, lot] of Map.groupBy(refs.values(), ({ system, kind }) => `${system}/${kind}`)) {
    const owners = await warehouse.ownersOf(lot);
    for (const ref of lot) {
      const owner: IdentityId | undefined = owners.get(ref.id);
      const identity = owner === undefined ? undefined : await warehouse.identity(owner);
      if (identity !== undefined) names.push({ ref, label: calledInFull(identity) });
    }
  }
  for (const ref of lookUps.values()) {
    const { kind, by, value } = ref;
    const found = await warehouse.findPerson(String(value), kind);
    const [identity, other] = found.filter(({ attributes: theirs }) => theirs[by] === value);
    if (identity === undefined || other !== undefined) continue;
    names.push({ ref, label: calledInFull(identity) });
  }
  return names;
}

function calledInFull(identity: Identity): string {
  const { displayName } = identity.attributes;
  const called = label(identity);
  return typeof displayName === 'string' && displayName !== called
    ? `${displayName} (${called})`
    : called;
}

type LookUp = Exclude<Reference, ObjectRef>;

function collect(
  value: AttributeValue,
  refs: Map<string, ObjectRef>,
  lookUps: Map<string, LookUp>,
): void {
  if (typeof value !== 'object') return;
  if (isReference(value)) {
    const { $ref } = value;
    if ('id' in $ref) refs.set(JSON.stringify($ref), $ref);
    else lookUps.set(JSON.stringify($ref), $ref);
    return;
  }
  for (const each of Object.values(value)) collect(each as AttributeValue, refs, lookUps);
}

const LOOKED_BACK = 500;

/** How the account became theirs, as far as it is still recorded. */
export async function linkOf(
  { account, identity }: Subject,
  { system, joined }: TargetPolicy,
  until: Pick<OutcomeQuery, 'until'>,
  { ledger }: Engine,
): Promise<AccountLink | undefined> {
  if (account === undefined) return undefined;
  const query = {
    target: system,
    identity: identity.id,
    type: 'done',
    limit: LOOKED_BACK,
    ...until,
  } as const;
  for await (const { at, run, operation } of ledger.outcomes(query)) {
    if (operation.action === 'create') return { how: 'created', at, run };
    if (operation.action === 'link' || ('links' in operation && operation.links)) {
      return { how: 'matched', at, run };
    }
  }
  return { how: joined ? 'joined' : 'unrecorded' };
}
