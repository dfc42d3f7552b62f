/** Runs, what became of every operation, the health of systems, and people's releases. */

import type { Failure, Outcome } from '../apply/outcome.ts';
import type { RunReport } from '../sync/engine.ts';
import type {
  Ledger,
  OutcomeEntry,
  OutcomeQuery,
  OutcomeRow,
  RunRow,
  SystemHealth,
} from '../sync/ledger.ts';
import { openActivity } from './activity.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { openLeases } from './leases.ts';
import { operationOf } from './plans.ts';

const PAGE = 200;

export function openLedger(database: Database): Ledger {
  return {
    ...openLeases(database),
    ...openActivity(database),
    beginRun: async (id, startedAt, trigger) => {
      await database.run('insert into run (id, started_at, started_by) values (?, ?, ?)', [
        id,
        startedAt.getTime(),
        trigger,
      ]);
    },
    endRun: async (report) => {
      const finished = report.startedAt.getTime() + report.milliseconds;
      await database.run('update run set finished_at = ?, report = ? where id = ?', [
        finished,
        JSON.stringify(report),
        report.run,
      ]);
    },
    runs: async (limit) => {
      const rows = await database.all<RunsRow>(`${RUN} order by started_at desc, id desc limit ?`, [
        limit,
      ]);
      return rows.map(runOf);
    },
    run: async (id) => {
      const [row] = await database.all<RunsRow>(`${RUN} where id = ?`, [id]);
      return row && runOf(row);
    },
    recordOutcomes: (entries) =>
      database.batch(
        `insert into outcome (plan, position, run, at, identity, system, type, code, milliseconds, detail)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (tenant, plan, position) do update set run = excluded.run, at = excluded.at,
           type = excluded.type, code = excluded.code, milliseconds = excluded.milliseconds,
           detail = excluded.detail`,
        entries.map(outcomeValues),
      ),
    outcomes: (query) => outcomesOf(database, query),
    health: async (system) => {
      const [row] = await database.all<{ readonly content: string }>(
        'select content from system_health where system = ?',
        [system],
      );
      return row === undefined ? { state: 'well', attempts: 0 } : healthOf(row.content);
    },
    setHealth: async (system, health) => {
      await database.run(
        `insert into system_health (system, content) values (?, ?)
         on conflict (tenant, system) do update set content = excluded.content`,
        [system, JSON.stringify(health)],
      );
    },
    releaseAccount: async (target, identity, at) => {
      await database.run(
        `insert into account_release (target, identity, at) values (?, ?, ?)
         on conflict (tenant, target, identity) do update set at = excluded.at`,
        [target, identity, at.getTime()],
      );
    },
    releasedAccounts: async (target) => {
      const rows = await database.all<{ readonly identity: string }>(
        'select identity from account_release where target = ?',
        [target],
      );
      return new Set(rows.map(({ identity }) => identity));
    },
    spendRelease: (target, identities) =>
      database.batch(
        'delete from account_release where target = ? and identity = ?',
        identities.map((identity) => [target, identity]),
      ),
  };
}

const RUN = 'select id, started_at, finished_at, report from run';

interface RunsRow extends Row {
  readonly id: string;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly report: string | null;
}

function runOf({ id, started_at, finished_at, report }: RunsRow): RunRow {
  return {
    id,
    startedAt: new Date(started_at),
    ...(finished_at !== null && { finishedAt: new Date(finished_at) }),
    ...(report !== null && { report: reportOf(report) }),
  };
}

/** JSON keeps dates as texts; a report has them in a few known places. */
function reportOf(text: string): RunReport {
  return JSON.parse(text, (key, value: unknown) =>
    (key === 'startedAt' || key === 'createdAt') && typeof value === 'string'
      ? new Date(value)
      : value,
  ) as RunReport;
}

function healthOf(text: string): SystemHealth {
  return JSON.parse(text, (key, value: unknown) =>
    (key === 'since' || key === 'probeAt') && typeof value === 'string' ? new Date(value) : value,
  ) as SystemHealth;
}

function outcomeValues({ plan, position, run, at, outcome }: OutcomeEntry): readonly SqlValue[] {
  const { identity, system } = outcome.operation;
  const { code, milliseconds, detail } = columnsOf(outcome);
  const place = [plan, position, run, at.getTime(), identity, system, outcome.type];
  return [...place, code, Math.round(milliseconds), detail];
}

function columnsOf(outcome: Outcome): {
  readonly code: string | null;
  readonly milliseconds: number;
  readonly detail: string | null;
} {
  switch (outcome.type) {
    case 'done':
      return { code: null, milliseconds: outcome.milliseconds, detail: null };
    case 'failed': {
      const { failure, milliseconds } = outcome;
      return { code: failure.code, milliseconds, detail: JSON.stringify(failure) };
    }
    case 'skipped': {
      const { why, message, fields } = outcome;
      return { code: why, milliseconds: 0, detail: JSON.stringify({ message, fields }) };
    }
  }
}

interface OutcomesRow extends Row {
  readonly plan: string;
  readonly position: number;
  readonly run: string;
  readonly at: number;
  readonly type: Outcome['type'];
  readonly code: string | null;
  readonly milliseconds: number;
  readonly detail: string | null;
  readonly content: string;
}

async function* outcomesOf(database: Database, query: OutcomeQuery): AsyncGenerator<OutcomeRow> {
  const conditions: string[] = ['1 = 1'];
  const parameters: SqlValue[] = [];
  const only = (condition: string, ...values: readonly (SqlValue | undefined)[]) => {
    if (values[0] === undefined) return;
    conditions.push(condition);
    for (const value of values) parameters.push(value ?? null);
  };
  only('o.system = ?', query.target);
  only('o.run = ?', query.run);
  only('o.identity = ?', query.identity);
  only('o.code = ?', query.code);
  only('o.type = ?', query.type);
  only('o.at >= ?', query.since?.getTime());
  let left = query.limit;
  let before: readonly SqlValue[] = [];
  while (left > 0) {
    const paged = before.length === 0 ? '' : 'and (o.at, o.plan, o.position) < (?, ?, ?)';
    const rows = await database.all<OutcomesRow>(
      `select o.plan, o.position, o.run, o.at, o.type, o.code, o.milliseconds, o.detail, p.content
       from outcome o join plan_operation p on p.plan = o.plan and p.position = o.position
       where ${conditions.join(' and ')} ${paged}
       order by o.at desc, o.plan desc, o.position desc limit ?`,
      [...parameters, ...before, Math.min(left, PAGE)],
    );
    for (const row of rows) yield outcomeOf(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    left -= rows.length;
    before = [last.at, last.plan, last.position];
  }
}

function outcomeOf(row: OutcomesRow): OutcomeRow {
  const place = {
    at: new Date(row.at),
    run: row.run,
    plan: row.plan,
    type: row.type,
    operation: operationOf(row.content),
    milliseconds: row.milliseconds,
  };
  if (row.detail === null) return place;
  if (row.type === 'failed') return { ...place, failure: JSON.parse(row.detail) as Failure };
  const skipped = JSON.parse(row.detail) as Pick<OutcomeRow, 'message' | 'fields'>;
  return { ...place, ...skipped, ...(row.code !== null && { why: row.code }) };
}
