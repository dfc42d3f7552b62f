/**
 * Memberships of targets: due by statements over whole lots, so that none comes by way of us.
 *
 * SQLite keeps no statistics here and takes an index over `present` to be as good as the key. A plus
 * in front of a column keeps it out of that choice, and cross joins are made in the order written.
 */

import type { IdentityId } from '../../identity/identity.ts';
import type { ObjectRef } from '../../identity/record.ts';
import type {
  GroupNumbers,
  MembershipRow,
  MembershipStore,
  Roster,
  Stamp,
} from '../../warehouse/membership-store.ts';
import { RULES } from '../../warehouse/rule-groups.ts';
import type { Database, SqlValue } from '../database.ts';
import { bySpace, list, optional, refColumns } from '../rows.ts';
import { labelOf } from './label.ts';
import { byDue, COLUMNS, KEY, membershipSettlements } from './membership-settlements.ts';
import { ruleGroupsOf } from './rule-groups.ts';

type Columns = {
  readonly group_identity: string;
  readonly member_identity: string;
  readonly generation: number | null;
  readonly held_group: string | null;
  readonly held_member: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly attempts: number | null;
  readonly first_failed_at: number | null;
  readonly group_account: string | null;
  readonly member_account: string | null;
  readonly member_kind: string | null;
  readonly disabled_at: number | null;
  readonly label: string | null;
};

type RefColumns = { readonly system: string; readonly kind: string; readonly id: string };

const WAKE = `on conflict (${KEY}) do update set generation = excluded.generation,
  since = coalesce(membership.since, excluded.since), not_before = null`;
const STAMP = 'cast(? as bigint), cast(? as bigint)';

