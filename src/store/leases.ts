/** Who works on a lane: one holder at a time, told from earlier ones by a token that only grows. */

import type { Lease, LeaseHolder, Ledger } from '../sync/ledger.ts';
import type { Database } from './database.ts';

export function openLeases(
  database: Database,
): Pick<Ledger, 'lease' | 'takeLease' | 'renewLease' | 'dropLease'> {
  return {
    lease: async (lane): Promise<Lease | undefined> => {
      const [row] = await database.all<{
        readonly token: number;
        readonly holder: string | null;
        readonly until: number;
      }>('select token, holder, until from lease where lane = ?', [lane]);
      if (row === undefined) return undefined;
      const until = new Date(row.until);
      if (row.holder === null) return { token: row.token, until };
      return { token: row.token, until, holder: JSON.parse(row.holder) as LeaseHolder };
    },
    takeLease: async (lane, seen, holder, until) => {
      const taken = await database.run(
        `insert into lease (lane, token, holder, until) values (?, ?, ?, ?)
         on conflict (tenant, lane) do update set token = excluded.token,
           holder = excluded.holder, until = excluded.until where lease.token = ?`,
        [lane, seen + 1, JSON.stringify(holder), until.getTime(), seen],
      );
      return taken === 1 ? seen + 1 : undefined;
    },
    renewLease: async (lane, token, until) => {
      const renewed = await database.run(
        'update lease set until = ? where lane = ? and token = ? and holder is not null',
        [until.getTime(), lane, token],
      );
      return renewed === 1;
    },
    dropLease: (lane, token) =>
      database.transaction(async (queries) => {
        await queries.run(
          'update lease set holder = null, until = 0 where lane = ? and token = ?',
          [lane, token],
        );
        // Whoever seems to hold it after a power cut is seen to be dead, or waited for a minute at most.
      }, 'process'),
  };
}
