/** Proofs of erasures, and what of one that is under way is still to be found. */

import type { PrivacyStore, StoredErasure, Whom } from '../../sync/privacy-storage.ts';
import type { Database } from '../database.ts';
import { StoreError } from '../failure.ts';

type ErasureRow = {
  readonly id: string;
  readonly person: string;
  readonly begun_at: number;
  readonly finished_at: number | null;
  readonly content: string;
  readonly whom: string | null;
};

const ERASURE = 'select id, person, begun_at, finished_at, content, whom from erasure';

export function erasures(
  database: Database,
): Pick<PrivacyStore, 'erasureOf' | 'erasures' | 'saveErasure' | 'overwrite'> {
  return {
    erasureOf: async (identity) => {
      const [row] = await database.all<ErasureRow>(
        `${ERASURE} where person = ? order by begun_at desc, id desc limit 1`,
        [identity],
      );
      return row && erasureOf(row);
    },
    erasures: async (limit) =>
      (
        await database.all<ErasureRow>(`${ERASURE} order by begun_at desc, id desc limit ?`, [
          limit,
        ])
      ).map(erasureOf),
    saveErasure: async ({ id, person, begunAt, finishedAt, content, whom }) => {
      await database.run(
        `insert into erasure (id, person, begun_at, finished_at, content, whom)
         values (?, ?, ?, ?, ?, ?)
         on conflict (tenant, id) do update set finished_at = excluded.finished_at,
           content = excluded.content, whom = excluded.whom`,
        [
          ...[id, person, begunAt.getTime(), finishedAt?.getTime() ?? null, content],
          whom === undefined ? null : JSON.stringify(whom),
        ],
      );
    },
    overwrite: (atOnce) => overwrite(database, atOnce),
  };
}

function erasureOf(row: ErasureRow): StoredErasure {
  const { id, person, begun_at, finished_at, content, whom } = row;
  return {
    id,
    person,
    begunAt: new Date(begun_at),
    ...(finished_at !== null && { finishedAt: new Date(finished_at) }),
    content,
    // Its text was written by `saveErasure`, and by nobody else.
    ...(whom !== null && { whom: JSON.parse(whom) as Whom }),
  };
}

/** Of 4 KB. Rewriting more takes seconds, and nobody is answered meanwhile. */
const MOST_PAGES_AT_ONCE = 16_384;

/**
 * SQLite leaves former values of changed rows, and of those deleted before an erasure, in free pages,
 * and the last pages written in its log. Only a file that is rewritten has none of it (sqlite.org,
 * "VACUUM").
 */
async function overwrite(
  database: Database,
  atOnce: boolean,
): ReturnType<PrivacyStore['overwrite']> {
  if (database.dialect === 'postgres') return 'database';
  const [size] = await database.all<{ readonly page_count: number }>('pragma page_count');
  const rewriting = atOnce || (size?.page_count ?? 0) <= MOST_PAGES_AT_ONCE;
  try {
    if (rewriting) await database.run('vacuum');
    const [log] = await database.all<{ readonly busy: number }>('pragma wal_checkpoint(truncate)');
    return rewriting && log?.busy === 0 ? 'done' : 'later';
  } catch (error) {
    // Another process is reading or writing, and goes on doing so.
    if (error instanceof StoreError && error.code === 'store-busy') return 'later';
    throw error;
  }
}
