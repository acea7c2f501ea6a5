import { type Attributes, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from "@opentelemetry/semantic-conventions";
import type { DatabaseConfig } from "../config/config.ts";
import type { Database, Queryable, Statement } from "../store/database.ts";
import { sqlState } from "../store/sql-errors.ts";
import { kindOf } from "../store/statement-names.ts";
import type { ActiveSpans } from "./active-spans.ts";
import { errorTypeOf } from "./error-type.ts";

export interface TracedDatabaseParts {
  readonly database: Database;
  readonly config: DatabaseConfig;
  readonly tracer: Tracer;
  readonly active: ActiveSpans;
}

/**
 * `database` with a span around each statement that is run for a traced request or event; what a process does by itself has none.
 * A span bears the statement's name: its text is the same for all, and its values are nobody's business. The wait for a connection is in it.
 */
export function traceDatabase({ database, config, tracer, active }: TracedDatabaseParts): Database {
  const attributes = attributesOf(config);

  async function spanned<Result>(statement: Statement, run: () => Promise<Result>): Promise<Result> {
    const position = active.position();
    if (position === undefined) return run();
    const name = kindOf(statement);
    const span = tracer.startSpan(
      name,
      { kind: SpanKind.CLIENT, links: position.links, attributes: { ...attributes, [ATTR_DB_QUERY_SUMMARY]: name } },
      position.parent,
    );
    try {
      return await run();
    } catch (error) {
      const state = sqlState(error);
      if (state !== undefined) span.setAttribute(ATTR_DB_RESPONSE_STATUS_CODE, state);
      span.setAttribute(ATTR_ERROR_TYPE, state ?? errorTypeOf(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  function traced(tx: Queryable): Queryable {
    return { query: (statement, values) => spanned(statement, () => tx.query(statement, values)) };
  }

  return {
    ...database,
    origins: active,
    query: (statement, values, signal) => spanned(statement, () => database.query(statement, values, signal)),
    withTransaction: (work, options) => database.withTransaction((tx) => work(traced(tx)), options),
  };
}

function attributesOf(config: DatabaseConfig): Attributes {
  const system = { [ATTR_DB_SYSTEM_NAME]: "postgresql" };
  if (config.kind === "pglite") return system;
  return {
    ...system,
    [ATTR_DB_NAMESPACE]: config.name,
    [ATTR_SERVER_ADDRESS]: config.host,
    [ATTR_SERVER_PORT]: config.port,
  };
}
