/** The provisioning log: outcomes with the operations they are of, the newest first, a page at a time. */

import { exchangesOf } from '../apply/exchange.ts';
import type { Failure, Outcome } from '../apply/outcome.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { KeptRules } from '../plan/basis.ts';
import type {
  OutcomeDetail,
  OutcomeEntry,
  OutcomeQuery,
  OutcomeRow,
  PlanMaking,
} from '../sync/ledger.ts';
import { remembering } from '../sync/remembering.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { evidenceIn } from './evidence.ts';
import { operationOf } from './plans.ts';

const PAGE = 200;
/** The log is in the order of time, and only so many plans are carried out side by side. */
const MOST_MAKINGS = 50;

export async function recordOutcomes(
  database: Database,
  entries: readonly OutcomeEntry[],
): Promise<void> {
  await database.batch(
    `insert into outcome (plan, position, run, at, identity, system, type, code, milliseconds, detail,
       attempts, exchanges)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (tenant, plan, position) do update set run = excluded.run, at = excluded.at,
       type = excluded.type, code = excluded.code, milliseconds = excluded.milliseconds,
       detail = excluded.detail, attempts = excluded.attempts, exchanges = excluded.exchanges`,
    entries.map(outcomeValues),
  );
}

function outcomeValues({ plan, position, run, at, outcome }: OutcomeEntry): readonly SqlValue[] {
  const { identity, system } = outcome.operation;
  const { code, milliseconds, detail } = columnsOf(outcome);
  const { attempts, exchanges } = (outcome.type !== 'skipped' && outcome.wire) || {};
  const place = [plan, position, run, at.getTime(), identity, system, outcome.type];
  const how = [attempts ?? null, exchanges ?? null];
  return [...place, code, Math.round(milliseconds), detail, ...how];
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
  readonly attempts: number | null;
  readonly content: string;
}

interface DetailsRow extends OutcomesRow {
  readonly exchanges: string | null;
  readonly evidence: string | null;
}

const COLUMNS = `o.plan, o.position, o.run, o.at, o.type, o.code, o.milliseconds, o.detail, o.attempts,
  p.content`;

export async function* outcomesOf(
  database: Database,
  query: OutcomeQuery,
): AsyncGenerator<OutcomeRow> {
  for await (const row of rowsOf<OutcomesRow>(database, query, COLUMNS)) yield outcomeOf(row);
}

export async function* detailsOf(
  database: Database,
  query: OutcomeQuery,
): AsyncGenerator<OutcomeDetail> {
  const columns = `${COLUMNS}, o.exchanges, p.evidence`;
  const makings = remembering(MOST_MAKINGS, (plan) => makingOf(database, plan));
  for await (const row of rowsOf<DetailsRow>(database, query, columns)) {
    const made = await makings(row.plan);
    yield {
      ...outcomeOf(row),
      ...(row.evidence !== null && { evidence: evidenceIn(row.evidence) }),
      ...(made !== undefined && { made }),
      exchanges: row.exchanges === null ? [] : exchangesOf(row.exchanges),
    };
  }
}

async function* rowsOf<R extends OutcomesRow>(
  database: Database,
  query: OutcomeQuery,
  columns: string,
): AsyncGenerator<R> {
  const { conditions, parameters } = await conditionsOf(database, query);
  let left = query.limit;
  let before: readonly SqlValue[] = [];
  while (left > 0) {
    const paged = before.length === 0 ? '' : 'and (o.at, o.plan, o.position) < (?, ?, ?)';
    const rows = await database.all<R>(
      `select ${columns}
       from outcome o join plan_operation p on p.plan = o.plan and p.position = o.position
       where ${conditions.join(' and ')} ${paged}
       order by o.at desc, o.plan desc, o.position desc limit ?`,
      [...parameters, ...before, Math.min(left, PAGE)],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    left -= rows.length;
    before = [last.at, last.plan, last.position];
  }
}

async function conditionsOf(
  database: Database,
  query: OutcomeQuery,
): Promise<{ readonly conditions: readonly string[]; readonly parameters: readonly SqlValue[] }> {
  const conditions: string[] = ['1 = 1'];
  const parameters: SqlValue[] = [];
  const only = (condition: string, ...values: readonly (SqlValue | undefined)[]) => {
    if (values[0] === undefined) return;
    conditions.push(condition);
    for (const value of values) parameters.push(value ?? null);
  };
  only('o.system = ?', query.target);
  // Outcomes stand by time: those of a run need not be looked for before it began.
  only(
    'o.run = ? and o.at >= coalesce((select started_at from run where id = ?), 0)',
    query.run,
    query.run,
  );
  only('o.identity = ?', query.identity satisfies IdentityId | undefined);
  only('o.code = ?', query.code);
  only('o.type = ?', query.type);
  if (query.code !== undefined || (query.type !== undefined && query.type !== 'done')) {
    conditions.push("o.type <> 'done'");
  }
  only('o.at >= ?', query.since?.getTime());
  only('o.at < ?', query.until?.getTime());
  if (query.entry !== undefined) {
    const { plans, position } = await placesOf(database, query.entry);
    conditions.push(`o.plan in ${database.inList}`, 'o.position = ?');
    parameters.push(JSON.stringify(plans), position);
  }
  return { conditions, parameters };
}

/** A plan's key or the beginning of one, a dot, and the position in it. */
async function placesOf(
  database: Database,
  entry: string,
): Promise<{ readonly plans: readonly string[]; readonly position: number }> {
  const [, key = '', position = '-1'] = /^([0-9a-z]+)\.(\d{1,9})$/.exec(entry) ?? [];
  if (key === '') return { plans: [], position: -1 };
  const rows = await database.all<{ readonly key: string }>(
    'select key from plan where key >= ? and key < ? order by key desc limit 10',
    [key, `${key}~`],
  );
  return { plans: rows.map((row) => row.key), position: Number(position) };
}

function outcomeOf(row: OutcomesRow): OutcomeRow {
  const place = {
    entry: `${row.plan}.${row.position}`,
    at: new Date(row.at),
    run: row.run,
    plan: row.plan,
    type: row.type,
    operation: operationOf(row.content),
    milliseconds: row.milliseconds,
    ...(row.attempts !== null && { attempts: row.attempts }),
  };
  if (row.detail === null) return place;
  if (row.type === 'failed') return { ...place, failure: JSON.parse(row.detail) as Failure };
  const skipped = JSON.parse(row.detail) as Pick<OutcomeRow, 'message' | 'fields'>;
  return { ...place, ...skipped, ...(row.code !== null && { why: row.code }) };
}

async function makingOf(database: Database, key: string): Promise<PlanMaking | undefined> {
  const [row] = await database.all<{
    readonly id: string | null;
    readonly created_at: number;
    readonly config_version: string;
    readonly sources: string | null;
    readonly rules: string | null;
  }>(
    `select p.id, p.created_at, p.config_version, p.sources, b.rules
     from plan p left join plan_basis b on b.hash = p.basis where p.key = ?`,
    [key],
  );
  if (row === undefined) return undefined;
  const sources = JSON.parse(row.sources ?? '[]') as readonly (readonly [string, string, number])[];
  return {
    id: row.id ?? '',
    createdAt: new Date(row.created_at),
    configVersion: row.config_version,
    sources: sources.map(([system, kind, at]) => ({ system, kind, readAt: new Date(at) })),
    ...(row.rules !== null && { rules: JSON.parse(row.rules) as KeptRules }),
  };
}
