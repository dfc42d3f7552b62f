/** Drift as it was found, the accounts it is found in, and when each target was reconciled last. */

import type { Attributes, AttributeValue } from '../identity/record.ts';
import type {
  DriftCount,
  DriftMark,
  DriftQuery,
  DriftRow,
  DriftStore,
  Reconciliation,
  SpaceAccount,
} from '../sync/reconcile-storage.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { memberDrift } from './drift-members.ts';
import { list, optional } from './rows.ts';

const PAGE = 500;

const COLUMNS = `target, kind, account, path, type, state, label, identity, asked, answered, current,
  changed_at, changed_by, person, person_label, note, since`;

export function openDrift(database: Database): DriftStore {
  const { inList } = database;
  return {
    ...memberDrift(database),
    begin: async ({ target, kind }, startedAt) => {
      const [row] = await database.all<ReconciliationRow>(
        `insert into reconciliation (target, kind, number, started_at) values (?, ?, 1, ?)
         on conflict (tenant, target, kind) do update set number = reconciliation.number + 1,
           started_at = excluded.started_at
         returning number, started_at, finished_at`,
        [target, kind, startedAt.getTime()],
      );
      return row === undefined ? { number: 1, startedAt } : reconciliationOf(row);
    },
    last: async ({ target, kind }) => {
      const [row] = await database.all<ReconciliationRow>(
        'select number, started_at, finished_at from reconciliation where target = ? and kind = ?',
        [target, kind],
      );
      return row && reconciliationOf(row);
    },
    finish: async ({ target, kind }, number, finishedAt, unjudged) => {
      await database.transaction(async (queries) => {
        await queries.run(
          `delete from drift where target = ? and kind = ? and seen < ? and state <> 'reverting'
             and not (state = 'accepted' and type in ${inList})`,
          [target, kind, number, list(unjudged)],
        );
        await queries.run(
          'update reconciliation set finished_at = ? where target = ? and kind = ? and number = ?',
          [finishedAt.getTime(), target, kind, number],
        );
      });
    },

    save: (number, rows) =>
      database.batch(
        `insert into drift (${COLUMNS}, seen)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant, target, kind, account, path) do update set
           state = case when drift.type = excluded.type and drift.state = 'accepted'
             then drift.state else excluded.state end,
           type = excluded.type, label = excluded.label, identity = excluded.identity,
           asked = excluded.asked, answered = excluded.answered, current = excluded.current,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by,
           person = excluded.person, person_label = excluded.person_label, note = excluded.note,
           since = case when drift.type = excluded.type then drift.since else excluded.since end,
           seen = excluded.seen`,
        rows.map((row) => [...valuesOf(row), number]),
      ),
    seeAccepted: (number, rows) =>
      database.batch(
        `update drift set seen = ? where target = ? and kind = ? and account = ? and path = ?
           and type = ? and state = 'accepted'`,
        rows.map((row) => [number, ...keyOf(row), row.type]),
      ),
    doubtRivals: async ({ target, kind }) => {
      await database.run(
        `update drift set person = null, person_label = null,
           note = 'several accounts of nobody would match ' || coalesce(person_label, person)
         where target = ? and kind = ? and type = 'orphan' and person in (
           select person from drift where target = ? and kind = ? and type = 'orphan'
             and person is not null group by person having count(*) > 1)`,
        [target, kind, target, kind],
      );
    },
    rows: (query) => rowsOf(database, query),
    counts: async ({ target, kind }) => {
      const rows = await database.all<CountRow>(
        `select type, case when type like 'member-%' then 'members' else path end as path, state,
           count(*) as n
         from drift where target = ? and kind = ? group by 1, 2, 3 order by n desc, 1, 2`,
        [target, kind],
      );
      return rows.map(countOf);
    },
    setState: (rows, state) =>
      database.batch(
        'update drift set state = ? where target = ? and kind = ? and account = ? and path = ?',
        rows.map((row) => [state, ...keyOf(row)]),
      ),
    remove: (rows) =>
      database.batch(
        'delete from drift where target = ? and kind = ? and account = ? and path = ?',
        rows.map(keyOf),
      ),

    accounts: async ({ target, kind }, ids, atHand = new Map()) => {
      // By their ids: with `present = 1` as it stands, SQLite walks the index of all that are present.
      const from = `from record
        where system = ? and kind = ? and id in ${inList} and present + 0 = 1`;
      const [known, unknown] = [
        ids.filter((id) => atHand.has(id)),
        ids.filter((id) => !atHand.has(id)),
      ];
      // An answer is mostly what was asked: one text says both then.
      const answer = 'case when answered = asked then null else answered end as answered';
      const [lean, whole] = await Promise.all([
        known.length === 0
          ? []
          : database.all<LeanRow>(
              `select id, identity, asked, answered is null as unanswered, ${answer}, disabled_at ${from}`,
              [target, kind, list(known)],
            ),
        unknown.length === 0
          ? []
          : database.all<AccountRow>(
              `select id, identity, attributes, asked, answered, disabled_at ${from}`,
              [target, kind, list(unknown)],
            ),
      ]);
      return new Map([
        ...lean.map((row) => [row.id, leanAccountOf(row, atHand.get(row.id) ?? {})] as const),
        ...whole.map((row) => [row.id, accountOf(row)] as const),
      ]);
    },
    nobodys: async ({ target, kind }, after, limit) =>
      (
        await database.all<AccountRow>(
          `select id, identity, attributes, asked, answered, disabled_at from record
           where system = ? and kind = ? and present + 0 = 1 and deleted = 0
             and identity is null and id > ? order by id limit ?`,
          [target, kind, after, limit],
        )
      ).map(accountOf),
    gone: async ({ target, kind }, after, limit) =>
      (
        await database.all<AccountRow>(
          `select id, identity, attributes, asked, answered, disabled_at from record
           where system = ? and kind = ? and present = 0 and deleted = 0
             and identity is not null and id > ? order by id limit ?`,
          [target, kind, after, limit],
        )
      ).map(accountOf),
    saveMemory: ({ target, kind }, accounts) =>
      database.batch(
        'update record set asked = ?, answered = ? where system = ? and kind = ? and id = ?',
        accounts.map(({ id, asked, answered }) => [
          JSON.stringify(asked),
          JSON.stringify(answered),
          target,
          kind,
          id,
        ]),
      ),

    writtenSince: async (target, since, identities) => {
      if (identities.length === 0) return new Set();
      const rows = await database.all<{ readonly identity: string }>(
        `select distinct identity from outcome
         where system = ? and type = 'done' and at >= ? and identity in ${inList}`,
        [target, since.getTime(), list(identities)],
      );
      return new Set(rows.map(({ identity }) => identity));
    },
    spare: async ({ target, kind }, reading, since) => {
      await database.run(
        `insert into sighting (reading, id)
         select distinct cast(? as bigint), r.id from outcome o
           join record r on r.identity = o.identity and r.system = o.system
         where o.system = ? and o.type = 'done' and o.at >= ? and r.kind = ? and r.present = 1
         on conflict do nothing`,
        [reading, target, since.getTime(), kind],
      );
    },
  };
}

