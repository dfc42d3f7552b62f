/** What the audit trail keeps, on whichever database. Run by the tests of each. */

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, takeCheckpoint, trustCheckpoint } from '../audit/checkpoint.ts';
import type { Told } from '../audit/entry.ts';
import { erasePerson, pruneTrail } from '../audit/keeping.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { verifyTrail } from '../audit/verify.ts';
import { openAudit } from './audit.ts';
import type { Database } from './database.ts';

const at = new Date('2026-03-02T08:00:00Z');
const by = { actor: 'ada@contoso', at };
const day = (number: number) => new Date(at.getTime() + number * 86_400_000);

const run = (name: string): Told => ({ action: 'run-started', subject: name });

interface Opened {
  readonly database: Database;
  /** As somebody who has the file, or is the owner of the tables. */
  readonly tamper: (statements: readonly string[]) => Promise<void>;
  /** The same store as another process has it. */
  readonly another: () => Promise<Database>;
}

export function auditContract(open: () => Promise<Opened>): void {
  const written = async (number: number) => {
    const opened = await open();
    const trail = openAudit(opened.database);
    for (let each = 1; each <= number; each++) await trail.append([run(`r${each}`)], by);
    return { ...opened, trail };
  };
  const numbers = async (trail: AuditTrail, query = {}) =>
    (await Array.fromAsync(trail.entries(query))).map(({ number }) => number);

  describe('the audit trail', () => {
    it('is a chain that holds, empty or not', async () => {
      const { trail } = await written(0);
      expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 0, last: 0 });
      await trail.append([run('a'), run('b')], by);
      expect(await verifyTrail(trail)).toEqual({
        whole: true,
        entries: 2,
        first: 1,
        last: 2,
        pruned: 0,
        erased: 0,
      });
    });

    it('is found by time, actor, action, person and subject, the newest first', async () => {
      const { trail } = await written(0);
      await trail.append([run('r1')], by);
      const person = { action: 'account-released', subject: 'ramp', person: 'i-ada' } as const;
      await trail.append([person], { actor: 'token 7 (operator)', at: day(1) });
      await trail.append([run('100%')], { actor: 'schedule', at: day(2) });
      expect(await numbers(trail)).toEqual([3, 2, 1]);
      expect(await numbers(trail, { limit: 2 })).toEqual([3, 2]);
      expect(await numbers(trail, { from: day(1), to: day(2) })).toEqual([2]);
      expect(await numbers(trail, { actor: 'CONTOSO' })).toEqual([1]);
      expect(await numbers(trail, { action: 'run-started' })).toEqual([3, 1]);
      expect(await numbers(trail, { person: 'i-ada' })).toEqual([2]);
      expect(await numbers(trail, { subject: '1' })).toEqual([3]);
      expect(await numbers(trail, { subject: '%' })).toEqual([]);
    });

    it('keeps what it tells together with what it tells of, or neither', async () => {
      const { database, trail } = await written(1);
      const put = `insert into fingerprint (name, value) values ('a', '1')`;
      const failing = database.transaction(async () => {
        await trail.append([run('lost')], by);
        await database.run(put);
        throw new Error('lost interest');
      });
      await expect(failing).rejects.toThrow('lost interest');
      await database.transaction(async () => {
        await trail.append([run('kept')], by);
        await database.run(put);
      });
      expect(await numbers(trail)).toEqual([2, 1]);
      expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 2 });
    });

    it('is one chain, however many processes write at once', async () => {
      const { trail, another } = await written(1);
      const others = await Promise.all([another(), another()]);
      const trails = [trail, ...others.map(openAudit)];
      await Promise.all(
        trails.flatMap((each, index) =>
          Array.from({ length: 12 }, (_, number) =>
            each.append([run(`${index}-${number}`), run('and')], {
              ...by,
              actor: `process ${index}`,
            }),
          ),
        ),
      );
      expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 73, last: 73 });
      for (const other of others) await other[Symbol.asyncDispose]();
    });

    it('says when another configuration came into force, in front of what is done under it', async () => {
      const { trail } = await written(0);
      await trail.append([run('a')], { ...by, configVersion: 'v1' });
      await trail.append([run('b')], { ...by, configVersion: 'v1' });
      await trail.append([run('c')], by);
      await trail.append([run('d')], { ...by, configVersion: 'v2' });
      const told = (await Array.fromAsync(trail.walk())).map(({ action, payload }) => [
        action,
        payload?.subject,
        payload?.detail,
      ]);
      expect(told).toEqual([
        ['configuration-changed', 'v1', {}],
        ['run-started', 'a', {}],
        ['run-started', 'b', {}],
        ['run-started', 'c', {}],
        ['configuration-changed', 'v2', { before: 'v1' }],
        ['run-started', 'd', {}],
      ]);
    });
  });

  describe('a trail that is written to while it is verified', () => {
    /** Something happens once, just before the entry of that number is looked at. */
    function amid(trail: AuditTrail, number: number, happens: () => Promise<unknown>): AuditTrail {
      let happened = false;
      const walk = async function* () {
        for await (const entry of trail.walk()) {
          if (!happened && entry.number === number) {
            happened = true;
            await happens();
          }
          yield entry;
        }
      };
      return { ...trail, walk };
    }

    it('holds, and nothing of it is taken for cut off', async () => {
      const { trail } = await written(3);
      const growing = amid(trail, 3, () => trail.append([run('meanwhile')], by));
      expect(await verifyTrail(growing)).toMatchObject({ whole: true, entries: 3, last: 3 });
      expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 4, last: 4 });
    });

    it('holds when what is old is deleted meanwhile', async () => {
      const { trail } = await written(3);
      await trail.append([run('young')], { ...by, at: day(10) });
      const walk = trail.walk;
      let pages = 0;
      const shrinking: AuditTrail = {
        ...trail,
        // As a walk whose next page is asked for after the deletion.
        walk: async function* () {
          for await (const entry of walk()) {
            yield entry;
            if (pages++ > 0) continue;
            await pruneTrail(trail, day(5), { ...by, at: day(11) });
            yield* walk();
            return;
          }
        },
      };
      expect(await verifyTrail(shrinking)).toMatchObject({ whole: true, first: 4, pruned: 3 });
    });
  });

  describe('an entry', () => {
    it.each([
      `update audit_entry set actor = 'nobody' where number = 1`,
      'delete from audit_entry where number = 1',
      `update audit_payload set subject = 'r9' where number = 1`,
    ])('is not changed by the product: %s', async (statement) => {
      const { database, trail } = await written(2);
      await expect(database.run(statement)).rejects.toThrow();
      expect(await verifyTrail(trail)).toMatchObject({ whole: true });
    });

    const renumber = (from: number, to: number) => [
      `update audit_entry set number = ${to} where number = ${from}`,
      `update audit_payload set number = ${to} where number = ${from}`,
    ];
    const remove = (number: number) => [
      `delete from audit_entry where number = ${number}`,
      `delete from audit_payload where number = ${number}`,
    ];
    const forged = `insert into audit_entry (number, at, actor, action, digest, previous, hash)
      select number + 1, at, actor, action, digest, previous, hash from audit_entry where number = 2`;
    it.each([
      ['changed', 3, [`update audit_entry set actor = 'nobody' where number = 3`]],
      ['changed', 3, [`update audit_entry set at = at + 1 where number = 3`]],
      ['changed', 3, [`update audit_payload set subject = 'r9' where number = 3`]],
      ['changed', 3, [`update audit_payload set detail = 'no JSON' where number = 3`]],
      ['removed', 3, ['delete from audit_payload where number = 3']],
      ['removed', 3, remove(3)],
      ['removed', 1, remove(1)],
      [
        'removed',
        3,
        [...remove(3), ...renumber(4, 3), ...renumber(5, 4), 'update audit_head set number = 4'],
      ],
      ['reordered', 2, [...renumber(2, 9), ...renumber(4, 2), ...renumber(9, 4)]],
      ['inserted', 3, [...renumber(5, 6), ...renumber(4, 5), ...renumber(3, 4), forged]],
      ['cut-off', 5, remove(5)],
      ['cut-off', 6, ['update audit_head set number = 6']],
      ['cut-off', 5, ['update audit_head set number = 4']],
      ['changed', 5, [`update audit_head set hash = '${'0'.repeat(64)}'`]],
    ] as const)('%s is found, at entry %i', async (cause, number, statements) => {
      const { trail, tamper } = await written(5);
      await tamper(statements);
      const verdict = await verifyTrail(trail);
      expect(verdict).toMatchObject({ whole: false, break: { cause, number } });
    });
  });

  describe('a checkpoint', () => {
    it('knows an end that was cut off so well that the store shows nothing', async () => {
      const { trail, tamper } = await written(5);
      const checkpoint = await takeCheckpoint(trail, at, undefined);
      expect(checkpoint).toMatchObject({ number: 5, count: 5 });
      expect(await verifyTrail(trail, checkpoint)).toMatchObject({ checkpoint: 'matches' });
      const [, fourth] = await Array.fromAsync(trail.entries({}));
      await tamper([
        'delete from audit_entry where number = 5',
        'delete from audit_payload where number = 5',
        `update audit_head set number = 4, hash = '${fourth?.hash}'`,
      ]);
      expect(await verifyTrail(trail)).toMatchObject({ whole: true });
      expect((await verifyTrail(trail, checkpoint)).break).toEqual({
        number: 5,
        cause: 'cut-off',
        message: 'entry 5 was cut off: the checkpoint knew them',
      });
      // Written anew to the same length, the chain is another.
      await trail.append([run('other')], by);
      expect(await verifyTrail(trail, checkpoint)).toMatchObject({ break: { number: 5 } });
    });

    it('is trusted when the configured key signed it', async () => {
      const { trail } = await written(2);
      const pem = () =>
        generateKeyPairSync('ed25519')
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString();
      const [key, other] = [pem(), pem()];
      const printed = JSON.stringify(await takeCheckpoint(trail, at, key));
      const checkpoint = readCheckpoint(printed);
      expect(trustCheckpoint(checkpoint, 'default', key)).toEqual(checkpoint);
      expect(() => trustCheckpoint(checkpoint, 'default', other)).toThrow(
        'not of the configured key',
      );
      expect(() => trustCheckpoint({ ...checkpoint, number: 1 }, 'default', key)).toThrow();
      expect(() => trustCheckpoint(checkpoint, 'fabrikam', key)).toThrow('of the tenant default');
      const { signature: _, ...unsigned } = checkpoint;
      expect(() => trustCheckpoint(unsigned, 'default', key)).toThrow('not signed');
      await expect(takeCheckpoint(trail, at, 'no key')).rejects.toMatchObject({
        code: 'audit-key-unusable',
      });
      expect(() => readCheckpoint('{}')).toThrow('no checkpoint');
      expect(() => readCheckpoint('{')).toThrow('no checkpoint');
    });
  });

  describe('what is old enough', () => {
    it('is deleted provably, and what stays still is a chain', async () => {
      const { trail } = await written(3);
      const old = await takeCheckpoint(trail, at, undefined);
      await trail.append([run('young')], { ...by, at: day(10) });
      expect(await pruneTrail(trail, day(5), { ...by, at: day(11) })).toBe(3);
      const verdict = await verifyTrail(trail, old);
      expect(verdict).toMatchObject({
        whole: true,
        first: 4,
        last: 5,
        pruned: 3,
        checkpoint: 'older',
      });
      const [pruned] = await Array.fromAsync(trail.entries({ action: 'audit-pruned' }));
      expect(pruned?.payload?.detail).toMatchObject({
        first: 1,
        last: 3,
        entries: 3,
        hash: old.hash,
      });
      expect(await pruneTrail(trail, day(5), { ...by, at: day(11) })).toBe(0);
      expect(await pruneTrail(trail, day(12), { ...by, at: day(13) })).toBe(2);
      expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 1, pruned: 5 });
    });

    it('is nothing that is still to come: what tells of the deletion stays', async () => {
      const { trail } = await written(3);
      expect(await pruneTrail(trail, day(99), { ...by, at: day(1) })).toBe(3);
      expect(await pruneTrail(trail, day(99), { ...by, at: day(1) })).toBe(0);
      const [pruned] = await Array.fromAsync(trail.entries({}));
      expect(pruned?.payload?.detail).toMatchObject({ entries: 3, before: day(1).toISOString() });
      expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 1, pruned: 3 });
    });

    it('is missed when nothing tells of it', async () => {
      const { trail, tamper } = await written(4);
      await tamper([
        'delete from audit_entry where number <= 2',
        'delete from audit_payload where number <= 2',
        'update audit_head set pruned = 2',
      ]);
      expect((await verifyTrail(trail)).break).toEqual({
        number: 1,
        cause: 'removed',
        message: 'entries 1 to 2 were removed, and no entry tells of it',
      });
    });
  });

  it('forgets whom an entry is about, and the chain still holds', async () => {
    const { trail, database } = await written(1);
    await trail.append([{ action: 'account-released', subject: 'ada', person: 'i-ada' }], by);
    await trail.append([run('r3')], by);
    expect(await erasePerson(trail, 'i-ada', by)).toBe(1);
    expect(await erasePerson(trail, 'i-ada', by)).toBe(0);
    expect(await verifyTrail(trail)).toMatchObject({ whole: true, entries: 4, erased: 1 });
    expect(await numbers(trail, { person: 'i-ada' })).toEqual([]);
    const rows = await database.all('select * from audit_payload');
    expect(JSON.stringify(rows)).not.toContain('ada"');
  });
}
