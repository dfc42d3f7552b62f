/**
 * The thread in which SQLite runs: one connection that writes, one that reads what is committed, so
 * that a transaction under way holds up no reader. Requests for the writer are served in order.
 */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Outlives, Sequence, SqlValue } from './database.ts';
import { sequences } from './sqlite-sequence.ts';

/** Number, what to do, and for `all`, `run` and `batch`: SQL and parameters. */
export type Request =
  | readonly [id: number, action: 'read' | 'all' | 'run', sql: string, row: readonly SqlValue[]]
  | readonly [id: number, action: 'batch', sql: string, rows: readonly (readonly SqlValue[])[]]
  | readonly [id: number, action: 'begin', outlives: Outlives]
  | readonly [id: number, action: 'commit' | 'rollback' | 'close'];

export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

export interface WorkerFailure {
  readonly message: string;
  /** SQLite's primary result code, https://sqlite.org/rescode.html; 0 where it is not SQLite's. */
  readonly result: number;
}

export type Reply =
  | readonly [id: number, failed: false, value: Rows | Sequence | number | undefined]
  | readonly [id: number, failed: true, failure: WorkerFailure];

const BUSY = 5;
const BUSY_RETRY_MILLISECONDS = 5;
const BUSY_LIMIT_MILLISECONDS = 30_000;
const MOST_STATEMENTS = 300;

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

interface Connection {
  readonly database: DatabaseSync;
  readonly prepared: Map<string, Prepared>;
}

const port = parentPort;
if (!port) throw new Error('sqlite-worker.ts runs as a worker thread only');
const { file } = workerData as { readonly file: string };

const writer = open(false);
const reader = open(true);
const waiting: Request[] = [];
let inTransaction = false;
let synced: Outlives = 'power-cut';
/** What went wrong in the transaction under way: nothing of it is kept then, as in PostgreSQL. */
let spoiled: WorkerFailure | undefined;
const order = sequences(() => rows(prepare(writer, 'pragma data_version'), []).rows[0]?.[0]);
let busySince: number | undefined;

port.on('message', (requests: readonly Request[]) => {
  const replies: Reply[] = [];
  for (const request of requests) {
    if (request[1] === 'read') replies.push(attempt(request));
    else waiting.push(request);
  }
  // While the writer waits for another process, its timer goes on.
  if (busySince === undefined) serveWaiting(replies);
  else if (replies.length > 0) port.postMessage(replies);
});

function serveWaiting(replies: Reply[]): void {
  for (let request = waiting[0]; request; request = waiting[0]) {
    const reply = attempt(request);
    if (reply[1] && reply[2].result === BUSY && !inTransaction && mayWait()) {
      setTimeout(() => serveWaiting([]), BUSY_RETRY_MILLISECONDS);
      break;
    }
    busySince = undefined;
    waiting.shift();
    // After a begin that failed, what follows must not run as if there were no transaction.
    if (reply[1] && (inTransaction || request[1] === 'begin')) spoiled ??= reply[2];
    replies.push(reply);
  }
  if (replies.length > 0) port?.postMessage(replies);
}

function mayWait(): boolean {
  busySince ??= Date.now();
  return Date.now() - busySince < BUSY_LIMIT_MILLISECONDS;
}

function attempt(request: Request): Reply {
  const id = request[0];
  try {
    return [id, false, serve(request)];
  } catch (error) {
    return [id, true, describeFailure(error)];
  }
}

function serve(request: Request): Rows | Sequence | number | undefined {
  const [, action] = request;
  if (spoiled && (action === 'all' || action === 'run' || action === 'batch')) {
    throw Object.assign(new Error(spoiled.message), { errcode: spoiled.result });
  }
  if (action !== 'read' && action !== 'begin' && !inTransaction) order.written();
  switch (action) {
    case 'read':
      return rows(prepare(reader, request[2]), request[3]);
    case 'all':
      return rows(prepare(writer, request[2]), request[3]);
    case 'run':
      return Number(prepare(writer, request[2]).statement.run(...request[3]).changes);
    case 'batch': {
      const { statement } = prepare(writer, request[2]);
      for (const row of request[3]) statement.run(...row);
      return undefined;
    }
    case 'begin':
      sync(request[2]);
      writer.database.exec('begin immediate');
      inTransaction = true;
      return order.begun();
    case 'commit':
      if (!inTransaction) throw new Error('no transaction is open');
      return end();
    case 'rollback':
      abandon();
      return undefined;
    case 'close':
      abandon();
      reader.database.close();
      writer.database.close();
      return undefined;
  }
}

/**
 * Whether commits wait for the disk. Without, the write-ahead log loses its tail with the power, and
 * never anything before something that was synced.
 */
function sync(outlives: Outlives): void {
  if (outlives === synced) return;
  writer.database.exec(`pragma synchronous = ${outlives === 'power-cut' ? 'full' : 'normal'}`);
  synced = outlives;
}

function end(): undefined {
  const failure = spoiled;
  try {
    if (failure) throw Object.assign(new Error(failure.message), { errcode: failure.result });
    writer.database.exec('commit');
    inTransaction = false;
    order.committed();
  } catch (error) {
    abandon();
    throw error;
  }
}

function abandon(): void {
  inTransaction = false;
  spoiled = undefined;
  // A full disk or a broken file has already rolled it back; a second rollback would fail.
  if (writer.database.isTransaction) writer.database.exec('rollback');
}

function rows({ statement, columns }: Prepared, parameters: readonly SqlValue[]): Rows {
  // Typed as objects; `setReturnArrays` makes them arrays, which cross the thread border cheaper.
  const found: unknown = statement.all(...parameters);
  return { columns, rows: found as Rows['rows'] };
}

function prepare({ database, prepared }: Connection, sql: string): Prepared {
  const known = prepared.get(sql);
  if (known) return known;
  const oldest = prepared.size < MOST_STATEMENTS ? undefined : prepared.keys().next().value;
  if (oldest !== undefined) prepared.delete(oldest);
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const made = { statement, columns: statement.columns().map(({ name }) => name) };
  prepared.set(sql, made);
  return made;
}

function open(readOnly: boolean): Connection {
  const database = new DatabaseSync(file, { readOnly, timeout: 0 });
  database.exec(
    readOnly
      ? 'pragma cache_size = -8192'
      : `pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -24576;
         pragma temp_store = memory; pragma wal_autocheckpoint = 16384;
         pragma journal_size_limit = 67108864`,
  );
  return { database, prepared: new Map() };
}

function describeFailure(error: unknown): WorkerFailure {
  if (!(error instanceof Error)) return { message: String(error), result: 0 };
  const result = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
  return { message: error.message, result };
}