interface ReconciliationRow extends Row {
  readonly number: number;
  readonly started_at: number;
  readonly finished_at: number | null;
}

function reconciliationOf(row: ReconciliationRow): Reconciliation {
  return {
    number: row.number,
    startedAt: new Date(row.started_at),
    ...(row.finished_at !== null && { finishedAt: new Date(row.finished_at) }),
  };
}

interface CountRow extends Row {
  readonly type: DriftRow['type'];
  readonly path: string;
  readonly state: DriftRow['state'];
  readonly n: number;
}

function countOf({ type, path, state, n }: CountRow): DriftCount {
  return { type, state, count: n, ...(path !== '' && { path }) };
}

interface AccountRow extends Row {
  readonly id: string;
  readonly identity: string | null;
  readonly attributes: string;
  readonly asked: string | null;
  readonly answered: string | null;
  readonly disabled_at: number | null;
}

interface LeanRow extends Row {
  readonly id: string;
  readonly identity: string | null;
  readonly asked: string | null;
  /** 1 or true where nothing was answered yet. */
  readonly unanswered: number;
  /** Nothing where it is what was asked. */
  readonly answered: string | null;
  readonly disabled_at: number | null;
}

function leanAccountOf(row: LeanRow, current: Attributes): SpaceAccount {
  const asked: Attributes = JSON.parse(row.asked ?? '{}');
  return {
    id: row.id,
    ...optional('identity', row.identity),
    current,
    asked,
    answered: row.answered !== null ? JSON.parse(row.answered) : row.unanswered ? {} : asked,
    disabledByUs: row.disabled_at !== null,
  };
}

