/** Runs, what became of every operation, the health of systems, and people's releases. */

import type { Release } from '../plan/desired.ts';
import type { RunReport } from '../sync/engine.ts';
import type { Ledger, RunRow, SystemHealth } from '../sync/ledger.ts';
import { openActivity } from './activity.ts';
import type { Database, Row } from './database.ts';
import { openLeases } from './leases.ts';
import { detailsOf, outcomesOf, recordOutcomes } from './log.ts';
import { openRewritten } from './rewritten.ts';

export function openLedger(database: Database): Ledger {
  return {
    ...openLeases(database),
    ...openActivity(database),
    ...openRewritten(database),
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
    recordOutcomes: (entries) => recordOutcomes(database, entries),
    outcomes: (query) => outcomesOf(database, query),
    details: (query) => detailsOf(database, query),
    forgetRuns: (before) => forgetRuns(database, before),
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
    releaseAccount: async (target, identity, at, release) => {
      await database.run(
        `insert into account_release (target, identity, at, lets) values (?, ?, ?, ?)
         on conflict (tenant, target, identity) do update set at = excluded.at, lets = excluded.lets`,
        [target, identity, at.getTime(), release],
      );
    },
    releasedAccounts: async (target) => {
      const rows = await database.all<{ readonly identity: string; readonly lets: Release }>(
        'select identity, lets from account_release where target = ?',
        [target],
      );
      return new Map(rows.map(({ identity, lets }) => [identity, lets]));
    },
    spendRelease: (target, identities) =>
      database.batch(
        'delete from account_release where target = ? and identity = ?',
        identities.map((identity) => [target, identity]),
      ),
  };
}

/** The newest stays, whatever its age: it says when there was one. */
async function forgetRuns(database: Database, before: Date): Promise<void> {
  await database.run(
    `delete from run where started_at < ?
     and id <> (select id from run order by started_at desc, id desc limit 1)
     and not exists (select 1 from pause where pause.run = run.id)`,
    [before.getTime()],
  );
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
