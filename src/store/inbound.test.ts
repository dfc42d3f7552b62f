import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import type { NewUpload } from '../connectors/inbound/storage.ts';
import type { Database } from './database.ts';
import { inboundStorage } from './inbound.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const AT = new Date('2026-03-01T08:00:00Z');

function newUpload(records: readonly string[], more: Partial<NewUpload> = {}): NewUpload {
  const forgetBefore = new Date(AT.getTime() - 1000);
  return { id: randomUUID(), at: AT, digest: 'd', records, forgetBefore, ...more };
}

function contract(open: () => Database): void {
  const storage = () => inboundStorage(open(), `hr-${randomUUID()}`);
  const titled = (title: string, ...ids: readonly string[]) => ({
    changed: new Map(ids.map((id) => [id, { title }] as const)),
    results: ids.map((id) => ({ id, status: 'taken' }) as const),
  });

  it('gives records back by the number of their last change', async () => {
    const hr = storage();
    const upload = newUpload(['7', '8'], { id: 'u1' });
    expect(await hr.take(upload, () => titled('a', '7', '8'))).toEqual({
      type: 'taken',
      receipt: { id: 'u1', at: AT, results: titled('a', '7', '8').results },
    });
    const first = await hr.changes(0, 10);
    expect(first.map(({ id, attributes }) => [id, attributes])).toEqual([
      ['7', { title: 'a' }],
      ['8', { title: 'a' }],
    ]);
    await hr.take(newUpload(['7', '9']), (before) => {
      expect(before).toEqual(new Map([['7', { title: 'a' }]]));
      return titled('b', '7');
    });
    const since = first.at(-1)?.sequence ?? 0;
    expect((await hr.changes(since, 10)).map(({ id }) => id)).toEqual(['7']);
    expect((await hr.changes(0, 1)).map(({ id }) => id)).toEqual(['8']);
  });

  it('takes an upload once, however often and however fast it comes', async () => {
    const hr = storage();
    let decided = 0;
    const push = (digest: string) =>
      hr.take(newUpload(['7'], { key: 'k', digest }), () => {
        decided++;
        return titled('a', '7');
      });
    const all = await Promise.all([push('d'), push('d'), push('d'), push('other')]);
    const types = all.map(({ type }) => type);
    expect([types.filter((type) => type === 'taken').length, decided]).toEqual([1, 1]);
    expect(new Set(all.map(({ receipt }) => receipt.id)).size).toBe(1);
    expect(types).toContain('other-content');
  });

  it('lets uploads to one system take turns, so that none decides over what is gone', async () => {
    const hr = storage();
    const count = () =>
      hr.take(newUpload(['n']), (before) => {
        const now = Number(before.get('n')?.title ?? 0) + 1;
        return titled(String(now), 'n');
      });
    await Promise.all(Array.from({ length: 20 }, count));
    expect((await hr.changes(0, 10)).map(({ attributes }) => attributes)).toEqual([
      { title: '20' },
    ]);
  });

  it('lists the newest first, counts them, and forgets those of long ago', async () => {
    const hr = storage();
    const nothing = () => titled('');
    const later = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
    for (const [id, at] of [
      ['old', later(-5)],
      ['a', AT],
      ['b', later(1)],
    ] as const)
      await hr.take(newUpload([], { id, at }), nothing);
    expect((await hr.uploads({ limit: 10 })).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(await hr.uploads({ id: 'a', limit: 1 })).toEqual([{ id: 'a', at: AT, results: [] }]);
    expect(await hr.uploads({ id: 'none', limit: 1 })).toEqual([]);
    expect(await hr.uploadsSince(later(-1))).toEqual({ count: 2, first: AT });
    expect(await hr.uploadsSince(later(60))).toEqual({ count: 0 });
  });
}

describe('what is pushed, in SQLite', () => {
  let folder: string;
  let database: Database;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'inbound-store-'));
    database = await openSqlite(folder, 'contoso');
  });

  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  contract(() => database);
});

describeWithPostgres('what is pushed, in PostgreSQL', (server) => {
  let database: Database;

  beforeAll(async () => {
    database = await openPostgres(await server().database(), 'contoso');
  });

  afterAll(() => database[Symbol.asyncDispose]());

  contract(() => database);
});