function accountOf(row: AccountRow): SpaceAccount {
  return {
    id: row.id,
    ...optional('identity', row.identity),
    current: JSON.parse(row.attributes),
    asked: JSON.parse(row.asked ?? '{}'),
    answered: JSON.parse(row.answered ?? '{}'),
    disabledByUs: row.disabled_at !== null,
  };
}

interface StoredDrift extends Row {
  readonly target: string;
  readonly kind: string;
  readonly account: string;
  readonly path: string;
  readonly type: DriftRow['type'];
  readonly state: DriftRow['state'];
  readonly label: string;
  readonly identity: string | null;
  readonly asked: string | null;
  readonly answered: string | null;
  readonly current: string | null;
  readonly changed_at: string | null;
  readonly changed_by: string | null;
  readonly person: string | null;
  readonly person_label: string | null;
  readonly note: string | null;
  readonly since: number;
}

function keyOf({ target, kind, account, path }: Omit<DriftMark, 'type'>): readonly SqlValue[] {
  return [target, kind, account, path ?? ''];
}

function valuesOf(row: DriftRow): readonly SqlValue[] {
  return [
    ...keyOf(row),
    row.type,
    row.state,
    row.label,
    row.identity ?? null,
    json(row.asked),
    json(row.answered),
    json(row.current),
    row.changedAt ?? null,
    row.changedBy ?? null,
    row.person?.id ?? null,
    row.person?.label ?? null,
    row.note ?? null,
    row.since.getTime(),
  ];
}

function json(value: AttributeValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function driftOf(row: StoredDrift): DriftRow {
  const { target, kind, account, type, state, label } = row;
  return {
    target,
    kind,
    account,
    ...(row.path !== '' && { path: row.path }),
    type,
    state,
    label,
    ...optional('identity', row.identity),
    ...optional('asked', parsed(row.asked)),
    ...optional('answered', parsed(row.answered)),
    ...optional('current', parsed(row.current)),
    ...optional('changedAt', row.changed_at),
    ...optional('changedBy', row.changed_by),
    ...(row.person !== null && {
      person: { id: row.person, label: row.person_label ?? row.person },
    }),
    ...optional('note', row.note),
    since: new Date(row.since),
  };
}

function parsed(text: string | null): AttributeValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as AttributeValue);
}

async function* rowsOf(database: Database, query: DriftQuery): AsyncGenerator<DriftRow> {
  const conditions = ['(target, kind, account, path) > (?, ?, ?, ?)'];
  const parameters: SqlValue[] = [];
  const only = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    conditions.push(`${column} = ?`);
    parameters.push(value);
  };
  only('target', query.target);
  only('kind', query.kind);
  only('account', query.account);
  const among = (column: string, values: readonly string[] | undefined) => {
    if (values === undefined) return;
    conditions.push(`${column} in ${database.inList}`);
    parameters.push(list(values));
  };
  among('state', query.states);
  among('type', query.types);
  let after: readonly SqlValue[] = ['', '', '', ''];
  for (;;) {
    const rows = await database.all<StoredDrift>(
      `select ${COLUMNS} from drift where ${conditions.join(' and ')}
       order by target, kind, account, path limit ?`,
      [...after, ...parameters, PAGE],
    );
    for (const row of rows) yield driftOf(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = [last.target, last.kind, last.account, last.path];
  }
}
