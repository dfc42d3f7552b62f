/** Plans and their operations: written in batches while a plan is made, read back in its order. */

import { randomBytes } from 'node:crypto';
import type { Basis, KeptRules } from '../plan/basis.ts';
import { isAwaited, levelAt, type Order } from '../plan/order.ts';
import type { Action, Hold, Omission, Operation, PlanState } from '../plan/plan.ts';
import type { PlanKey, PlannedOperation, PlanStore, StoredPlan } from '../plan/plans.ts';
import type { Database, Queries, Row, SqlValue } from './database.ts';
import { evidenceText } from './evidence.ts';
import { prunePlans } from './prune.ts';

const BATCH = 256;

const PLAN = `select key, target, id, state, created_at, config_version, counts, considered, managed,
  holds, partial, carried from plan`;

export function openPlans(database: Database): PlanStore {
  const first = async (sql: string, parameters: readonly SqlValue[]) => {
    const [row] = await database.all<PlanRow>(sql, parameters);
    return row && planOf(row);
  };
  let latest = 0;
  const drop = async (key: string) => {
    await database.run('delete from plan_operation where plan = ?', [key]);
    await database.run('delete from plan_refusal where plan = ?', [key]);
  };
  return {
    begin: async (target, configVersion, createdAt, basis) => {
      const [unfinished, [newest], sources] = await Promise.all([
        database.all<{ readonly key: string }>(
          "select key from plan where target = ? and state = 'building'",
          [target],
        ),
        // Two plans of one millisecond keep their order, whoever makes them.
        database.all<{ readonly key: string }>(
          'select key from plan where target = ? order by key desc limit 1',
          [target],
        ),
        readUntil(database),
      ]);
      for (const { key } of unfinished) {
        await drop(key);
        await database.run('delete from plan where key = ?', [key]);
      }
      const before = newest === undefined ? 0 : Number.parseInt(newest.key.slice(0, 9), 36);
      latest = Math.max(createdAt.getTime(), latest + 1, before + 1);
      const key = `${latest.toString(36).padStart(9, '0')}${randomBytes(6).toString('hex')}`;
      await database.transaction(async (queries) => {
        await Promise.all([
          queries.run(
            `insert into plan (key, target, state, created_at, config_version, counts, considered, managed, holds,
               ordering, partial, basis, sources) values (?, ?, 'building', ?, ?, '{}', 0, 0, '[]', '', 0, ?, ?)`,
            [key, target, createdAt.getTime(), configVersion, basis?.hash ?? null, sources],
          ),
          // With the plan that goes by it, or a pruning in between would find it in nobody's use.
          basis && keepBasis(queries, basis),
        ]);
      });
      return key;
    },
    append: async (key, from, operations, omissions, evidence = []) => {
      const refusals = omissions.filter(({ refused }) => refused);
      if (operations.length === 0 && refusals.length === 0) return;
      // Closing the plan waits for the disk; one that is not closed is dropped and made again.
      await database.transaction(async (queries) => {
        await queries.batch(
          'insert into plan_operation (plan, position, content, evidence) values (?, ?, ?, ?)',
          operations.map((operation, index) => {
            const seen = evidence[index];
            const kept = seen === undefined ? null : evidenceText(seen);
            return [key, from + index, JSON.stringify(operation), kept];
          }),
        );
        await queries.batch(
          `insert into plan_refusal (plan, identity, content) values (?, ?, ?)
           on conflict (tenant, plan, identity) do nothing`,
          refusals.map((omission) => [key, omission.identity, JSON.stringify(omission)]),
        );
      }, 'process');
    },
    close: async (key, closing) => {
      const repeats = !closing.partial && closing.state === 'held';
      const same =
        repeats &&
        (await first(
          `${PLAN} where target = (select target from plan where key = ?) and state = 'held' and partial = 0
           and (id = ? or rest_id = ?) and created_at > ?`,
          [key, closing.id, closing.id, closing.heldSince?.getTime() ?? 0],
        ));
      if (same) {
        await drop(key);
        await database.run('delete from plan where key = ?', [key]);
        return same;
      }
      return database.transaction(async (queries) => {
        const superseded =
          !closing.partial &&
          queries.run(
            `update plan set state = 'superseded' where state in ('ready', 'held', 'released')
             and partial = 0 and target = (select target from plan where key = ?)`,
            [key],
          );
        const written = queries.run(
          `update plan set id = ?, state = ?, counts = ?, considered = ?, managed = ?, holds = ?, ordering = ?,
             partial = ? where key = ?`,
          [
            closing.id,
            closing.state,
            JSON.stringify(closing.counts),
            closing.considered,
            closing.managed,
            JSON.stringify(closing.holds),
            Buffer.from(closing.order).toString('base64'),
            closing.partial ? 1 : 0,
            key,
          ],
        );
        const [closed] = await Promise.all([
          first(`${PLAN} where key = ?`, [key]),
          superseded,
          written,
        ]);
        if (closed === undefined) throw new RangeError(`plan ${key} was dropped while it was made`);
        return closed;
      });
    },
    setState: async (key, state) => {
      await database.run('update plan set state = ? where key = ?', [state, key]);
    },
    current: (target) =>
      first(
        `${PLAN} where target = ? and state <> 'building' and partial = 0 order by key desc limit 1`,
        [target],
      ),
    byKey: (key) => first(`${PLAN} where key = ?`, [key]),
    rules: (key) => rulesOf(database, key),
    find: (id) =>
      first(`${PLAN} where substr(id, 1, length(cast(? as text))) = ? order by key desc limit 1`, [
        id,
        id,
      ]),
    interrupted: async (target) => {
      const rows = await database.all<{ readonly key: PlanKey }>(
        "select key from plan where target = ? and state = 'applying'",
        [target],
      );
      return rows.map(({ key }) => key);
    },
    everApplied: async (target) => {
      const rows = await database.all(
        `select key from plan where target = ? and partial = 0
           and (state in ('applying', 'applied') or carried is not null) limit 1`,
        [target],
      );
      return rows.length > 0;
    },
    operations: (key, batchSize) => operationsOf(database, key, Math.min(batchSize, BATCH)),
    left: (key, batchSize) => operationsOf(database, key, Math.min(batchSize, BATCH), LEFT),
    keepRest: async (key, { state, holds, id, carried }) => {
      await database.run(
        'update plan set state = ?, holds = ?, rest_id = ?, carried = ? where key = ?',
        [state, JSON.stringify(holds), id, JSON.stringify(carried), key],
      );
      const kept = await first(`${PLAN} where key = ?`, [key]);
      if (kept === undefined) throw new RangeError(`there is no plan ${key}`);
      return kept;
    },
    content: (key, batchSize) => contentOf(database, key, batchSize),
    leftContent: (key, batchSize) => contentOf(database, key, batchSize, LEFT),
    omissions: (key, batchSize) => refusalsOf(database, key, batchSize),
    prune: (before, mostRows) => prunePlans(database, before, mostRows),
  };
}

