/** Why somebody is in a group of a target, or is not: from the same rows that runs work with. */

import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import { standing } from '../plan/standing.ts';
import type { Target } from '../plan/target.ts';
import type { MembershipState } from '../warehouse/membership.ts';
import type { Account, Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';
import { VerbRefusal } from './refusal.ts';
import type { MembershipExplanation, TargetExplanation } from './verbs.ts';

const MOST_GROUPS = 50;
const SOME = 5;

/** @param group Only that one, by name; then also why not. */
export async function explainMembers(
  subject: Subject,
  rules: Target | undefined,
  engine: Engine,
  group: string | undefined,
): Promise<Pick<TargetExplanation, 'memberships' | 'members'>> {
  if (rules?.members === undefined) return {};
  const { warehouse } = engine;
  const { system } = rules;
  const { id, kind } = subject.identity;
  const asked = group === undefined ? undefined : await groupNamed(group, engine);
  const members = kind === 'group' ? await warehouse.membersOfGroup(system, id, SOME) : undefined;
  const states = (await warehouse.membershipsOfMember(system, id, MOST_GROUPS)).filter(
    (state) => asked === undefined || state.group === asked.id,
  );
  const subjects = new Map(
    (
      await warehouse.subjects(
        system,
        states.map((state) => state.group),
      )
    ).map((each) => [each.identity.id, each]),
  );
  const memberships: MembershipExplanation[] = states.flatMap((state) => {
    const its = subjects.get(state.group);
    return its === undefined ? [] : [explanation(state, its, subject.account, rules, engine.now())];
  });
  if (asked !== undefined && memberships.length === 0) {
    memberships.push(await absence(subject, asked, rules, engine));
  }
  return {
    ...(memberships.length > 0 && { memberships }),
    ...(members !== undefined && { members }),
  };
}

/** In the order in which it is decided: the source, the group, the member's account, what was tried. */
function explanation(
  { isMember, held, isDue, failed }: MembershipState,
  group: Subject,
  account: Account | undefined,
  rules: Target,
  now: Date,
): MembershipExplanation {
  const { system } = rules;
  const answer = (
    verdict: MembershipExplanation['verdict'],
    why: string,
  ): MembershipExplanation => ({ group: label(group.identity), verdict, why });
  if (!isMember) {
    return held
      ? answer('leaves', 'no source has it in the group any more')
      : answer('not', 'no source has it in the group');
  }
  const stands = standing(group, rules, now);
  if (!stands.in) return answer('waits', `the group is left alone: ${stands.message}`);
  if (group.account === undefined || group.account.missing) {
    return answer('waits', `the group is not in ${system} yet`);
  }
  if (account === undefined || account.missing) {
    return answer('waits', `there is no account in ${system} that could be a member`);
  }
  if (account.disabledBy === 'us') {
    return answer(held ? 'leaves' : 'waits', `the account in ${system} is switched off`);
  }
  if (failed !== undefined) return answer('failed', `${failed.code}: ${failed.message}`);
  if (held) return answer('member', 'as at the source');
  return isDue
    ? answer('joins', 'with the next run')
    : answer('waits', `${system} is not known to have it; lockstep reconcile ${system} compares`);
}

/** Not even a row: no source has it, or only by a group between that does not count here. */
async function absence(
  { identity }: Subject,
  group: Identity,
  { members, system }: Target,
  { warehouse }: Engine,
): Promise<MembershipExplanation> {
  const below = await warehouse.isBelow(identity.id, group.id);
  return {
    group: label(group),
    verdict: 'not',
    why: below
      ? `only by a group within it, which does not count in ${system} (nested: ${members})`
      : 'no source has it in the group',
  };
}

async function groupNamed(text: string, { warehouse }: Engine): Promise<Identity> {
  const found = await warehouse.findPerson(text, 'group');
  const [group] = found;
  if (group !== undefined && found.length === 1) return group;
  const ids: readonly IdentityId[] = found.map(({ id }) => id);
  throw new VerbRefusal(
    group === undefined ? 'unknown-person' : 'ambiguous-person',
    group === undefined
      ? `no group here is called "${text}"`
      : `${found.length} groups are called "${text}": ${ids.join(', ')}`,
    group === undefined
      ? 'name a display name or an identity id; groups that are not read are not known'
      : 'name one of the ids',
  );
}
