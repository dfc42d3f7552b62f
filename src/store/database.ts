/**
 * What the rooms' questions are asked of: SQLite in a worker thread, or PostgreSQL. The event loop
 * never waits for either. Statements use `?` for parameters and the SQL both understand (upserts
 * with `on conflict`, `returning`, CTEs); where they differ, `dialect` decides, in `store` only.
 */

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

/** Everything of one tenant. */
export interface Database extends Queries, AsyncDisposable {
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * All or nothing. Keep it under 10 ms: writers queue. Waiting for anything but the handed-in
   * queries inside is a bug.
   */
  transaction<Value>(work: (queries: Queries) => Promise<Value>): Promise<Value>;
  /**
   * SQL for a list parameter, to be written `x in ${inList}`, with `JSON.stringify(values)` of
   * strings as its parameter.
   */
  readonly inList: string;
}
