import type { Origins } from "./origins.ts";

/** A statement with a name is prepared once per connection and planned once. */
export interface Statement {
  readonly name?: string;
  /** What it is told as where it has no name, or one for each of its shapes. */
  readonly kind?: string;
  readonly text: string;
  /** How long it may run, where that is less than the usual; in milliseconds. Ignored where a statement cannot be stopped (PGlite). */
  readonly timeout_ms?: number;
}

export interface QueryResult<Row> {
  readonly rows: readonly Row[];
  readonly row_count: number;
}

/** Where SQL runs: a pool, or one transaction. int8 comes as number, timestamptz and json as text. */
export interface Queryable {
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

export interface TransactionOptions {
  readonly isolation?: "read committed" | "repeatable read";
  readonly read_only?: boolean;
  /** How long a statement in it may wait for a lock, in milliseconds. */
  readonly lock_timeout_ms?: number;
  /** How long one of its statements may run, where that is not the database's usual bound, in milliseconds. */
  readonly statement_timeout_ms?: number;
}

/** One of the two databases: real PostgreSQL through `pg`, or PGlite; the same contract tests run over both. */
export interface Database extends Queryable, AsyncDisposable {
  readonly name: "primary" | "replica";
  readonly kind: "postgres" | "pglite";
  /**
   * With `signal` it rejects with the signal's reason once that aborts: a statement that waits is not begun, and a server
   * stops one that runs. For reads: of a write that was cut off nobody knows whether it was committed.
   */
  query<Row>(statement: Statement, values?: readonly unknown[], signal?: AbortSignal): Promise<QueryResult<Row>>;
  /** Commits when `work` resolves, rolls back when it throws; the connection goes back, or away when its state is not known. */
  withTransaction<Result>(work: (tx: Queryable) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /**
   * Runs `work` while this process alone holds the session lock `key`, on a connection outside the pool.
   * `signal` aborts when the lock is lost (the connection broke, or the server ended a frozen session).
   * Waits for the lock until `stop` aborts. On PGlite the data folder's lock is the leadership: `work` runs at once.
   */
  withLeadership<Result>(
    key: number,
    stop: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined>;
  /** Present where somebody asks whom statements are run for. */
  readonly origins?: Origins;
  /** Connections in use, idle, and callers waiting. */
  poolState(): { readonly used: number; readonly idle: number; readonly waiting: number };
}
