/** What every database keeps, whichever it is. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import type { Database } from './database.ts';

/** @param open Opens a store of its own, with migrations applied. */
export function databaseContract(open: () => Promise<Database>): void {
  const put = 'insert into fingerprint (name, value) values (?, ?)';
  const names = async (database: Pick<Database, 'all'>): Promise<readonly string[]> =>
    (
      await database.all<{ readonly name: string }>('select name from fingerprint order by name')
    ).map(({ name }) => name);

  describe('a transaction', () => {
    it('is kept as a whole', async () => {
      await using database = await open();
      const kept = await database.transaction(async (queries) => {
        await queries.run(put, ['a', '1']);
        await queries.batch(put, [
          ['b', '2'],
          ['c', '3'],
        ]);
        return names(queries);
      });
      expect(kept).toEqual(['a', 'b', 'c']);
      expect(await names(database)).toEqual(['a', 'b', 'c']);
    });

    it('leaves nothing behind when its work fails', async () => {
      await using database = await open();
      const failing = database.transaction(async (queries) => {
        await queries.run(put, ['a', '1']);
        throw new Error('lost interest');
      });
      await expect(failing).rejects.toThrow('lost interest');
      expect(await names(database)).toEqual([]);
    });

    it('fails when one of its statements failed, even if nobody looked', async () => {
      await using database = await open();
      const failing = database.transaction(async (queries) => {
        await queries.run(put, ['a', '1']);
        await queries.run(put, ['a', 'again']).catch(() => undefined);
      });
      await expect(failing).rejects.toThrow();
      expect(await names(database)).toEqual([]);
      await database.run(put, ['b', '2']);
      expect(await names(database)).toEqual(['b']);
    });

    it('commits right behind what trails it, and fails as that fails', async () => {
      await using database = await open();
      await database.transaction(async () => {
        await database.trailing(() => database.run(put, ['a', '1']));
      });
      expect(await names(database)).toEqual(['a']);
      const failing = database.transaction(async () => {
        await database.run(put, ['b', '2']);
        await database.trailing(() => database.run(put, ['a', 'again']));
      });
      await expect(failing).rejects.toThrow(/unique/i);
      expect(await names(database)).toEqual(['a']);
      await database.trailing(() => database.run(put, ['alone', '3']));
      expect(await names(database)).toEqual(['a', 'alone']);
    });

    it('takes nothing that would come behind its commit', async () => {
      await using database = await open();
      const failing = database.transaction(async () => {
        await database.trailing(async () => {
          await database.run(put, ['a', '1']);
          await database.run(put, ['b', '2']);
        });
      });
      await expect(failing).rejects.toThrow('asked at once');
      expect(await names(database)).not.toContain('b');
    });

    it('shows what is committed to whoever reads ahead of it', async () => {
      await using database = await open();
      await database.run(put, ['a', '1']);
      await database.transaction(async (queries) => {
        await queries.run(put, ['b', '2']);
        expect(await database.committed(() => names(database))).toEqual(['a']);
        expect(await names(database)).toEqual(['a', 'b']);
      });
    });

    it('is joined by whatever is asked from within it', async () => {
      await using database = await open();
      const failing = database.transaction(async () => {
        await database.run(put, ['a', '1']);
        await database.transaction((queries) => queries.run(put, ['b', '2']));
        expect(await names(database)).toEqual(['a', 'b']);
        throw new Error('lost interest');
      });
      await expect(failing).rejects.toThrow('lost interest');
      expect(await names(database)).toEqual([]);
    });

    it('is not joined by work that was left running when it ended', async () => {
      await using database = await open();
      let resume = (): void => {};
      const ended = new Promise<void>((resolve) => {
        resume = resolve;
      });
      let left: Promise<unknown> | undefined;
      await database
        .transaction(async () => {
          left = ended.then(() => database.run(put, ['late', '1']));
          throw new Error('lost interest');
        })
        .catch(() => undefined);
      resume();
      await left;
      expect(await names(database)).toEqual(['late']);
    });

    it('holds up no reader, who sees what is committed', async () => {
      await using database = await open();
      await database.run(put, ['before', '1']);
      let seen: readonly string[] = [];
      let finish = (): void => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const writing = database.transaction(async (queries) => {
        await queries.run(put, ['during', '2']);
        await finished;
      });
      seen = await names(database);
      finish();
      await writing;
      expect(seen).toEqual(['before']);
    });

    it('loses no update of many at once', async () => {
      await using database = await open();
      await database.run('insert into marker (target, name, cause, position) values (?, ?, ?, ?)', [
        'ramp',
        'count',
        'changed',
        '',
      ]);
      await Promise.all(
        Array.from({ length: 40 }, () =>
          database.transaction((queries) =>
            queries.run(`update marker set position = position || 'x' where name = 'count'`),
          ),
        ),
      );
      const [row] = await database.all<{ readonly n: number }>(
        'select length(position) as n from marker',
      );
      expect(row?.n).toBe(40);
    });
  });

  describe('a statement', () => {
    it('takes hostile values as values', async () => {
      await using database = await open();
      const hostile = `'); drop table fingerprint; -- ?`;
      await database.run(put, [hostile, hostile]);
      expect(
        await database.all('select name, value from fingerprint where name = ?', [hostile]),
      ).toEqual([{ name: hostile, value: hostile }]);
    });

    it('takes a list as one parameter', async () => {
      await using database = await open();
      await database.batch(put, [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ]);
      const listed = await database.all<{ readonly name: string }>(
        `select name from fingerprint where name in ${database.inList} order by name`,
        [JSON.stringify(['a', 'c', 'nobody'])],
      );
      expect(listed.map(({ name }) => name)).toEqual(['a', 'c']);
      const each = await database.all<{ readonly value: string }>(
        `select value from ${database.each} order by value`,
        [JSON.stringify(['x', "o'hara"])],
      );
      expect(each.map(({ value }) => value)).toEqual(["o'hara", 'x']);
    });

    it('answers numbers as numbers, and tells how many rows it changed', async () => {
      await using database = await open();
      const large = 2 ** 52;
      await database.run(
        `insert into due (target, identity, generation, cause, since) values (?, ?, ?, ?, ?)`,
        ['ramp', 'ada', large, 'changed', 1],
      );
      const rows = await database.all(
        'select generation, not_before, count(*) as n from due group by generation, not_before',
      );
      expect(rows).toEqual([{ generation: large, not_before: null, n: 1 }]);
      expect(await database.run('update due set urgent = 1')).toBe(1);
      expect(await database.run('update due set urgent = 1 where target = ?', ['none'])).toBe(0);
    });
  });
}
