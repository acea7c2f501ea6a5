import pg from "pg";
import type { PostgresConfig } from "../config/config.ts";
import { untilAborted, withDeadline } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import { columnParser } from "./column-value.ts";
import type { Database, QueryResult, Statement } from "./database.ts";
import { controlKindOf, type DatabaseHooks, observed } from "./database-hooks.ts";
import { whileLeading } from "./leadership.ts";
import { parameterText } from "./parameter-text.ts";
import { refusedTls, tlsOptions } from "./postgres-tls.ts";
import { databaseError, sqlState } from "./sql-errors.ts";
import { kindOf } from "./statement-names.ts";
import { runTransaction, type Session } from "./transaction.ts";

export interface PostgresOptions {
  readonly name: Database["name"];
  /** `blog-<role>`, to be seen in pg_stat_activity. */
  readonly application_name: string;
  readonly log: Logger;
  readonly hooks?: DatabaseHooks;
  /** Far over what any statement of ours needs on a million articles; the migrations of a big table may ask for more. */
  readonly statement_timeout_ms?: number;
  /** How long to wait for a connection, a new one or one of the pool's. */
  readonly connect_timeout_ms?: number;
}

/** A caller that waits longer for a connection is better served by 503. */
const connect_timeout_default_ms = 5_000;
const statement_timeout_default_ms = 30_000;
/** After the server's own time-out its answer gets this long to arrive; then the connection counts as broken. */
const answer_grace_ms = 5_000;
/** A process that froze inside a transaction gives its row locks back after this long. */
const idle_in_transaction_ms = 30_000;
/** So soon a server notices that nobody waits for a statement's answer any more: its caller has given up, or this process was killed. */
const abandoned_check_interval_ms = 100;
/** Longer than pg's 10 s: a new connection has to prepare every statement again. */
const idle_connection_ms = 60_000;
const close_timeout_ms = 5_000;

/**
 * A database on a PostgreSQL server, through a pool of at most `pool_max` connections. Connects when first asked.
 * Queries throw AppError `unavailable` and `timeout` (no retry: nobody knows what was committed), else the server's error with
 * its SQLSTATE as `code`. Behind PgBouncer: `ignore_startup_parameters` must name statement_timeout and
 * idle_in_transaction_session_timeout; in transaction mode withLeadership needs a direct connection.
 */