/** How far each source was read: what is planned now rests on that. */
async function readUntil(database: Database): Promise<string> {
  const rows = await database.all<{
    readonly system: string;
    readonly kind: string;
    readonly read_at: number;
  }>('select system, kind, read_at from progress where read_at is not null order by system, kind');
  return JSON.stringify(rows.map(({ system, kind, read_at }) => [system, kind, read_at]));
}

async function keepBasis(queries: Queries, { hash, rules }: Basis): Promise<void> {
  await queries.run(
    'insert into plan_basis (hash, rules) values (?, ?) on conflict (tenant, hash) do nothing',
    [hash, rules],
  );
}

async function rulesOf(database: Database, key: string): Promise<KeptRules | undefined> {
  const [row] = await database.all<{ readonly rules: string }>(
    'select b.rules from plan p join plan_basis b on b.hash = p.basis where p.key = ?',
    [key],
  );
  return row && (JSON.parse(row.rules) as KeptRules);
}

interface PlanRow extends Row {
  readonly key: string;
  readonly target: string;
  readonly id: string;
  readonly state: PlanState;
  readonly created_at: number;
  readonly config_version: string;
  readonly counts: string;
  readonly considered: number;
  readonly managed: number;
  readonly holds: string;
  readonly partial: number;
  readonly carried: string | null;
}

