/** Members of groups made by rule, and the dates at which somebody may join or leave one. */

import type { MembershipStore } from '../../warehouse/membership-store.ts';
import type { RuleGroupStore, RuleMember } from '../../warehouse/rule-group-storage.ts';
import { MEMBER_KIND, RULES } from '../../warehouse/rule-groups.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';
import { labelOf } from './label.ts';

type Rest = Pick<
  MembershipStore,
  'membersAfter' | 'wakeInGroup' | 'groupNumbers' | 'membersWithout'
>;

/** A rule's group as a record, named `g`. */
const GROUP = `g.system = '${RULES}' and g.kind = 'group'`;

/** Groups that rules put people in, as `climb` has them. @param members A source of identity ids, `e`. */
export function ruleGroupsOf(members: string): string {
  return `select t.identity as member, g.system, g.kind, g.id
    from ${members} e cross join rule_member t cross join record g
    where t.identity = e.value and ${GROUP} and g.id = t.name`;
}

export function ruleGroupStore(database: Database): RuleGroupStore {
  const { inList } = database;
  const account = (identity: string, kind = ''): string =>
    `exists (select 1 from record a where a.identity = ${identity} and a.system = ?
       and +a.present = 1 and +a.deleted = 0${kind})`;
  return {
    addRuleMembers: (rows) =>
      database.batch(
        'insert into rule_member (name, identity) values (?, ?) on conflict do nothing',
        rows.map(columns),
      ),

    removeRuleMembers: (rows) =>
      database.batch('delete from rule_member where name = ? and identity = ?', rows.map(columns)),

    ruleMembers: async (group, after, limit) =>
      (
        await database.all<{ readonly identity: string }>(
          `select identity from rule_member where name = ? and identity > ?
           order by identity limit ?`,
          [group, after, limit],
        )
      ).map(({ identity }) => identity),

    countRuleMembers: async () =>
      new Map(
        (
          await database.all<{ readonly name: string; readonly n: number }>(
            'select name, count(*) as n from rule_member group by name',
          )
        ).map(({ name, n }) => [name, n]),
      ),

    ruleGroups: async () =>
      (
        await database.all<{ readonly id: string }>(
          `select g.id from record g where ${GROUP} and g.present = 1`,
        )
      ).map(({ id }) => id),

    wakeRuleMembers: async (target, rows, { generation, since }) => {
      for (const [group, lot] of Map.groupBy(rows, (row) => row.group)) {
        await database.run(
          `insert into membership (target, group_identity, member_identity, generation, since)
           select distinct cast(? as text), g.identity, e.value, cast(? as bigint), cast(? as bigint)
           from ${database.each} e cross join record g
           where ${GROUP} and g.id = ? and g.identity is not null
             and ${account('g.identity', " and a.kind = 'group'")} and ${account('e.value')}
           on conflict (tenant, target, group_identity, member_identity) do update
             set generation = excluded.generation,
               since = coalesce(membership.since, excluded.since), not_before = null`,
          [
            ...[target, generation, since, list(new Set(lot.map(({ member }) => member)))],
            ...[group, target, target],
          ],
        );
      }
    },

    saveRegroupDates: async (rows) => {
      const none = rows.filter(({ at }) => at === undefined).map(({ identity }) => identity);
      await Promise.all([
        none.length > 0 &&
          database.run(`delete from regroup where identity in ${inList}`, [list(none)]),
        database.batch(
          `insert into regroup (identity, at) values (?, ?)
           on conflict (tenant, identity) do update set at = excluded.at`,
          rows.flatMap(({ identity, at }) => (at === undefined ? [] : [[identity, at]])),
        ),
      ]);
    },

    regroupsDue: async (now, limit) =>
      (
        await database.all<{ readonly identity: string }>(
          'select identity from regroup where at <= ? order by at, identity limit ?',
          [now, limit],
        )
      ).map(({ identity }) => identity),
  };
}

/** What is asked of the members of groups, answered for groups made by rule as for those that were read. */
export function withRuleMembers(database: Database, rest: Rest, rules: RuleGroupStore): Rest {
  const ruled = `g.identity = ? and ${GROUP} and +g.present = 1 and t.name = g.id`;
  return {
    membersAfter: async (group, after, limit) =>
      group.system === RULES
        ? (await rules.ruleMembers(group.id, after?.id ?? '', limit)).map((id) => ({
            system: RULES,
            kind: MEMBER_KIND,
            id,
          }))
        : rest.membersAfter(group, after, limit),

    wakeInGroup: (target, group, members, stamp) =>
      group.system === RULES
        ? rules.wakeRuleMembers(
            target,
            members.map(({ id }) => ({ group: group.id, member: id })),
            stamp,
          )
        : rest.wakeInGroup(target, group, members, stamp),

    groupNumbers: async (roster, group) => {
      const numbers = await rest.groupNumbers(roster, group);
      if (!roster.sources.includes(RULES)) return numbers;
      const [row] = await database.all<{ readonly n: number }>(
        `select count(*) as n from record g cross join rule_member t where ${ruled}`,
        [group],
      );
      return { ...numbers, atSources: numbers.atSources + (row?.n ?? 0) };
    },

    membersWithout: async (roster, group, limit) => {
      const labels = await rest.membersWithout(roster, group, limit);
      if (!roster.sources.includes(RULES) || labels.length === limit) return labels;
      const rows = await database.all<{ readonly label: string }>(
        `select ${labelOf(database)} as label
         from record g cross join rule_member t cross join identity i
         where ${ruled} and i.id = t.identity
           and not exists (select 1 from record a where a.identity = t.identity and a.system = ?
             and +a.present = 1 and +a.deleted = 0) limit ?`,
        [group, roster.target, limit - labels.length],
      );
      return [...labels, ...rows.map(({ label }) => label)];
    },
  };
}

function columns({ group, member }: RuleMember): readonly string[] {
  return [group, member];
}
