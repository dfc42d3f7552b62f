/** Who joined or left a group made by rule, and when somebody is looked at again, written beside the values it followed from. */

import type { IdentityId } from '../identity/identity.ts';
import type { Context } from './context.ts';
import { rostersOf, stamp } from './roster.ts';
import type { RuleMember } from './rule-group-storage.ts';
import { groupNames, groupNamesBefore, MEMBER_KIND, RULES } from './rule-groups.ts';
import type { Person } from './space.ts';

/** Within the transaction in which these people were merged, after they were written. */
export async function ruleGroupsMoved(context: Context, people: Iterable<Person>): Promise<void> {
  const joined: RuleMember[] = [];
  const left: RuleMember[] = [];
  const dates: { readonly identity: IdentityId; readonly at?: number }[] = [];
  const { store, book } = context;
  for (const person of people) {
    const { id: member, kind, records, regroups } = person;
    const ends = records.size === 0;
    if (regroups === undefined && !ends) continue;
    if (book.timed) {
      const at = ends ? undefined : regroups?.at?.getTime();
      dates.push({ identity: member, ...(at !== undefined && { at }) });
    }
    if (kind !== MEMBER_KIND) continue;
    const was = groupNamesBefore(person);
    const is = ends ? [] : groupNames(person);
    for (const group of is) if (!was.includes(group)) joined.push({ group, member });
    for (const group of was) if (!is.includes(group)) left.push({ group, member });
  }
  await Promise.all([
    joined.length > 0 && store.addRuleMembers(joined),
    left.length > 0 && store.removeRuleMembers(left),
    dates.length > 0 && store.saveRegroupDates(dates),
  ]);
  const moved = [...joined, ...left];
  if (moved.length === 0) return;
  const at = stamp(context);
  for (const { target, sources } of rostersOf(context)) {
    if (sources.includes(RULES)) await store.wakeRuleMembers(target, moved, at);
  }
}