export function membershipStore(database: Database): MembershipStore {
  const { inList } = database;
  const label = labelOf(database);
  const ofDue = byDue(database);

  /** Groups that the records of a seed are in, one step or any number of steps up. */
  const climb = (seed: string, { mode }: Pick<Roster, 'mode'>, ruled = ''): string => {
    const first = `select r.identity as member, m.system, m.group_kind as kind, m.group_id as id
      from ${seed} cross join member m
      where m.system = r.system and m.kind = r.kind and m.id = r.id and r.identity is not null and +r.present = 1
      ${mode === 'kept' ? '' : "and r.kind <> 'group'"}${ruled}`;
    if (mode !== 'flattened') return `with up as (${first})`;
    // A union keeps what it has seen, so that a group above itself ends there.
    return `with recursive up (member, system, kind, id) as (${first} union
      select up.member, m.system, m.group_kind, m.group_id
      from up cross join record g cross join member m
      where g.system = up.system and g.kind = up.kind and g.id = up.id
        and m.system = up.system and m.kind = up.kind and m.id = up.id and +g.present = 1)`;
  };

  const ofIdentities = `(select r.* from ${database.each} e cross join record r
    where r.identity = e.value and r.system in ${inList}) r`;

  /** The same of identities, where rules put people into groups as well. */
  const climbFrom = (
    members: readonly IdentityId[],
    roster: Roster,
  ): { readonly sql: string; readonly parameters: readonly SqlValue[] } => {
    const ids = list(members);
    const seeds = [ids, list(roster.sources)];
    return roster.sources.includes(RULES)
      ? {
          sql: climb(ofIdentities, roster, ` union ${ruleGroupsOf(database.each)}`),
          parameters: [...seeds, ids],
        }
      : { sql: climb(ofIdentities, roster), parameters: seeds };
  };

  const account = (identity: string, kind = ''): string =>
    `exists (select 1 from record a where a.identity = ${identity} and a.system = ?
       and +a.present = 1 and +a.deleted = 0${kind})`;

  const wake = (
    climbed: string,
    parameters: readonly SqlValue[],
    roster: Roster,
    { generation, since }: Stamp,
  ): Promise<number> =>
    database.run(
      `${climbed} insert into membership (${COLUMNS})
       select distinct cast(? as text), g.identity, up.member, ${STAMP}
       from up cross join record g
       where g.system = up.system and g.kind = up.kind and g.id = up.id and g.identity is not null and +g.present = 1
         and ${account('g.identity', " and a.kind = 'group'")} and ${account('up.member')}
       ${WAKE}`,
      [...parameters, roster.target, generation, since, roster.target, roster.target],
    );

  const rowsOf = async (
    where: string,
    parameters: readonly SqlValue[],
    index = '',
  ): Promise<readonly Columns[]> =>
    database.all<Columns>(
      `select d.group_identity, d.member_identity, d.generation, d.held_group, d.held_member,
         d.code, d.message, d.attempts, d.first_failed_at, ga.id as group_account,
         ma.id as member_account, ma.kind as member_kind, ma.disabled_at,
         ${label} as label
       from membership d ${index}
       left join record ga on ga.identity = d.group_identity and ga.system = d.target
         and ga.kind = 'group' and +ga.present = 1 and +ga.deleted = 0
       left join record ma on ma.identity = d.member_identity and ma.system = d.target
         and +ma.present = 1 and +ma.deleted = 0
       left join identity i on i.id = d.member_identity
       where d.target = ? and ${where}
       order by d.group_identity, d.member_identity limit ?`,
      parameters,
    );

  // PostgreSQL wants a recursion to begin with texts that compare as its columns do.
  const text = `cast(? as text)${database.dialect === 'postgres' ? ' collate "C"' : ''}`;
  const walk = async (
    groups: readonly ObjectRef[],
    step: string,
  ): Promise<readonly (RefColumns & { readonly seed: string })[]> => {
    const found = await Promise.all(
      groups.map(async (group) =>
        (
          await database.all<RefColumns>(
            `with recursive walk (system, kind, id) as (
               select ${text}, ${text}, ${text} union ${step})
             select system, kind, id from walk`,
            refColumns(group),
          )
        ).map((row) => ({ ...row, seed: JSON.stringify(group) })),
      ),
    );
    return found.flat();
  };

  return {
    wakeRecords: async (roster, system, kind, ids, stamp) => {
      if (ids.length === 0 || !roster.sources.includes(system)) return;
      const seed = `(select r.* from ${database.each} e cross join record r
        where r.system = ? and r.kind = ? and r.id = e.value) r`;
      await wake(climb(seed, roster), [list(ids), system, kind], roster, stamp);
    },

    wakeMembers: async (roster, members, stamp) => {
      if (members.length === 0 || roster.sources.length === 0) return;
      const { sql, parameters } = climbFrom(members, roster);
      await wake(sql, parameters, roster, stamp);
    },

    wakeInGroup: async (target, group, members, { generation, since }) => {
      for (const { system, kind, ids } of bySpace(members)) {
        await database.run(
          `insert into membership (${COLUMNS})
           select distinct cast(? as text), g.identity, r.identity, ${STAMP}
           from ${database.each} e cross join record r cross join record g
           where r.system = ? and r.kind = ? and r.id = e.value and r.identity is not null
             and g.system = ? and g.kind = ? and g.id = ? and g.identity is not null
             and ${account('g.identity', " and a.kind = 'group'")} and ${account('r.identity')}
           ${WAKE}`,
          [
            ...[target, generation, since, list(ids), system, kind],
            ...[...refColumns(group), target, target],
          ],
        );
      }
    },

    touchMembers: async (target, members, { generation, since }) => {
      if (members.length === 0) return;
      await database.run(
        `update membership set generation = ?, since = coalesce(since, ?), not_before = null
         where target = ? and member_identity in ${inList}`,
        [generation, since, target, list(members)],
      );
    },

    touchGroup: async (target, group, after, limit, { generation, since }) => {
      const rows = await database.all<{ readonly member_identity: string }>(
        `select member_identity from membership
         where target = ? and group_identity = ? and member_identity > ?
         order by member_identity limit ?`,
        [target, group, after, limit],
      );
      const last = rows.at(-1)?.member_identity;
      if (last === undefined) return undefined;
      await database.run(
        `update membership set generation = ?, since = coalesce(since, ?), not_before = null
         where target = ? and group_identity = ? and member_identity > ? and member_identity <= ?`,
        [generation, since, target, group, after, last],
      );
      return rows.length < limit ? undefined : last;
    },

    forgetHeld: async (target, members) => {
      if (members.length === 0) return;
      await database.run(
        `update membership set held_group = null, held_member = null
         where target = ? and member_identity in ${inList}`,
        [target, list(members)],
      );
    },

    membershipsDue: async (target, now) => {
      const [row] = await database.all<{ readonly n: number }>(
        `select count(*) as n from membership ${ofDue}
         where target = ? and generation is not null and (not_before is null or not_before <= ?)`,
        [target, now],
      );
      return row?.n ?? 0;
    },

    dueMemberships: async (target, now, after, limit, members) => {
      const only = members === undefined ? '' : `and d.member_identity in ${inList}`;
      const rows = await rowsOf(
        `d.generation is not null and (d.not_before is null or d.not_before <= ?)
         and (d.group_identity, d.member_identity) > (?, ?) ${only}`,
        [
          ...[target, now, after?.group ?? '', after?.member ?? ''],
          ...(members === undefined ? [] : [list(members)]),
          limit,
        ],
        ofDue,
      );
      return rows.map(rowOf);
    },

    failedMembers: async (target, group, limit) => {
      const where = 'd.group_identity = ? and d.attempts is not null';
      const rows = await rowsOf(where, [target, group, limit]);
      return rows.map(({ label: name, code, message }) => ({
        label: name ?? '',
        code: code ?? '',
        message: message ?? '',
      }));
    },

    membershipsOf: async (target, keys, limit) => {
      const [where, id] =
        'member' in keys
          ? ['d.member_identity = ?', keys.member]
          : ['d.group_identity = ?', keys.group];
      const rows = await rowsOf(where, [target, id, limit]);
      return rows.map((row) => ({ ...rowOf(row), isDue: row.generation !== null }));
    },

    heldMemberships: async (target) => {
      const [row] = await database.all<{ readonly n: number }>(
        'select count(*) as n from membership where target = ? and held_group is not null',
        [target],
      );
      return row?.n ?? 0;
    },

    groupsAt: async (roster, member, limit) => {
      const { sql, parameters } = climbFrom([member], roster);
      const rows = await database.all<{ readonly identity: string }>(
        `${sql} select distinct g.identity from up cross join record g
         where g.system = up.system and g.kind = up.kind and g.id = up.id
           and g.identity is not null and +g.present = 1 limit ?`,
        [...parameters, limit],
      );
      return rows.map(({ identity }) => identity);
    },

    groupNumbers: async ({ target, sources }, group) => {
      const [ours] = await database.all<Omit<GroupNumbers, 'atSources'>>(
        `select count(held_group) as held, count(generation) as due, count(attempts) as failed
         from membership where target = ? and group_identity = ?`,
        [target, group],
      );
      const [theirs] = await database.all<{ readonly n: number }>(
        `select count(*) as n from record g cross join member m
         where g.identity = ? and g.kind = 'group' and g.system in ${inList} and +g.present = 1
           and m.system = g.system and m.group_kind = g.kind and m.group_id = g.id`,
        [group, list(sources)],
      );
      const { held = 0, due = 0, failed = 0 } = ours ?? {};
      return { atSources: theirs?.n ?? 0, held, due, failed };
    },

    membersWithout: async ({ target, sources }, group, limit) => {
      const rows = await database.all<{ readonly label: string }>(
        `select ${label} as label
         from record g cross join member m cross join record r cross join identity i
         where g.identity = ? and g.kind = 'group' and g.system in ${inList} and +g.present = 1
           and m.system = g.system and m.group_kind = g.kind and m.group_id = g.id
           and r.system = m.system and r.kind = m.kind and r.id = m.id and i.id = r.identity
           and not ${account('r.identity')} limit ?`,
        [group, list(sources), target, limit],
      );
      return rows.map((row) => row.label);
    },

    wantedPairs: async (roster, members, groups) => {
      if (members.length === 0 || groups.length === 0) return [];
      const { sql, parameters } = climbFrom(members, roster);
      return database.all<{ readonly group: string; readonly member: string }>(
        `${sql}
         select distinct g.identity as "group", up.member
         from up cross join record g
         where g.system = up.system and g.kind = up.kind and g.id = up.id and +g.present = 1 and g.identity in ${inList}`,
        [...parameters, list(groups)],
      );
    },

    ...membershipSettlements(database),

    membersAfter: (group, after, limit) =>
      database.all<RefColumns>(
        `select system, kind, id from member
         where system = ? and group_kind = ? and group_id = ? and (kind, id) > (?, ?)
         order by kind, id limit ?`,
        [...refColumns(group), after?.kind ?? '', after?.id ?? '', limit],
      ),

    groupsAbove: async (groups) =>
      (
        await walk(
          groups,
          `select m.system, m.group_kind, m.group_id from walk
           cross join member m
           where m.system = walk.system and m.kind = walk.kind and m.id = walk.id`,
        )
      ).map(({ seed, ...above }) => ({ group: JSON.parse(seed) as ObjectRef, above })),

    groupsBelow: async (groups) =>
      (
        await walk(
          groups,
          `select m.system, m.kind, m.id from walk
           cross join member m
           where m.system = walk.system and m.group_kind = walk.kind and m.group_id = walk.id and m.kind = 'group'`,
        )
      ).map(({ system, kind, id }) => ({ system, kind, id })),
  };
}

function rowOf(row: Columns): MembershipRow {
  const failed =
    row.code !== null && row.attempts !== null && row.first_failed_at !== null
      ? {
          code: row.code,
          message: row.message ?? row.code,
          attempts: row.attempts,
          firstFailedAt: new Date(row.first_failed_at),
        }
      : undefined;
  return {
    group: row.group_identity as IdentityId,
    member: row.member_identity as IdentityId,
    generation: row.generation ?? 0,
    isOff: row.disabled_at !== null,
    label: row.label ?? row.member_identity,
    ...optional('groupAccount', row.group_account),
    ...(row.member_account !== null &&
      row.member_kind !== null && {
        memberAccount: { kind: row.member_kind, id: row.member_account },
      }),
    ...optional('heldGroup', row.held_group),
    ...optional('heldMember', row.held_member),
    ...(failed && { failed }),
  };
}
