/** Members of groups, and assignments to applications. */

import type { AssignmentRow, GroupStore, MemberRow, Reach } from '../../warehouse/storage.ts';
import type { Database } from '../database.ts';
import { bySpace, list, optional, refColumns } from '../rows.ts';

type MemberColumns = {
  readonly system: string;
  readonly group_kind: string;
  readonly group_id: string;
  readonly kind: string;
  readonly id: string;
};

type AssignmentColumns = {
  readonly id: string;
  readonly principal_kind: string;
  readonly principal: string;
  readonly role: string | null;
  readonly role_name: string | null;
};

type ReachColumns = {
  readonly principal: string;
  readonly group_id: string | null;
  readonly name: string | null;
  readonly role: string | null;
  readonly role_name: string | null;
};

const MEMBER = 'system, group_kind, group_id, kind, id';
const ASSIGNMENT = 'id, principal_kind, principal, role, role_name';

export function groupStore(database: Database): GroupStore {
  const { inList } = database;
  const first = `select m.id as principal, m.system, m.group_kind as kind, m.group_id as id
    from ${database.each} e cross join member m
    where m.system = ? and m.kind = ? and m.id = e.value`;
  const upOne = `with up as (${first})`;
  // A group that is gone reaches nobody, though its members stay known for its return. What a union
  // has seen it does not take again, so that a group above itself ends there.
  const upAll = `with recursive up (principal, system, kind, id) as (${first} union
    select up.principal, m.system, m.group_kind, m.group_id from up
    left join record g on g.system = up.system and g.kind = up.kind and g.id = up.id
    join member m on m.system = up.system and m.kind = up.kind and m.id = up.id
    where coalesce(g.present, 1) = 1)`;
  const name = `g.attributes${database.dialect === 'postgres' ? '::json' : ''} ->> 'displayName'`;
  const rowsOf = (rows: readonly MemberColumns[]): readonly MemberRow[] =>
    rows.map(({ system, group_kind, group_id, kind, id }) => ({
      group: { system, kind: group_kind, id: group_id },
      member: { system, kind, id },
    }));
  return {
    addMembers: async (rows, mark) => {
      const known = new Set<string>();
      const lots = Map.groupBy(rows, ({ group, member }) =>
        JSON.stringify([group.system, group.kind, group.id, member.kind]),
      );
      for (const lot of lots.values()) {
        const [first] = lot;
        if (!first) continue;
        const held = await database.all<MemberColumns>(
          `select ${MEMBER} from member
           where system = ? and group_kind = ? and group_id = ? and kind = ? and id in ${inList}`,
          [...refColumns(first.group), first.member.kind, list(lot.map(({ member }) => member.id))],
        );
        for (const row of held)
          known.add(JSON.stringify([row.group_kind, row.group_id, row.kind, row.id]));
      }
      await database.batch(
        `insert into member (${MEMBER}, mark) values (?, ?, ?, ?, ?, ?)
         on conflict (tenant, ${MEMBER}) do update set mark = excluded.mark
         where member.mark < excluded.mark`,
        rows.map(({ group, member }) => [...refColumns(group), member.kind, member.id, mark]),
      );
      return rows.filter(
        ({ group, member }) =>
          !known.has(JSON.stringify([group.kind, group.id, member.kind, member.id])),
      );
    },

    removeMembers: (rows) =>
      database.batch(
        `delete from member
         where system = ? and group_kind = ? and group_id = ? and kind = ? and id = ?`,
        rows.map(({ group, member }) => [...refColumns(group), member.kind, member.id]),
      ),

    unmarkedMembers: async (system, kind, mark, limit) =>
      rowsOf(
        await database.all<MemberColumns>(
          `select ${MEMBER} from member
           where system = ? and group_kind = ? and mark < ? limit ?`,
          [system, kind, mark, limit],
        ),
      ),

    countMembers: async (system, kind, mark) => {
      const [row] = await database.all<{ readonly n: number; readonly unmarked: number }>(
        `select count(*) as n, coalesce(sum(case when mark < ? then 1 else 0 end), 0) as unmarked
         from member where system = ? and group_kind = ?`,
        [mark, system, kind],
      );
      return { all: row?.n ?? 0, unmarked: row?.unmarked ?? 0 };
    },

    applicationsOf: async (groups) => {
      const lots = await Promise.all(
        bySpace(groups).map(async ({ system, kind, ids }) =>
          (
            await database.all<{ readonly principal: string; readonly application: string }>(
              `select distinct principal, application from assignment
               where system = ? and principal_kind = ? and principal in ${inList}`,
              [system, kind, list(ids)],
            )
          ).map(({ principal, application }) => ({
            group: { system, kind, id: principal },
            application,
          })),
        ),
      );
      return lots.flat();
    },

    assignments: async ({ system, application }, ids) =>
      (
        await database.all<AssignmentColumns>(
          `select ${ASSIGNMENT} from assignment
           where system = ? and application = ? and id in ${inList}`,
          [system, application, list(ids)],
        )
      ).map(assignmentOf),

    assignmentsAfter: async ({ system, application }, after, limit) =>
      (
        await database.all<AssignmentColumns>(
          `select ${ASSIGNMENT} from assignment
           where system = ? and application = ? and id > ? order by id limit ?`,
          [system, application, after, limit],
        )
      ).map(assignmentOf),

    saveAssignments: ({ system, application }, rows) =>
      database.batch(
        `insert into assignment (system, application, ${ASSIGNMENT}) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant, system, application, id) do update set
           principal_kind = excluded.principal_kind, principal = excluded.principal,
           role = excluded.role, role_name = excluded.role_name`,
        rows.map(({ id, principalKind, principal, role, roleName }) => [
          system,
          application,
          id,
          principalKind,
          principal,
          role ?? null,
          roleName ?? null,
        ]),
      ),

    removeAssignments: ({ system, application }, ids) =>
      database.batch(
        'delete from assignment where system = ? and application = ? and id = ?',
        ids.map((id) => [system, application, id]),
      ),

    assignmentDigest: async ({ system, application }) => {
      const [row] = await database.all<{ readonly digest: string }>(
        'select digest from application where system = ? and application = ?',
        [system, application],
      );
      return row?.digest;
    },

    setAssignmentDigest: async ({ system, application }, digest) => {
      await database.run(
        `insert into application (system, application, digest) values (?, ?, ?)
         on conflict (tenant, system, application) do update set digest = excluded.digest`,
        [system, application, digest],
      );
    },

    reaches: async ({ system, application, nested }, kind, principals) => {
      const ids = list(principals);
      // As Entra ID has it, a group within an assigned group is not assigned by that.
      const viaGroups = kind !== 'group' || nested === true;
      const [direct, byGroup] = await Promise.all([
        database.all<ReachColumns>(
          // A cross join keeps SQLite from reading everybody of the application for the few asked.
          `select a.principal, null as group_id, null as name, a.role, a.role_name
           from ${database.each} e cross join assignment a
           where a.system = ? and a.principal_kind = ? and a.principal = e.value
             and a.application = ?`,
          [ids, system, kind, application],
        ),
        viaGroups
          ? database.all<ReachColumns>(
              `${nested ? upAll : upOne}
               select up.principal, up.id as group_id, ${name} as name, a.role, a.role_name
               from up cross join assignment a
               left join record g on g.system = up.system and g.kind = up.kind and g.id = up.id
               where a.system = up.system and a.principal_kind = up.kind and a.principal = up.id
                 and a.application = ? and coalesce(g.present, 1) = 1`,
              [ids, system, kind, application],
            )
          : [],
      ]);
      return [...direct, ...byGroup].map(reachOf);
    },
  };
}

function assignmentOf(row: AssignmentColumns): AssignmentRow {
  return {
    id: row.id,
    principalKind: row.principal_kind,
    principal: row.principal,
    ...optional('role', row.role),
    ...optional('roleName', row.role_name),
  };
}

function reachOf({ principal, group_id, name, role, role_name }: ReachColumns): Reach {
  return {
    principal,
    ...(group_id !== null && { group: { id: group_id, ...optional('name', name) } }),
    ...optional('role', role),
    ...optional('roleName', role_name),
  };
}
