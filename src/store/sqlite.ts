/** SQLite, a file for each tenant, asked through a worker thread so that the event loop never waits. */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Tenant } from '../identity/identity.ts';
import { joining, type Plain } from './current.ts';
import type { Database, Queries, Row, Sequence, SqlValue } from './database.ts';
import { StoreError, type StoreFailure } from './failure.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { migrate } from './migrations/migration.ts';
import type { Reply, Request, Rows, WorkerFailure } from './sqlite-worker.ts';

/** Opens the tenant's file in a folder, both made when missing, and brings it up to date. */
export async function openSqlite(folder: string, tenant: Tenant): Promise<Database> {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant)) {
    throw new StoreError('store-unusable', `"${tenant}" cannot be the name of a tenant's file`);
  }
  const file = path.join(folder, `${tenant}.sqlite`);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new StoreError('store-unusable', `cannot make the folder ${folder}`, { cause });
  });
  const plain = overWorker(startWorker(file), tenant);
  try {
    await plain.begin((queries) => migrate(queries, 'sqlite', tenant, MIGRATIONS));
  } catch (error) {
    await plain.close().catch(() => undefined);
    throw error;
  }
  return joining(plain);
}

type Ask = <Value>(request: Unnumbered) => Promise<Value>;
type Unnumbered = Request extends infer Each
  ? Each extends readonly [number, ...infer Rest]
    ? Rest
    : never
  : never;

interface Thread {
  readonly ask: Ask;
  readonly stop: () => Promise<void>;
}

function overWorker({ ask, stop }: Thread, tenant: Tenant): Plain {
  let last: Promise<unknown> = Promise.resolve();
  /** One writer at a time; SQLite has one connection for them. */
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const writing: Queries = {
    all: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      objects<R>(await ask<Rows>(['all', sql, parameters])),
    run: (sql, parameters = []) => ask<number>(['run', sql, parameters]),
    batch: async (sql, rows) => {
      if (rows.length > 0) await ask(['batch', sql, rows]);
    },
  };
  const begin: Plain['begin'] = (work, outlives = 'power-cut') =>
    inTurn(async () => {
      // Not waited for: it travels with the first question. When it fails, so does the commit.
      const begun = ask<Sequence>(['begin', outlives]);
      begun.catch(() => undefined);
      try {
        const value = await work({ ...writing, sequence: () => begun });
        const ended = ask(['commit']);
        // Where there was no transaction there is no end of one: it is the beginning that is told of.
        ended.catch(() => undefined);
        await begun;
        await ended;
        return value;
      } catch (error) {
        await ask(['rollback']);
        throw error;
      }
    });
  return {
    dialect: 'sqlite',
    tenant,
    inList: '(select value from json_each(?))',
    each: 'json_each(?)',
    all: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      onlyReads(sql)
        ? objects<R>(await ask<Rows>(['read', sql, parameters]))
        : inTurn(() => writing.all<R>(sql, parameters)),
    run: (sql, parameters) => inTurn(() => writing.run(sql, parameters)),
    batch: (sql, rows) => begin((queries) => queries.batch(sql, rows)),
    begin,
    close: async () => {
      await last;
      await ask(['close']);
      await stop();
    },
  };
}

function onlyReads(sql: string): boolean {
  return /^\s*(select\b|with\b(?![\s\S]*\b(insert|update|delete)\b))/i.test(sql);
}

function objects<R extends Row>({ columns, rows }: Rows): readonly R[] {
  return rows.map((values) => {
    const row: Record<string, SqlValue> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] as string] = values[i] as SqlValue;
    return row as R;
  });
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

function startWorker(file: string): Thread {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: { file },
    // Rows only pass through it: a small young generation is collected often, and cheaply.
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  const pending = new Map<number, Pending>();
  let outgoing: Request[] = [];
  let nextId = 1;
  let ended: Error | undefined;

  const failAll = (error: Error): void => {
    ended ??= error;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  const send = (): void => {
    worker.postMessage(outgoing);
    outgoing = [];
  };
  worker.on('message', (replies: readonly Reply[]) => {
    for (const [id, failed, value] of replies) {
      const waiting = pending.get(id);
      pending.delete(id);
      if (failed) waiting?.reject(failureOf(value, file));
      else waiting?.resolve(value as never);
    }
    // An idle database keeps no process alive; one that owes an answer does.
    if (pending.size === 0) worker.unref();
  });
  worker.on('error', (error: Error & { readonly errcode?: number }) =>
    failAll(failureOf({ message: error.message, result: (error.errcode ?? 14) & 0xff }, file)),
  );
  worker.on('exit', () => failAll(new StoreError('store-stopped', `${file} is closed`)));
  worker.unref();

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = nextId++;
        if (pending.size === 0) worker.ref();
        pending.set(id, { resolve, reject });
        // Questions of one turn travel in one message.
        if (outgoing.length === 0) setImmediate(send);
        outgoing.push([id, ...request] as Request);
      }),
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** SQLite's primary result codes that an administrator can do something about. */
const FAILURES: ReadonlyMap<number, StoreFailure> = new Map([
  [3, 'store-unusable'],
  [5, 'store-busy'],
  [6, 'store-busy'],
  [8, 'store-unusable'],
  [10, 'store-unusable'],
  [11, 'store-corrupt'],
  [13, 'store-full'],
  [14, 'store-unusable'],
  [26, 'store-corrupt'],
]);

function failureOf({ message, result }: WorkerFailure, file: string): Error {
  const code = FAILURES.get(result);
  return code ? new StoreError(code, `${file}: ${message}`) : new Error(`${file}: ${message}`);
}
