/** What data protection relies on, on whichever database. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import type { Holding } from '../../sync/privacy-storage.ts';
import type { Database, Row } from '../database.ts';
import { inboundStorage } from '../inbound.ts';
import { IMPERSONAL, PLACES } from './inventory.ts';
import { openPrivacy } from './privacy.ts';
import { DECISION } from './sample-rows.ts';
import { ADA, AROUND, GRACE, SAMPLES } from './samples.ts';

export function privacyContract(open: () => Promise<Database>): void {
  describe('the inventory', () => {
    it('names every table of the store, once', async () => {
      await using database = await open();
      const named = [...PLACES, ...IMPERSONAL].map(({ table }) => table);
      expect(named.toSorted()).toEqual(await tablesOf(database));
    });
  });

  describe('what is about a person', () => {
    it('is found in every place that the inventory names, and nobody else with it', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      const holdings = await Array.fromAsync(privacy.holdings(await privacy.whom(ADA.id)));
      const tables = ({ table }: Pick<Holding, 'table'>): string => table;
      expect([...new Set(holdings.map(tables))]).toEqual(PLACES.map(tables));
      expect(JSON.stringify(holdings)).not.toMatch(/Grace|i-grace|"471"|Third|third@/);
    });

    it('is also what a record of theirs was before it was joined to them', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      expect((await privacy.whom(ADA.id)).ids).toEqual([ADA.id, `was-${ADA.id}`]);
      const [was] = await database.all('select * from identity where id = ?', [GRACE.id]);
      await insert(database, 'identity', { ...was, id: `was-${ADA.id}` });
      expect((await privacy.whom(ADA.id)).ids).toEqual([ADA.id]);
    });

    it('is also an account that a merge left to nobody, while it is', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      const account = { system: 'ramp', kind: 'user', id: 'second' };
      const [row] = await database.all('select * from record where identity = ? limit 1', [ADA.id]);
      const { managed: _, ...columns } = row ?? {};
      await insert(database, 'record', { ...columns, ...account, identity: null, present: 1 });
      await insert(database, 'decision', {
        ...DECISION,
        ...{ id: 'merge', identity: ADA.id, other: 'i-ended', detached: JSON.stringify([account]) },
      });
      const whom = await privacy.whom(ADA.id);
      expect(whom.refs).toContainEqual(account);
      const { records } = await privacy.standing(whom);
      expect(records.map(({ ref }) => ref)).toContainEqual(account);
      await privacy.erase(whom, async () => {});
      expect(await database.all("select id from record where id = 'second'")).toEqual([]);
    });

    it('is no account that a merge had left to nobody, and that is somebody else’s now', async () => {
      await using database = await open();
      await filled(database);
      const [theirs] = await database.all<{ readonly system: string; readonly id: string }>(
        "select system, id from record where identity = ? and kind = 'user' limit 1",
        [GRACE.id],
      );
      const account = { system: theirs?.system ?? '', kind: 'user', id: theirs?.id ?? '' };
      await insert(database, 'decision', {
        ...DECISION,
        ...{ id: 'merge', identity: ADA.id, detached: JSON.stringify([account]) },
      });
      expect((await openPrivacy(database).whom(ADA.id)).refs).not.toContainEqual(account);
    });

    it('is nothing where nobody is known by the id', async () => {
      await using database = await open();
      const privacy = openPrivacy(database);
      expect(await Array.fromAsync(privacy.holdings(await privacy.whom('i-nobody')))).toEqual([]);
    });
  });

  describe('what records hold', () => {
    it('is told by name, with how many hold it', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      await database.run(
        `update record set present = 1, attributes = '{"name":"x","number":"' || id || '"}'`,
      );
      expect(await privacy.storedAttributes('hr', 'user', 10)).toEqual({
        records: 2,
        attributes: [
          { attribute: 'name', records: 2, asId: 0 },
          { attribute: 'number', records: 2, asId: 2 },
        ],
      });
      expect((await privacy.storedAttributes('hr', 'user', 1)).records).toBe(1);
      expect((await privacy.storedAttributes('hr', 'group', 1)).records).toBe(0);
    });
  });

  describe('erasing', () => {
    it('leaves nothing of a person but what is kept, and everything of others', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      const about = async (id: string) => Array.fromAsync(privacy.holdings(await privacy.whom(id)));
      const grace = await about(GRACE.id);
      const whom = await privacy.whom(ADA.id);
      const told: number[] = [];
      await privacy.erase(whom, async (entries) => void told.push(...entries));
      expect(told).toEqual([Number(ADA.number)]);
      const left = await Array.fromAsync(privacy.holdings(whom));
      expect(left.filter(({ kept }) => kept === undefined)).toEqual([]);
      expect(left.map(({ table }) => table)).toEqual(
        PLACES.flatMap(({ table, erased }) => (erased.how === 'kept' ? [table] : [])),
      );
      expect(await about(GRACE.id)).toEqual(grace);
      const everything = await dumped(database);
      expect(everything).not.toMatch(/Ada|Lovelace|person-4711@|PATCH with 4711/);
      expect(everything).toContain('erased (erased) is not in 247115');
      expect(await database.all('select sequence from directory_mail order by sequence')).toEqual([
        { sequence: 1 },
        { sequence: Number(GRACE.number) },
      ]);
      expect(everything.match(/Third/g)?.length).toBe(8);
      expect(
        await database.all('select records, before from identity_change where identity = ?', [
          'with-i-ada',
        ]),
      ).toEqual([
        {
          records: '[["hr","user","third"]]',
          before: '{"v":{"city":"Third"},"o":{"entra":["city"]}}',
        },
      ]);
    });

    it('goes on where it was interrupted', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      const whom = await privacy.whom(ADA.id);
      const dying = privacy.erase(whom, () => Promise.reject(new Error('the power went')));
      await expect(dying).rejects.toThrow('the power went');
      expect((await privacy.whom(ADA.id)).ids).toContain(ADA.id);
      await privacy.erase(whom, async () => {});
      const left = await Array.fromAsync(privacy.holdings(whom));
      expect(left.filter(({ kept }) => kept === undefined)).toEqual([]);
    });

    it('is known by its proof, and while it is under way by whom it is about', async () => {
      await using database = await open();
      const privacy = openPrivacy(database);
      const begunAt = new Date('2026-03-02T08:00:00Z');
      const whom = { ids: ['i-ada'], refs: [], addresses: [] };
      const begun = { id: 'x1', person: 'i-ada', begunAt, content: '{"a":1}', whom };
      await privacy.saveErasure(begun);
      expect(await privacy.erasureOf('i-ada')).toEqual(begun);
      const { whom: _, ...rest } = begun;
      const ended = { ...rest, finishedAt: begunAt, content: '{"a":2}' };
      await privacy.saveErasure(ended);
      expect(await privacy.erasures(10)).toEqual([ended]);
      expect(await privacy.erasureOf('i-grace')).toBeUndefined();
    });

    it('is in the way of nobody who has no record, no create without an answer and no plan', async () => {
      await using database = await open();
      await filled(database);
      const privacy = openPrivacy(database);
      await database.run('update record set present = 1 where system = ?', ['hr']);
      await database.run("update plan set state = 'held' where key = ?", ['p-i-ada']);
      await database.run('delete from outcome');
      expect(await privacy.standing(await privacy.whom(ADA.id))).toEqual({
        records: [
          {
            ref: { system: 'hr', kind: 'user', id: '4711' },
            ...{ present: true, deleted: false, served: false, pushed: true },
          },
          {
            ref: { system: 'ramp', kind: 'user', id: '4711' },
            ...{ present: false, deleted: true, served: true, pushed: false },
          },
        ],
        inFlight: ['ramp'],
        waiting: [{ target: 'ramp', state: 'held' }],
      });
    });

    it('can leave no trace in the file, or leaves that to PostgreSQL', async () => {
      await using database = await open();
      const overwritten = await openPrivacy(database).overwrite(false);
      expect(overwritten).toBe(database.dialect === 'sqlite' ? 'done' : 'database');
    });
  });

  describe('people who have left', () => {
    const now = new Date('2026-03-02T08:00:00Z');
    const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

    it('are noted once, due after every time under the same rules, and forgotten when they return', async () => {
      await using database = await open();
      await filled(database);
      await database.run('delete from leaver');
      await database.run('update identity set present = 1 where id = ?', [GRACE.id]);
      const privacy = openPrivacy(database);
      await Array.fromAsync(privacy.noteLeavers(now, 9));
      await Array.fromAsync(privacy.noteLeavers(later(50), 9));
      expect(await privacy.leaversDue('r1', 60, later(59), 9)).toEqual([]);
      expect(await privacy.leaversDue('r1', 60, later(60), 9)).toEqual([ADA.id]);
      await privacy.settleLeavers('r1', 60, [ADA.id]);
      expect(await privacy.leaversDue('r1', 60, later(999), 9)).toEqual([]);
      expect(await privacy.leaversDue('r1', 100, later(100), 9)).toEqual([ADA.id]);
      expect(await privacy.leaversDue('r2', 60, later(60), 9)).toEqual([ADA.id]);
      expect(await privacy.countLeavers('r1', 60)).toEqual({ all: 1, done: 1 });
      expect(await privacy.countLeavers('r1', 100)).toEqual({ all: 1, done: 0 });
      await database.run('update identity set present = 1');
      await Array.fromAsync(privacy.noteLeavers(later(200), 9));
      expect(await privacy.countLeavers('r1', 60)).toEqual({ all: 0, done: 0 });
    });

    it('are noted some at a time, and whoever stops goes on with the others', async () => {
      await using database = await open();
      await filled(database);
      await database.run('delete from leaver');
      await database.run('update identity set present = 0');
      const privacy = openPrivacy(database);
      for await (const noted of privacy.noteLeavers(now, 1)) {
        expect(noted).toBe(1);
        break;
      }
      expect(await privacy.leaversDue('r1', 0, now, 9)).toHaveLength(1);
      expect(await Array.fromAsync(privacy.noteLeavers(later(50), 1))).toEqual([1]);
      expect(await privacy.leaversDue('r1', 50, later(50), 9)).toHaveLength(1);
      expect(await privacy.leaversDue('r1', 0, later(50), 9)).toHaveLength(2);
      await database.run('update identity set present = 1');
      expect(await Array.fromAsync(privacy.noteLeavers(later(60), 1))).toEqual([1, 1]);
      expect(await privacy.countLeavers('r1', 0)).toEqual({ all: 0, done: 0 });
    });

    it('lose values in records that are gone, in history, drift and the log, and others do not', async () => {
      await using database = await open();
      await filled(database);
      await database.run(`insert into plan_basis (hash, rules) values ('b1', ?)`, [
        JSON.stringify({
          user: { rows: [{ path: 'displayName', expression: '', inputs: ['fullName'] }] },
        }),
      ]);
      await database.run(`update plan set basis = 'b1'`);
      await database.run(`update outcome set detail = '"Ada Lovelace was refused"'`);
      await database.run(`update identity_change set before = ? where number = 1`, [
        JSON.stringify({
          ...{ v: { fullName: 'Ada Byron', city: 'London' }, n: ['fullName'] },
          ...{ k: 'user', l: [['hr', 'user', '4711', 'i-ada']] },
        }),
      ]);
      await database.run(`update drift set path = 'displayName'`);
      const privacy = openPrivacy(database);
      const rows = async (sql: string) => JSON.stringify(await database.all(sql));
      const what = {
        attributes: ['fullName', 'hr/name'],
        raw: [{ system: 'hr', kind: 'user', attribute: 'name' }],
        paths: [{ system: 'ramp', kind: 'user', path: 'displayName' }],
      };
      // Who came back since it was found who is due.
      const before = await dumped(database);
      await database.run('update identity set present = 1 where id = ?', [ADA.id]);
      await privacy.forgetStored([ADA.id], what);
      await database.run('update identity set present = 0 where id = ?', [ADA.id]);
      expect(await dumped(database)).toBe(before);
      await privacy.forgetStored([ADA.id], what);
      expect(await rows(`select * from record where identity = 'i-ada'`)).not.toMatch(/Ada/);
      for (const whose of ['i-ada', 'was-i-ada']) {
        const kept = await rows(`select before from identity_change where identity = '${whose}'`);
        expect([whose, kept]).toEqual([whose, expect.stringMatching(/London/)]);
        expect([whose, kept]).not.toEqual([whose, expect.stringMatching(/Byron/)]);
      }
      expect(await rows(`select * from drift where identity = 'i-ada'`)).toBe('[]');
      expect(await rows(`select content from plan_operation where plan = 'p-i-ada'`)).not.toMatch(
        /Ada/,
      );
      expect(await rows(`select detail, exchanges from outcome where identity = 'i-ada'`)).toBe(
        JSON.stringify([{ detail: '"[Redact] was refused"', exchanges: null }]),
      );
      for (const table of ['record', 'drift', 'plan_operation']) {
        expect([table, await rows(`select * from ${table}`)]).toEqual([
          table,
          expect.stringMatching(/Grace Hopper/),
        ]);
      }
    });
  });

  describe('a record that is suppressed', () => {
    const ref = (id: string) => ({ system: 'hr', kind: 'user', id });

    it('is known again by nothing but its id, until it is allowed', async () => {
      await using database = await open();
      const privacy = openPrivacy(database);
      const refs = [ref('4711'), ref('4712')];
      expect(await privacy.suppressed(refs)).toEqual(new Set());
      await privacy.suppress([ref('4711'), ref('4713')], 'x1');
      expect(await privacy.suppressed([...refs, { ...ref('4711'), system: 'entra' }])).toEqual(
        new Set([0]),
      );
      expect(JSON.stringify(await database.all('select * from suppression'))).not.toMatch(/471\d"/);
      expect(await privacy.allow([ref('4711')])).toBe(true);
      expect(await privacy.allow([ref('4711')])).toBe(false);
      expect(await privacy.suppressed(refs)).toEqual(new Set());
    });

    it('is refused when it is pushed, and nothing of it is kept', async () => {
      await using database = await open();
      await openPrivacy(database).suppress([ref('4711')], 'x1');
      const inbox = inboundStorage(database, 'hr');
      const at = new Date('2026-03-02T08:00:00Z');
      const upload = { id: 'u1', at, digest: 'd', records: ['4711', '4712'], forgetBefore: at };
      const taken = await inbox.take(upload, () => ({
        changed: new Map([
          ['4711', { title: 'Analyst' }],
          ['4712', { title: 'Engineer' }],
        ]),
        results: [
          { id: '4711', bulkId: 'a', status: 'taken' },
          { id: '4712', status: 'taken' },
        ],
      }));
      expect(taken.receipt.results).toMatchObject([
        { bulkId: 'a', status: 'refused', code: 'record-suppressed' },
        { id: '4712', status: 'taken' },
      ]);
      expect((await inbox.changes(0, 9)).map(({ id }) => id)).toEqual(['4712']);
      expect(await dumped(database)).not.toMatch(/4711|Analyst/);
    });
  });
}

async function tablesOf({ all, dialect }: Database): Promise<readonly string[]> {
  const rows = await all<{ readonly name: string }>(
    dialect === 'sqlite'
      ? `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
      : `select tablename as name from pg_tables where schemaname = 'lockstep'`,
  );
  return rows
    .map(({ name }) => name)
    .filter((name) => name !== 'migration')
    .toSorted();
}

async function filled(database: Database): Promise<void> {
  // In one transaction: row by row would wait for the disk as many times.
  await database.transaction(async () => {
    for (const [table, row] of AROUND) await insert(database, table, row);
    for (const { table } of PLACES) {
      for (const who of [ADA, GRACE]) {
        for (const row of SAMPLES[table]?.(who) ?? []) await insert(database, table, row);
      }
    }
  });
}

async function insert(database: Database, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  await database.run(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    Object.values(row),
  );
}

/** Everything there is, as text. */
async function dumped(database: Database): Promise<string> {
  const texts: string[] = [];
  for (const table of await tablesOf(database)) {
    const rows = await database.all(`select * from ${table}`);
    texts.push(...rows.map((row) => JSON.stringify(row)).toSorted());
  }
  return texts.join('\n');
}
