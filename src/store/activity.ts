/** What was done in a system lately, as guards count it: a number for each thing and ten minutes. */

import type { Counted } from '../plan/window.ts';
import type { Ledger } from '../sync/ledger.ts';
import type { Database } from './database.ts';

const BUCKET_MILLISECONDS = 600_000;

export function openActivity(
  database: Database,
): Pick<Ledger, 'addActivity' | 'activity' | 'forgetActivity'> {
  return {
    addActivity: async (system, at, counts) => {
      if (counts.size === 0) return;
      const bucket = bucketOf(at);
      await database.batch(
        `insert into activity (system, counted, at, number) values (?, ?, ?, ?)
         on conflict (tenant, system, counted, at) do update set number = activity.number + excluded.number`,
        [...counts].map(([counted, number]) => [system, counted, bucket, number]),
      );
    },
    activity: async (system, since) => {
      const rows = await database.all<{ readonly counted: string; readonly number: number }>(
        `select counted, cast(sum(number) as bigint) as number from activity
         where system = ? and at >= ? group by counted`,
        [system, bucketOf(since)],
      );
      return new Map(rows.map(({ counted, number }) => [counted as Counted, Number(number)]));
    },
    forgetActivity: async (before) => {
      await database.run('delete from activity where at < ?', [bucketOf(before)]);
    },
  };
}

function bucketOf(at: Date): number {
  return Math.floor(at.getTime() / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS;
}
