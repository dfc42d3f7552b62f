/**
 * SQLite in this thread, in memory where the system has room there: the statements, transactions and
 * isolation of the real store without the way to its thread, so that thousands of histories fit into
 * minutes. A gate stands in front of and behind everything that is asked.
 */

import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { joining, type Plain } from '../../src/store/current.ts';
import type { Database, Queries, Row, SqlValue } from '../../src/store/database.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { migrate } from '../../src/store/migrations/migration.ts';
import { sequences } from '../../src/store/sqlite-sequence.ts';

/** Passed before something is asked of the store and after it was done; may fail, or never return. */
export interface Gate {
  before(): Promise<void>;
  after(): Promise<void>;
  /** Resolves when the process that asks dies. */
  readonly ended: Promise<unknown>;
  /** Work that takes real time. */
  busy<Value>(work: Promise<Value>): Promise<Value>;
}

export interface Store extends AsyncDisposable {
  /** As a process finds it: whatever an earlier one had not committed is gone. */
  open(gate: Gate): Promise<Database>;
  /** Everything it holds, as text. */
  text(): Promise<string>;
}

const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let template: Promise<string> | undefined;

export async function sqliteStore(): Promise<Store> {
  template ??= makeTemplate();
  const folder = await mkdtemp(path.join(ROOM, 'lockstep-faults-'));
  const file = path.join(folder, 'default.sqlite');
  await copyFile(await template, file);
  const writer = connect(file, false);
  const reader = connect(file, true);
  return {
    open: async (gate) => {
      if (writer.database.isTransaction) writer.database.exec('rollback');
      return joining(over(writer, reader, gate));
    },
    text: async () => {
      const tables = writer.all("select name from sqlite_master where type = 'table'", []);
      return tables
        .map(({ name }) => JSON.stringify(writer.all(`select * from "${name}"`, [])))
        .join('\n');
    },
    [Symbol.asyncDispose]: async () => {
      reader.database.close();
      writer.database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(): Promise<string> {
  const folder = await mkdtemp(path.join(ROOM, 'lockstep-faults-'));
  process.once('exit', () => void rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'default.sqlite');
  const connection = connect(file, false);
  await migrate(queriesOf(connection), 'sqlite', 'default', MIGRATIONS);
  connection.database.close();
  return file;
}

interface Connection {
  readonly database: DatabaseSync;
  all(sql: string, parameters: readonly SqlValue[]): readonly Row[];
  run(sql: string, parameters: readonly SqlValue[]): number;
}

function connect(file: string, readOnly: boolean): Connection {
  const database = new DatabaseSync(file, { readOnly });
  if (!readOnly) database.exec('pragma journal_mode = wal; pragma synchronous = off');
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    database,
    all: (sql, parameters) => statement(sql).all(...parameters) as readonly Row[],
    run: (sql, parameters) => Number(statement(sql).run(...parameters).changes),
  };
}

function queriesOf(connection: Connection): Queries {
  return {
    all: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      connection.all(sql, parameters) as readonly R[],
    run: async (sql, parameters = []) => connection.run(sql, parameters),
    batch: async (sql, rows) => {
      for (const row of rows) connection.run(sql, row);
    },
  };
}

function over(writer: Connection, reader: Connection, gate: Gate): Plain {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const gated = async <Value>(work: () => Value | Promise<Value>): Promise<Value> => {
    await gate.before();
    const value = await work();
    await gate.after();
    return value;
  };
  const plain = queriesOf(writer);
  const order = sequences(() => writer.database.prepare('pragma data_version').get()?.data_version);
  const writing: Queries = {
    all: (sql, parameters) => gated(() => plain.all(sql, parameters)),
    run: (sql, parameters) => gated(() => plain.run(sql, parameters)),
    batch: (sql, rows) => gated(() => plain.batch(sql, rows)),
  };
  const written = <Value>(work: () => Promise<Value>): Promise<Value> =>
    inTurn(() => {
      order.written();
      return work();
    });
  const begin: Plain['begin'] = (work) =>
    inTurn(async () => {
      await gate.before();
      writer.database.exec('begin immediate');
      const sequence = order.begun();
      let spoiled: { readonly error: unknown } | undefined;
      const all: Promise<unknown>[] = [];
      const watched = <Value>(asked: Promise<Value>): Promise<Value> => {
        all.push(asked);
        asked.catch((error: unknown) => {
          spoiled ??= { error };
        });
        return asked;
      };
      try {
        const value = await work({
          all: (sql, parameters) => watched(writing.all(sql, parameters)),
          run: (sql, parameters) => watched(writing.run(sql, parameters)),
          batch: (sql, rows) => watched(writing.batch(sql, rows)),
          sequence: async () => sequence,
        });
        // As in the real store, where what was asked is served in its order.
        await Promise.allSettled(all);
        await gate.before();
        // As in the real store: nothing is kept of a transaction in which a statement failed.
        if (spoiled !== undefined) throw spoiled.error;
        writer.database.exec('commit');
        order.committed();
        await gate.after();
        return value;
      } catch (error) {
        if (writer.database.isTransaction) writer.database.exec('rollback');
        throw error;
      }
    });
  return {
    dialect: 'sqlite',
    tenant: 'default',
    inList: '(select value from json_each(?))',
    each: 'json_each(?)',
    all: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      /^\s*(select\b|with\b(?![\s\S]*\b(insert|update|delete)\b))/i.test(sql)
        ? gated(() => reader.all(sql, parameters) as readonly R[])
        : written(() => writing.all<R>(sql, parameters)),
    run: (sql, parameters) => written(() => writing.run(sql, parameters)),
    batch: (sql, rows) => begin((queries) => queries.batch(sql, rows)),
    begin,
    close: async () => {
      await last;
    },
  };
}
