/** Groups made by rule: what there is, and who is in one and why. */

import { suggestion } from '../identity/problem.ts';
import type { RuleGroupMember, RuleGroupSummary } from '../warehouse/rule-group-views.ts';
import type { Engine } from './engine.ts';
import { VerbRefusal } from './refusal.ts';
import type { Verbs } from './verbs.ts';

const PAGE = 500;

/** A group made by rule, and whether its exceptions are about anybody. */
export interface ShownRuleGroup extends RuleGroupSummary {
  readonly exceptions: readonly (RuleGroupSummary['exceptions'][number] & {
    /** Whether anybody is called so. */
    readonly known: boolean;
  })[];
}

export function groupLookups({ warehouse }: Engine): Pick<Verbs, 'groups' | 'groupMembers'> {
  return {
    groups: async () => {
      const groups = await warehouse.ruleGroups();
      const names = groups.flatMap(({ exceptions }) => exceptions.map(({ person }) => person));
      const called = names.length === 0 ? new Map() : await warehouse.peopleNamed(names);
      const known = new Set<string>();
      for (const name of new Set(names)) {
        const anybody = called.get(name)?.length > 0 || (await warehouse.identity(name));
        if (anybody) known.add(name);
      }
      return groups.map(({ exceptions, ...group }) => ({
        ...group,
        exceptions: exceptions.map((each) => ({ ...each, known: known.has(each.person) })),
      }));
    },
    groupMembers: async function* (name): AsyncGenerator<RuleGroupMember> {
      const known = (await warehouse.ruleGroups()).map((group) => group.name);
      if (!known.includes(name)) throw unknownGroup(name, known);
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: readonly RuleGroupMember[] = await warehouse.membersByRule(name, after, PAGE);
        yield* page;
        after = page.length < PAGE ? undefined : page.at(-1)?.identity;
      }
    },
  };
}

function unknownGroup(name: string, known: readonly string[]): VerbRefusal {
  const meant = suggestion(name, known);
  return new VerbRefusal(
    'unknown-group',
    `there is no group "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    known.length === 0
      ? 'groups: of the configuration makes some'
      : `groups here: ${known.join(', ')}`,
  );
}
