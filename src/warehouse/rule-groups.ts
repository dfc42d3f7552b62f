/**
 * Groups made by rule. Who belongs to one follows from the merged values of that person and from the
 * time, so that it is a value of the person like any other: `groups`, the names of the groups she is
 * in. Pure; nobody else's values matter.
 */

import type { Identity } from '../identity/identity.ts';
import type { Attributes, AttributeValue, ObjectKind, SystemName } from '../identity/record.ts';
import type { ReadMap, Scope } from '../mapping/mapping.ts';
import { parseOrigins } from './origins.ts';
import type { Person } from './space.ts';
import type { SourceRules } from './warehouse.ts';

/** The source of these groups. No system of a configuration can be called so. */
export const RULES: SystemName = 'Rules';

/** Names of the groups a person is in, among the attributes of the person. */
const GROUPS = 'groups';

/** Whom groups are made of. */
export const MEMBER_KIND: ObjectKind = 'user';

export interface RuleGroup {
  readonly name: string;
  /** What it is to an application, beside its name. */
  readonly attributes: Attributes;
  readonly members: Scope;
  readonly exceptions: readonly GroupException[];
}

export interface GroupException {
  readonly type: 'include' | 'exclude';
  /** What the person is called: an identity id or any naming attribute. */
  readonly person: string;
  /** It holds before then. */
  readonly until?: Date;
  readonly reason: string;
}

export interface RuleGroups {
  readonly groups: readonly RuleGroup[];
  /** Changes when any rule does; then everybody is looked at again, in batches. */
  readonly fingerprint: string;
}

/** Whose membership is asked for. */
export type Asked = Pick<Identity, 'id' | 'kind' | 'attributes' | 'present'>;

export interface RuleMembership {
  readonly member: boolean;
  /** Present where it decides. */
  readonly exception?: GroupException;
}

/** An exception decides, otherwise the rule. Whoever has left is in no group. */
export function ruleMembership(
  { members, exceptions }: RuleGroup,
  person: Asked,
  now: Date,
): RuleMembership {
  if (!person.present || person.kind !== MEMBER_KIND) return { member: false };
  const exception = exceptions.find((each) => isInForce(each, now) && isAbout(each, person));
  if (exception !== undefined) return { member: exception.type === 'include', exception };
  return { member: members.includes(person.attributes, now) };
}

type Valued = Pick<Identity, 'attributes' | 'origins'>;

/** The person's values, with the groups that the rules put her in. */
export function regrouped(
  rules: RuleGroups | undefined,
  person: Asked & Valued,
  now: Date,
): Valued {
  const known = Object.hasOwn(person.attributes, GROUPS);
  // Of most people, nothing is copied. Where no rule makes groups, a source may call anything so.
  if (rules === undefined && person.origins[GROUPS] !== RULES) return person;
  const names = (rules?.groups ?? [])
    .filter((group) => ruleMembership(group, person, now).member)
    .map(({ name }) => name);
  if (names.length === 0 && !known) return person;
  const { [GROUPS]: _before, ...others } = person.attributes;
  const { [GROUPS]: _from, ...origins } = person.origins;
  if (names.length === 0) return { attributes: others, origins };
  return {
    attributes: { ...others, [GROUPS]: names },
    origins: { ...origins, [GROUPS]: RULES },
  };
}

/** The next moment at which somebody may join or leave a group though nothing changes. */
export function regroupsAt(
  rules: RuleGroups | undefined,
  person: Asked,
  now: Date,
): Date | undefined {
  if (rules === undefined || !person.present || person.kind !== MEMBER_KIND) return undefined;
  const turns = rules.groups.flatMap(({ members, exceptions }) => [
    members.dated?.turnsAt(person.attributes, now) ?? [],
    ...exceptions.flatMap((each) =>
      isInForce(each, now) && isAbout(each, person) ? (each.until ?? []) : [],
    ),
  ]);
  const first = Math.min(...turns.flat().map((at) => at.getTime()));
  return Number.isFinite(first) ? new Date(first) : undefined;
}

/** Whether membership may change by itself at all. */
export function isTimed({ groups }: RuleGroups): boolean {
  return groups.some(
    ({ members, exceptions }) =>
      members.dated !== undefined || exceptions.some(({ until }) => until !== undefined),
  );
}

/** The groups that rules put somebody in. */
export function groupNames({ attributes, origins }: Valued): readonly string[] {
  const value: AttributeValue | undefined = attributes[GROUPS];
  return Array.isArray(value) && origins[GROUPS] === RULES ? value.map(String) : [];
}

/** The same by the values that were settled last. */
export function groupNamesBefore({
  before,
  stored,
}: Pick<Person, 'before' | 'stored'>): readonly string[] {
  if (stored === undefined || !Object.hasOwn(before, GROUPS)) return [];
  return groupNames({ attributes: before, origins: parseOrigins(stored.origins, before) });
}

/** How the groups themselves become identities. */
export const RULE_SOURCE: SourceRules = {
  system: RULES,
  kind: 'group',
  creates: true,
  authority: true,
  join: [],
  map: asTheyAre(),
  precedence: {},
  defaultPrecedence: 0,
};

function asTheyAre(): ReadMap {
  return { inputs: [], map: (record) => record };
}

function isInForce({ until }: GroupException, now: Date): boolean {
  return until === undefined || now < until;
}

const NAMING = ['userPrincipalName', 'mail', 'userName', 'employeeId'] as const;

function isAbout({ person }: GroupException, { id, attributes }: Asked): boolean {
  if (person === id) return true;
  const name = person.toLowerCase();
  return NAMING.some((each) => {
    const value = attributes[each];
    return value !== undefined && String(value).toLowerCase() === name;
  });
}
