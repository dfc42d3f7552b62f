/**
 * Members of groups as they are known against members as they were read. A page goes through a fixed
 * number of rows, so that no statement takes long where next to nothing differs. A target may say of a
 * member no more than its id (RFC 7643 §4.2): it counts as a person then, unless only a group has that id.
 */

import type {
  KnownMember,
  MemberDriftStore,
  ShownMember,
} from '../sync/reconcile-members-storage.ts';
import type { Database } from './database.ts';
import { list, optional } from './rows.ts';

type KnownRow = {
  readonly group_identity: string;
  readonly member_identity: string;
  readonly held_group: string;
  readonly member_kind: string | null;
  readonly member_id: string | null;
  readonly there: number;
  readonly due: number;
};

type ShownRow = {
  readonly group_id: string;
  readonly shown_kind: string;
  readonly kind: string;
  readonly id: string;
  readonly group_identity: string | null;
  readonly member_identity: string | null;
  readonly known: number;
};

export function memberDrift(database: Database): MemberDriftStore {
  return {
    knownMembers: async (target, after, limit) =>
      (
        await database.all<KnownRow>(
          `select d.group_identity, d.member_identity, d.held_group,
             r.kind as member_kind, r.id as member_id,
             case when d.generation is null then 0 else 1 end as due,
             case when exists (select 1 from member m
               where m.system = d.target and m.group_kind = 'group' and m.group_id = d.held_group
                 and m.kind = r.kind and m.id = d.held_member)
               or r.kind = 'group' and exists (select 1 from member m
                 where m.system = d.target and m.group_kind = 'group' and m.group_id = d.held_group
                   and m.kind = 'user' and m.id = d.held_member
                   and not exists (select 1 from record u
                     where u.system = m.system and u.kind = 'user' and u.id = m.id))
               then 1 else 0 end as there
           from membership d
           left join record r on r.identity = d.member_identity and r.system = d.target
             and r.id = d.held_member and +r.present = 1 and +r.deleted = 0
           where d.target = ? and (d.group_identity, d.member_identity) > (?, ?)
             and d.held_group is not null
           order by d.group_identity, d.member_identity limit ?`,
          [target, after?.group ?? '', after?.member ?? '', limit],
        )
      ).map(knownOf),

    shownMembers: async (target, after, limit) =>
      (
        await database.all<ShownRow>(
          `select m.group_id, m.kind as shown_kind, coalesce(o.kind, m.kind) as kind, m.id,
             g.identity as group_identity, coalesce(r.identity, o.identity) as member_identity,
             case when d.generation is not null or d.held_member = m.id and d.held_group = m.group_id
               or d.attempts is not null then 1 else 0 end as known
           from member m
           left join record g on g.system = m.system and g.kind = m.group_kind and g.id = m.group_id
             and +g.present = 1
           left join record r on r.system = m.system and r.kind = m.kind and r.id = m.id
           left join record o on o.system = m.system and o.kind = 'group' and o.id = m.id
             and m.kind = 'user' and r.id is null
           left join membership d on d.target = m.system and d.group_identity = g.identity
             and d.member_identity = coalesce(r.identity, o.identity)
           where m.system = ? and m.group_kind = 'group' and (m.group_id, m.kind, m.id) > (?, ?, ?)
           order by m.group_id, m.kind, m.id limit ?`,
          [
            ...[target, after?.groupAccount ?? ''],
            ...[after?.shownAs ?? '', after?.memberAccount.id ?? '', limit],
          ],
        )
      ).map(shownOf),

    membersDue: async (target, pairs) => {
      if (pairs.length === 0) return [];
      const groups = list([...new Set(pairs.map(({ group }) => group))]);
      const members = list([...new Set(pairs.map(({ member }) => member))]);
      const rows = await database.all<{ readonly g: string; readonly m: string }>(
        `select group_identity as g, member_identity as m from membership
         where target = ? and group_identity in ${database.inList}
           and member_identity in ${database.inList} and generation is not null`,
        [target, groups, members],
      );
      const due = new Set(rows.map(({ g, m }) => `${g} ${m}`));
      return pairs.filter(({ group, member }) => due.has(`${group} ${member}`));
    },
  };
}

function knownOf(row: KnownRow): KnownMember {
  return {
    group: row.group_identity,
    member: row.member_identity,
    groupAccount: row.held_group,
    ...(row.member_id !== null &&
      row.member_kind !== null && {
        memberAccount: { kind: row.member_kind, id: row.member_id },
      }),
    isThere: row.there === 1,
    isDue: row.due === 1,
  };
}

function shownOf(row: ShownRow): ShownMember {
  return {
    groupAccount: row.group_id,
    memberAccount: { kind: row.kind, id: row.id },
    shownAs: row.shown_kind,
    ...optional('group', row.group_identity),
    ...optional('member', row.member_identity),
    isKnown: row.known === 1,
  };
}
