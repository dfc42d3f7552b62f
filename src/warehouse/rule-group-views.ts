/** Groups made by rule as people look at them: who is in, why, and until when. */

import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import type { ClauseVerdict } from '../mapping/mapping.ts';
import type { Context } from './context.ts';
import {
  type GroupException,
  type RuleGroup,
  regrouped,
  regroupsAt,
  ruleMembership,
} from './rule-groups.ts';

export interface RuleGroupSummary {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly owner?: string;
  /** The filter as it is written. */
  readonly rule: string;
  readonly members: number;
  readonly exceptions: readonly (GroupException & { readonly inForce: boolean })[];
}

/** Why somebody is in a group, or is not. */
export interface RuleStanding {
  readonly group: string;
  readonly member: boolean;
  /** Present where it decides. */
  readonly exception?: GroupException;
  /** Of the rule; all of them, where an `and` or an `or` joins several. */
  readonly clauses: readonly ClauseVerdict[];
  /** When that may change though nothing is said anew. */
  readonly until?: Date;
}

export interface RuleGroupMember extends RuleStanding {
  readonly identity: IdentityId;
  readonly label: string;
}

/** The part of the warehouse that is about groups made by rule. */
export interface RuleGroupViews {
  /** What rules look at. */
  readonly ruleInputs: readonly string[];
  /** In the order of the configuration. */
  ruleGroups(): Promise<readonly RuleGroupSummary[]>;
  /** In the order of the ids, behind one of them. */
  membersByRule(
    group: string,
    after: IdentityId,
    limit: number,
  ): Promise<readonly RuleGroupMember[]>;
  /** Of every group, as of a time that may be to come. */
  ruleStandings(
    person: Pick<Identity, 'id' | 'kind' | 'attributes' | 'present'>,
    at: Date,
  ): readonly RuleStanding[];
  /** The person in the groups the rules would put her in, with these values, at that time. */
  regrouped<Person extends Identity>(person: Person, at: Date): Person;
}

export function ruleGroupViews({ store, book, now }: Context): RuleGroupViews {
  const rules = book.rules.groups;
  const groups = rules?.groups ?? [];
  return {
    ruleInputs: groups.flatMap(({ members }) => members.inputs),
    ruleGroups: async () => {
      const counts = await store.countRuleMembers();
      return groups.map(({ name, attributes, members, exceptions }) => ({
        name,
        title: String(attributes.displayName),
        ...(typeof attributes.description === 'string' && { description: attributes.description }),
        ...(typeof attributes.owner === 'string' && { owner: attributes.owner }),
        rule: members.text,
        members: counts.get(name) ?? 0,
        exceptions: exceptions.map((exception) => ({
          ...exception,
          inForce: exception.until === undefined || now() < exception.until,
        })),
      }));
    },
    membersByRule: async (name, after, limit) => {
      const group = groups.find((each) => each.name === name);
      if (group === undefined) return [];
      const people = await store.identities(await store.ruleMembers(name, after, limit));
      return people
        .map(({ id, kind, attributes: text, present }) => {
          const person = { id, kind, attributes: JSON.parse(text), present };
          return { identity: id, label: label(person), ...standingIn(group, person, now()) };
        })
        .toSorted((a, b) => (a.identity < b.identity ? -1 : 1));
    },
    ruleStandings: (person, at) => groups.map((group) => standingIn(group, person, at)),
    regrouped: (person, at) => ({ ...person, ...regrouped(rules, person, at) }),
  };
}

function standingIn(
  group: RuleGroup,
  person: Parameters<typeof ruleMembership>[1],
  at: Date,
): RuleStanding {
  const until = regroupsAt({ groups: [group], fingerprint: '' }, person, at);
  return {
    group: group.name,
    ...ruleMembership(group, person, at),
    clauses: group.members.clauses(person.attributes, at),
    ...(until !== undefined && { until }),
  };
}
