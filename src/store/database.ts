/**
 * What the rooms' questions are asked of: SQLite in a worker thread, or PostgreSQL. The event loop
 * never waits for either. Statements use `?` for parameters and the SQL both understand (upserts
 * with `on conflict`, `returning`, CTEs); where they differ, `dialect` decides, in `store` only.
 */

import type { Tenant } from '../identity/identity.ts';

export type SqlValue = string | number | null | Uint8Array;

export type Row = Readonly<Record<string, SqlValue>>;

export interface Queries {
  /** Rows of a `select`, or of a `returning` clause. */
  all<R extends Row = Row>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly R[]>;
  /** @returns Number of rows changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** One statement for many rows of parameters, in one trip. */
  batch(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void>;
}

export type Outlives = 'power-cut' | 'process';

/** Numbers are those of one process, and never the same twice. */
export interface Sequence {
  readonly number: number;
  /** The transaction before it, if it is one of this process and nobody wrote anything in between. */
  readonly after?: number;
}

export type Dialect = 'sqlite' | 'postgres';

/**
 * Everything of one tenant. No statement names the tenant: the database fills the column in and
 * shows only that tenant's rows (SQLite: a file for each; PostgreSQL: row-level security). Only
 * `on conflict` has to list it: `on conflict (tenant, …)`.
 */
export interface Database extends Queries, AsyncDisposable {
  readonly dialect: Dialect;
  readonly tenant: Tenant;
  /**
   * All or nothing. Keep it under 10 ms: writers queue. Waiting for anything but the database inside is a bug. Whatever asks this
   * database from within `work`, however deep, is part of the transaction, `transaction` itself
   * included; so rooms that know nothing of each other commit together.
   *
   * @param outlives What an answered transaction outlives: a power cut as well, or only the death of
   *   the process. The power may take the latter, with what was not synced before it, never a part
   *   of one: for work that is simply done again, as reading is from the watermark it saved.
   */
  transaction<Value>(
    work: (queries: Queries) => Promise<Value>,
    outlives?: Outlives,
  ): Promise<Value>;
  /**
   * What `work` asks is answered from what is committed, in whatever transaction it is asked: for reading
   * ahead of writes that are about to be made. It must not write.
   */
  committed<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Where in the order of transactions the one is that is under way; nothing where that cannot be told. */
  sequence(): Promise<Sequence | undefined>;
  /**
   * What the transaction under way need not wait for before its commit, which travels right behind, and
   * fails if this does. `work` has to ask everything at once. Outside of a transaction it is waited for.
   */
  trailing(work: () => Promise<unknown>): Promise<void>;
  /**
   * Done as the last act of the transaction that is under way, or in one of its own: rows that every
   * writer stands in line for are held for the shortest time, and nobody waits for others behind them.
   */
  lastly(work: () => Promise<void>): Promise<void>;
  /**
   * SQL for a list parameter, to be written `x in ${inList}`, with `JSON.stringify(values)` of
   * strings as its parameter.
   */
  readonly inList: string;
  /** A source of rows with the column `value`, from the same parameter: `from ${each}`. */
  readonly each: string;
}
