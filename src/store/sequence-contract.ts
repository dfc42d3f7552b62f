/** What every database can tell of its transactions' order, whichever it is. */

import { describe, expect, it } from 'vitest';
import type { Database } from './database.ts';

/** @param open Opens a store of its own, as two processes see it. */
export function sequenceContract(open: () => Promise<readonly [Database, Database]>): void {
  const put = (name: string) =>
    ['insert into fingerprint (name, value) values (?, ?)', [name, '1']] as const;

  describe('the order of transactions', () => {
    it('tells which one follows another, whoever writes in between', async () => {
      const [here, there] = await open();
      await using database = here;
      await using other = there;
      const sequence = async () =>
        (await database.transaction(() => database.sequence())) ?? { number: 0 };
      const follows = async (meanwhile: () => Promise<unknown>): Promise<boolean> => {
        const { number } = await sequence();
        await meanwhile();
        return (await sequence()).after === number;
      };
      const reading = () => follows(() => database.all('select * from fingerprint'));
      expect(await database.sequence()).toBeUndefined();
      // PostgreSQL's own housekeeping may come in between.
      expect([await reading(), await reading(), await reading()]).toContain(true);
      expect(await follows(() => database.run(...put('a')))).toBe(false);
      expect(await follows(() => database.transaction(() => database.run(...put('b'))))).toBe(
        false,
      );
      expect(await follows(() => other.run(...put('c')))).toBe(false);
      const failing = () =>
        database.transaction(async () => {
          await database.run(...put('d'));
          throw new Error('lost interest');
        });
      expect(await follows(() => failing().catch(() => undefined))).toBe(false);
      expect([await reading(), await reading(), await reading()]).toContain(true);
    });
  });
}