function planOf(row: PlanRow): StoredPlan {
  return {
    key: row.key,
    id: row.id,
    target: row.target,
    createdAt: new Date(row.created_at),
    configVersion: row.config_version,
    state: row.state,
    counts: JSON.parse(row.counts) as Partial<Record<Action, number>>,
    considered: row.considered,
    managed: row.managed,
    holds: JSON.parse(row.holds) as readonly Hold[],
    ...(row.partial === 1 && { partial: true }),
    ...(row.carried !== null && {
      carried: JSON.parse(row.carried) as Partial<Record<Action, number>>,
    }),
  };
}

/** Without an outcome, or with one that says it was not tried. */
const LEFT = `and not exists (select 1 from outcome where outcome.plan = plan_operation.plan
  and outcome.position = plan_operation.position
  and (outcome.type <> 'skipped' or outcome.code not in ('cancelled', 'quarantined', 'blocked')))`;

/** A level after the other. The positions of a level are spread over the plan, so they are asked by name. */
async function* operationsOf(
  database: Database,
  key: string,
  batchSize: number,
  only = '',
): AsyncGenerator<readonly PlannedOperation[]> {
  const [plan] = await database.all<{ readonly ordering: string }>(
    'select ordering from plan where key = ?',
    [key],
  );
  const order: Order = Buffer.from(plan?.ordering ?? '', 'base64');
  const marks = Array.from({ length: BATCH }, () => '?').join(', ');
  for (const positions of byLevel(order, batchSize)) {
    const padded = Array.from({ length: BATCH }, (_, index) => positions[index] ?? -1);
    const rows = await database.all<{ readonly position: number; readonly content: string }>(
      `select position, content from plan_operation where plan = ? and position in (${marks}) ${only}
       order by position`,
      [key, ...padded],
    );
    if (rows.length === 0) continue;
    yield rows.map(({ position, content }) => ({
      position,
      level: levelAt(order, position),
      awaited: isAwaited(order, position),
      operation: operationOf(content),
    }));
  }
}

function* byLevel(order: Order, size: number): Generator<readonly number[]> {
  const highest = order.reduce((most, _, position) => Math.max(most, levelAt(order, position)), 0);
  for (let level = 0; level <= highest; level++) {
    let batch: number[] = [];
    for (let position = 0; position < order.length; position++) {
      if (levelAt(order, position) !== level) continue;
      batch.push(position);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
}

/** As it was written; only dates have to be made ones again. */
export function operationOf(content: string): Operation {
  const operation = JSON.parse(content) as Operation;
  const { failedBefore, againAt } = operation;
  if (failedBefore === undefined && againAt === undefined) return operation;
  return {
    ...operation,
    ...(failedBefore && {
      failedBefore: { ...failedBefore, firstFailedAt: new Date(failedBefore.firstFailedAt) },
    }),
    ...(againAt && { againAt: new Date(againAt) }),
  };
}

async function* contentOf(
  database: Database,
  key: string,
  batchSize: number,
  only = '',
): AsyncGenerator<readonly Operation[]> {
  for (let after = -1; ; ) {
    const rows = await database.all<{ readonly position: number; readonly content: string }>(
      `select position, content from plan_operation where plan = ? and position > ? ${only}
       order by position limit ?`,
      [key, after, batchSize],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ content }) => operationOf(content));
    after = last.position;
  }
}

async function* refusalsOf(
  database: Database,
  key: string,
  batchSize: number,
): AsyncGenerator<readonly Omission[]> {
  let after = '';
  for (;;) {
    const rows = await database.all<{ readonly identity: string; readonly content: string }>(
      'select identity, content from plan_refusal where plan = ? and identity > ? order by identity limit ?',
      [key, after, batchSize],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ content }) => JSON.parse(content) as Omission);
    after = last.identity;
  }
}
