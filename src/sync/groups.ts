/** Groups made by rule: what there is, and who is in one and why. */

import { suggestion } from '../identity/problem.ts';
import type { RuleGroupMember } from '../warehouse/rule-group-views.ts';
import type { Engine } from './engine.ts';
import { VerbRefusal } from './refusal.ts';
import type { Verbs } from './verbs.ts';

const PAGE = 500;

export function groupLookups({ warehouse }: Engine): Pick<Verbs, 'groups' | 'groupMembers'> {
  return {
    groups: () => warehouse.ruleGroups(),
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
