import { AppError } from "../article/errors.ts";
import type { HandledAnswer, IdempotencyKeys, IdempotentRequest, KeptAnswer } from "./article-store.ts";
import { bindArticleWrites } from "./bound-writes.ts";
import type { Database, Queryable, Statement } from "./database.ts";
import { isLockTimeout, tooManyWrites } from "./refused-statement.ts";

export interface IdempotencyKeysParts {
  readonly database: Database;
  /** An older key counts as never used. */
  readonly ttl_hours: number;
  /** Called after each commit that may have left an event in the outbox. */
  onCommitted?(): void;
}

/** Long enough for most writes of another process to end, short enough to answer "in progress" instead. */
const lock_timeout_ms = 500;
/** Short enough for a stop to wait for; asked every 10 s it keeps up with 500 keys a second. */
const expired_chunk = 5_000;

/** Waits for another transaction's row under the same key. Answers a row when the key is ours: new, or expired and taken over. */
const take: Statement = {
  name: "key_take",
  text: `INSERT INTO idempotency_keys AS kept (caller, key, fingerprint) VALUES ($1, $2, $3)
ON CONFLICT (caller, key) DO UPDATE SET fingerprint = excluded.fingerprint, created_at = excluded.created_at
WHERE kept.created_at < clock_timestamp() - make_interval(hours => $4::integer) RETURNING 1`,
};

const find: Statement = {
  name: "key_find",
  text: "SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE caller = $1 AND key = $2",
};

const keep: Statement = {
  name: "key_keep",
  text: "UPDATE idempotency_keys SET status = $3, headers = $4, body = $5 WHERE caller = $1 AND key = $2",
};

const expire: Statement = {
  name: "key_expire",
  text: `DELETE FROM idempotency_keys WHERE (caller, key) IN (
  SELECT caller, key FROM idempotency_keys WHERE created_at < clock_timestamp() - make_interval(hours => $1::integer)
  ORDER BY created_at LIMIT ${expired_chunk} FOR UPDATE SKIP LOCKED)`,
};

/** Thrown through the transaction, to roll back what was written under an answer that is not kept. */
class NotKept extends Error {
  constructor(readonly answer: KeptAnswer) {
    super("not kept");
  }
}

/** Answers kept in the database, in the transaction of the write that they tell of. */
export function createIdempotencyKeys({ database, ttl_hours, onCommitted }: IdempotencyKeysParts): IdempotencyKeys {
  /** Keys that this process is at work on; it needs no lock to know of them, and PGlite has no second session to wait for. */
  const running = new Set<string>();

  async function takeOrFind(tx: Queryable, { caller, key, fingerprint }: IdempotentRequest): Promise<KeptAnswer | undefined> {
    const { rows } = await tx.query(take, [caller, key, fingerprint, ttl_hours]).catch((error) => {
      throw isLockTimeout(error) ? inProgress(error) : error;
    });
    if (rows.length > 0) return undefined;
    const found = await tx.query<KeyRow>(find, [caller, key]);
    const [row] = found.rows;
    // It was there a moment ago: expire() took it between the two statements.
    if (row === undefined) throw inProgress();
    if (row.fingerprint !== fingerprint) throw reused();
    return { status: row.status, headers: JSON.parse(row.headers), body: row.body };
  }

  return {
    async run(request, handle) {
      const name = `${request.key}\n${request.caller}`;
      if (running.has(name)) throw inProgress();
      running.add(name);
      try {
        const answer = await database.withTransaction(
          async (tx) => {
            const kept = await takeOrFind(tx, request);
            return kept ?? (await handled(tx, request, await handle(bindArticleWrites(tx))));
          },
          { lock_timeout_ms },
        );
        onCommitted?.();
        return answer;
      } catch (error) {
        if (error instanceof NotKept) return error.answer;
        if (isLockTimeout(error)) throw tooManyWrites(error);
        throw error;
      } finally {
        running.delete(name);
      }
    },

    async expire(hours) {
      return (await database.query(expire, [hours])).row_count;
    },
  };
}

interface KeyRow {
  readonly fingerprint: string;
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

async function handled(tx: Queryable, { caller, key }: IdempotentRequest, handledAnswer: HandledAnswer): Promise<KeptAnswer> {
  const { answer } = handledAnswer;
  if (!handledAnswer.keep) throw new NotKept(answer);
  await tx.query(keep, [caller, key, answer.status, JSON.stringify(answer.headers), answer.body]);
  return answer;
}

function inProgress(cause?: unknown): AppError {
  const message = "A request with this Idempotency-Key is still running. Ask again for its answer.";
  return new AppError("idempotency_in_progress", message, { retry_after_s: 1, cause });
}

function reused(): AppError {
  return new AppError("idempotency_key_reused", "This Idempotency-Key was used for another request. Take a new key.");
}
