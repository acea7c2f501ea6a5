import type { Queryable, TransactionOptions } from "./database.ts";

/** One connection, checked out for one transaction. */
export interface Session extends Queryable {
  /** Runs text without parameters, which may hold several statements; answers the last one's command tag, as `COMMIT`. */
  control(text: string): Promise<string>;
  /** Its state is not known any more: it must not be used again. */
  discard(): void;
}

/**
 * BEGIN, `work`, COMMIT; ROLLBACK when `work` throws, and its error passes. Discards the session when one of the three fails.
 * A COMMIT that the server turned into a rollback, because a failed statement was swallowed, is an error.
 */
export async function runTransaction<Result>(
  session: Session,
  work: (tx: Queryable) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  await controlOrDiscard(session, begin(options));
  let over = false;
  const tx: Queryable = {
    async query(statement, values) {
      if (over) throw new Error("The transaction is over.");
      return await session.query(statement, values);
    },
  };
  let result: Result;
  try {
    result = await work(tx);
  } catch (error) {
    over = true;
    // The caller is told of what went wrong first; that the rollback failed too only costs the connection.
    await controlOrDiscard(session, "ROLLBACK").catch(() => undefined);
    throw error;
  }
  over = true;
  const tag = await controlOrDiscard(session, "COMMIT");
  if (tag === "ROLLBACK") throw new Error("The transaction was rolled back: a statement in it had failed.");
  return result;
}

async function controlOrDiscard(session: Session, text: string): Promise<string> {
  try {
    return await session.control(text);
  } catch (error) {
    session.discard();
    throw error;
  }
}

function begin({ isolation, read_only, lock_timeout_ms, statement_timeout_ms }: TransactionOptions): string {
  const modes = [isolation && `ISOLATION LEVEL ${isolation.toUpperCase()}`, read_only === true && "READ ONLY"].filter(Boolean);
  const limits = Object.entries({ lock_timeout: lock_timeout_ms, statement_timeout: statement_timeout_ms }).flatMap(
    ([name, limit_ms]) => (limit_ms === undefined ? [] : [`SET LOCAL ${name} = ${Math.max(1, Math.round(limit_ms))}`]),
  );
  return [["BEGIN", ...modes].join(" "), ...limits].join("; ");
}
