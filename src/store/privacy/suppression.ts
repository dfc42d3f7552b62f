/**
 * Records that are not taken any more. They are known by a digest of where they are and of their id;
 * the salt keeps digests of one store from being looked up in another's, not from being guessed by
 * whoever has the store and knows the id.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { ObjectRef } from '../../identity/record.ts';
import type { PrivacyStore } from '../../sync/privacy-storage.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';

export function suppression(
  database: Database,
): Pick<PrivacyStore, 'suppress' | 'suppressed' | 'allow'> {
  const { inList } = database;
  const salt = async (): Promise<string | undefined> => {
    const [row] = await database.all<{ readonly salt: string }>(
      'select salt from suppression limit 1',
    );
    return row?.salt;
  };
  return {
    suppress: (refs, erasure) =>
      database.transaction(async (queries) => {
        const shared = (await salt()) ?? randomBytes(16).toString('hex');
        await queries.batch(
          `insert into suppression (digest, salt, erasure) values (?, ?, ?) on conflict do nothing`,
          refs.map((ref) => [digestOf(ref, shared), shared, erasure]),
        );
      }),
    suppressed: async (refs) => {
      const shared = refs.length === 0 ? undefined : await salt();
      if (shared === undefined) return new Set();
      const digests = refs.map((ref) => digestOf(ref, shared));
      const rows = await database.all<{ readonly digest: string }>(
        `select digest from suppression where digest in ${inList}`,
        [list(digests)],
      );
      const found = new Set(rows.map(({ digest }) => digest));
      return new Set(digests.flatMap((digest, index) => (found.has(digest) ? [index] : [])));
    },
    allow: async (refs) => {
      const shared = await salt();
      if (shared === undefined) return false;
      return database.transaction(async (queries) => {
        const gone = await queries.run(`delete from suppression where digest in ${inList}`, [
          list(refs.map((ref) => digestOf(ref, shared))),
        ]);
        if (gone === 0) return false;
        // They were left out of what was listed: the next listing is looked at, equal or not.
        await queries.run(`delete from application where system in ${inList}`, [
          list(refs.map(({ system }) => system)),
        ]);
        return true;
      });
    },
  };
}

function digestOf({ system, kind, id }: ObjectRef, salt: string): string {
  return createHash('sha256')
    .update(JSON.stringify([salt, system, kind, id]))
    .digest('hex');
}