export function openPostgres(config: PostgresConfig, options: PostgresOptions): Database {
  const { name, log, hooks = {} } = options;
  const { statement_timeout_ms = statement_timeout_default_ms, connect_timeout_ms = connect_timeout_default_ms } = options;
  const connection: pg.ClientConfig = {
    host: config.host,
    port: config.port,
    database: config.name,
    user: config.user,
    password: config.password,
    ssl: tlsOptions(config),
    application_name: options.application_name,
    connectionTimeoutMillis: connect_timeout_ms,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // The text of a timestamp must not hang on the server's settings.
    options: "-c TimeZone=UTC -c DateStyle=ISO",
    types: { getTypeParser: (oid: number) => columnParser(oid) },
  };
  const pool = new pg.Pool({
    ...connection,
    max: config.pool_max,
    idleTimeoutMillis: idle_connection_ms,
    statement_timeout: statement_timeout_ms,
    query_timeout: statement_timeout_ms + answer_grace_ms,
    idle_in_transaction_session_timeout: idle_in_transaction_ms,
    // Not at start-up, where a server that cannot (before 14, or on Windows) would refuse the connection.
    onConnect: (client) =>
      client.query(`SET client_connection_check_interval = ${abandoned_check_interval_ms}`).catch((error: Error) => {
        log.debug({ error: error.message, database: name }, "abandoned statements will run to their end");
      }),
  });
  // Without a listener an error of an idle connection ends the process.
  pool.on("error", (error) => log.debug({ error: error.message, database: name }, "an idle database connection broke"));
  // While checked out the pool does not listen; the statement under way reports the error.
  pool.on("connect", (client) => client.on("error", () => undefined));

  async function preferringTls<Connected>(connect: () => Promise<Connected>): Promise<Connected> {
    const tls = pool.options.ssl;
    try {
      return await connect();
    } catch (error) {
      if (config.ssl_mode !== "prefer" || !tls || !refusedTls(error)) throw error;
    }
    // Remembered only if it helps: a server that is merely not set up yet must not cost us TLS for good.
    const first = pool.options.ssl !== false;
    pool.options.ssl = false;
    try {
      const connected = await connect();
      if (first)
        log.debug({ database: name }, "the database offers no TLS: what goes to it and comes from it can be read on the way");
      return connected;
    } catch (error) {
      pool.options.ssl = tls;
      throw error;
    }
  }

  async function withSession<Result>(
    work: (session: Session) => Promise<Result>,
    signal?: AbortSignal,
    limit_ms: number = statement_timeout_ms,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const client = await preferringTls(() => pool.connect()).catch((error) => {
      hooks.onConnectionMissed?.();
      throw databaseError(error, name);
    });
    let broken = false;
    const discard = () => {
      broken = true;
    };
    try {
      signal?.throwIfAborted();
      const result = work({ query: (statement, values) => run(client, discard, limit_ms, statement, values), control, discard });
      return await (signal === undefined ? result : untilAborted(result, signal));
    } finally {
      // Closing the connection is what stops its statement: a cancel request, sent late, could hit the connection's next one.
      client.release(broken || signal?.aborted === true);
    }

    async function control(text: string): Promise<string> {
      const result: pg.QueryResult | pg.QueryResult[] = await observed(hooks, controlKindOf(text), () =>
        attempt(discard, () => client.query(text)),
      );
      return (Array.isArray(result) ? result.at(-1) : result)?.command ?? "";
    }
  }

  async function run<Row>(
    client: pg.PoolClient,
    discard: () => void,
    limit_ms: number,
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> {
    // Over its own time-out a statement loses its connection, and so is stopped.
    const query_timeout = statement.timeout_ms ?? limit_ms + answer_grace_ms;
    const query = { text: statement.text, values: values.map(parameterText), query_timeout };
    const named = statement.name === undefined ? query : { ...query, name: statement.name };
    const result = await observed(hooks, kindOf(statement), () => attempt(discard, () => client.query(named)));
    return { rows: result.rows, row_count: result.rowCount ?? 0 };
  }

  async function attempt<Result>(discard: () => void, send: () => Promise<Result>): Promise<Result> {
    try {
      return await send();
    } catch (error) {
      if (losesConnection(error)) discard();
      throw databaseError(error, name);
    }
  }

  async function openDirect(): Promise<pg.Client> {
    return await preferringTls(async () => {
      const client = new pg.Client({ ...connection, ssl: pool.options.ssl });
      client.on("error", () => undefined);
      await client.connect();
      return client;
    });
  }

  return {
    name,
    kind: "postgres",
    query: (statement, values, signal) => withSession((session) => session.query(statement, values), signal),
    withTransaction: (work, options) =>
      withSession((session) => runTransaction(session, work, options), undefined, options?.statement_timeout_ms),
    withLeadership: (key, stop, work) => whileLeading({ key, stop, work, openDirect, log: log.child({ database: name }) }),
    poolState: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    async [Symbol.asyncDispose]() {
      await withDeadline(pool.end(), close_timeout_ms).catch((error: Error) =>
        log.warn({ database: name, error: error.message }, "closing the database connections took too long"),
      );
    },
  };
}

/**
 * After an error that is not plainly the statement's own the connection is not trusted again: broken or ending (no SQLSTATE, 08, 57P),
 * or holding a prepared statement that no longer fits (0A000 after a migration, 26000 behind an old PgBouncer).
 */
function losesConnection(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || /^(?:08|57P|25P03|0A000|26000)/.test(state);
}
