/** What runs did, by identity, and who is paused since it was undone. */

import type { IdentityId } from '../identity/identity.ts';
import type { Operation } from '../plan/plan.ts';
import type { Deed, UndoStore } from '../sync/undo-storage.ts';
import type { Database, SqlValue } from './database.ts';
import { operationOf } from './plans.ts';
import { list } from './rows.ts';

/** Of outcomes, so that a transaction stays short. */
const STEPS = 1000;

export function openUndo(database: Database): UndoStore {
  const { inList } = database;
  const first = async (sql: string, parameters: readonly SqlValue[]) => {
    const [row] = await database.all<{ readonly run: string }>(sql, parameters);
    return row?.run;
  };
  return {
    runsNamed: async (text) => {
      const rows = await database.all<{ readonly id: string }>(
        `select id from run where substr(id, 1, length(cast(? as text))) = ?
         order by started_at desc, id desc limit 2`,
        [text, text],
      );
      return rows.map(({ id }) => id);
    },
    targetsOf: async (run) => {
      const rows = await database.all<{ readonly system: string; readonly n: number }>(
        `select system, count(*) as n from outcome
         where run = ? and type = 'done' and at >= (select started_at from run where id = ?)
         group by system order by system`,
        [run, run],
      );
      return rows.map(({ system, n }) => ({ target: system, operations: n }));
    },
    deeds: (run, target, batchSize) => deedsOf(database, run, target, batchSize),

    note: async (plan, run, at) => {
      await database.run(
        `insert into undo (plan_id, run, at) values (?, ?, ?)
         on conflict (tenant, plan_id) do update set run = excluded.run, at = excluded.at`,
        [plan, run, at.getTime()],
      );
    },
    runOf: (plan) => first('select run from undo where plan_id = ?', [plan]),
    undoneBy: (run) =>
      first(
        `select u.run from run r
           join outcome o on o.at >= r.started_at and o.run = r.id
           join plan p on p.key = o.plan
           join undo u on u.plan_id = p.id
         where r.id = ? limit 1`,
        [run],
      ),

    pause: (target, identities, run, configVersion, at) =>
      database.batch(
        `insert into pause (target, identity, run, config_version, at) values (?, ?, ?, ?, ?)
         on conflict (tenant, target, identity) do update set run = excluded.run,
           config_version = excluded.config_version, at = excluded.at`,
        identities.map((identity) => [target, identity, run, configVersion, at.getTime()]),
      ),
    paused: async (target, identities, configVersion) => {
      if (identities.length === 0) return new Set();
      const rows = await database.all<{ readonly identity: string }>(
        `select identity from pause where target = ? and config_version = ? and identity in ${inList}`,
        [target, configVersion, list(identities)],
      );
      return new Set(rows.map(({ identity }) => identity));
    },
    outdated: async (target, configVersion, limit) => {
      const rows = await database.all<{ readonly identity: string }>(
        `select identity from pause where target = ? and config_version <> ?
         order by identity limit ?`,
        [target, configVersion, limit],
      );
      return rows.map(({ identity }) => identity);
    },
    pausedBy: async (run, limit) => {
      const rows = await database.all<{
        readonly target: string;
        readonly identity: string;
        readonly at: number;
      }>('select target, identity, at from pause where run = ? order by target, identity limit ?', [
        run,
        limit,
      ]);
      return rows.map(({ target, identity, at }) => ({ target, identity, run, at: new Date(at) }));
    },
    pauseCount: async (target) => {
      const [row] = await database.all<{ readonly n: number }>(
        'select count(*) as n from pause where target = ?',
        [target],
      );
      return row?.n ?? 0;
    },
    resume: (target, identities) =>
      database.run(`delete from pause where target = ? and identity in ${database.inList}`, [
        target,
        list(identities),
      ]),
  };
}

/**
 * Outcomes stand by time, and an undo needs them by identity. They are put in that order once, a
 * step at a time: an index on every outcome would cost every run.
 */
async function* deedsOf(
  database: Database,
  run: string,
  target: string,
  batchSize: number,
): AsyncGenerator<readonly Deed[]> {
  await sortSteps(database, run, target);
  try {
    let after = '';
    for (;;) {
      const people = await database.all<{ readonly identity: string }>(
        `select distinct identity from undo_step where run = ? and target = ? and identity > ?
         order by identity limit ?`,
        [run, target, after, batchSize],
      );
      const last = people.at(-1);
      if (last === undefined) return;
      const rows = await database.all<{ readonly identity: string; readonly content: string }>(
        `select s.identity, o.content from undo_step s
           join plan_operation o on o.plan = s.plan and o.position = s.position
         where s.run = ? and s.target = ? and s.identity > ? and s.identity <= ?
         order by s.identity, s.at, s.plan, s.position`,
        [run, target, after, last.identity],
      );
      yield deedsIn(rows);
      after = last.identity;
    }
  } finally {
    await database.run('delete from undo_step where run = ? and target = ?', [run, target]);
  }
}

function deedsIn(
  rows: readonly { readonly identity: IdentityId; readonly content: string }[],
): readonly Deed[] {
  const deeds = new Map<IdentityId, Operation[]>();
  for (const { identity, content } of rows) {
    const known = deeds.get(identity);
    if (known === undefined) deeds.set(identity, [operationOf(content)]);
    else known.push(operationOf(content));
  }
  return [...deeds].map(([identity, operations]) => ({ identity, operations }));
}

async function sortSteps(database: Database, run: string, target: string): Promise<void> {
  await database.run('delete from undo_step where run = ? and target = ?', [run, target]);
  const [row] = await database.all<{
    readonly started_at: number;
    readonly finished_at: number | null;
  }>('select started_at, finished_at from run where id = ?', [run]);
  const until = row?.finished_at ?? Number.MAX_SAFE_INTEGER;
  let after: readonly SqlValue[] = [row?.started_at ?? 0, '', -1];
  for (;;) {
    const rows = await database.all<{
      readonly plan: string;
      readonly position: number;
      readonly at: number;
      readonly run: string;
      readonly system: string;
      readonly type: string;
      readonly identity: string;
    }>(
      `select plan, position, at, run, system, type, identity from outcome
       where (at, plan, position) > (?, ?, ?) and at <= ? order by at, plan, position limit ?`,
      [...after, until, STEPS],
    );
    await database.batch(
      `insert into undo_step (run, target, identity, plan, position, at) values (?, ?, ?, ?, ?, ?)
       on conflict do nothing`,
      rows
        .filter((row) => row.run === run && row.system === target && row.type === 'done')
        .map((row) => [run, target, row.identity, row.plan, row.position, row.at]),
    );
    const last = rows.at(-1);
    if (last === undefined || rows.length < STEPS) return;
    after = [last.at, last.plan, last.position];
  }
}
