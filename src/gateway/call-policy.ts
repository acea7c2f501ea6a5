import { AppError } from "../article/errors.ts";

/** What one call to the REST API is about: all that a policy may decide by. */
export interface RestCall {
  readonly operation: string;
  /** A write is safe to repeat: it carries an Idempotency-Key, the same in each attempt. */
  readonly kind: "read" | "write";
  /** When the caller's time is up, in milliseconds of `performance.now()`. */
  readonly deadline_ms: number;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  /** A longer wait for another attempt is not worth it: somebody else can answer at once. */
  readonly retry_wait_max_ms?: number;
}

/** Runs `attempt` once or more, within the call's deadline. Retry, circuit breaker and bulkhead have their place here. */
export type CallPolicy = <T>(call: RestCall, attempt: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** One attempt, that may take as long as the call has. */
export const singleAttempt: CallPolicy = (call, attempt) => withinDeadline(call, attempt);

/**
 * Settles as `attempt` does, or rejects when the deadline passes (`timeout`) or the caller goes, even if `attempt` ignores its signal.
 * A timer that is cleared, not AbortSignal.timeout: those live on for their whole time after a fast answer.
 */
export async function withinDeadline<T>(
  { deadline_ms, signal }: Pick<RestCall, "deadline_ms" | "signal">,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw callerGone(signal);
  const controller = new AbortController();
  const { promise: given_up, reject } = Promise.withResolvers<never>();
  const giveUp = (error: AppError) => {
    reject(error);
    controller.abort(error);
  };
  const gone = () => giveUp(callerGone(signal));
  signal.addEventListener("abort", gone, { once: true });
  const left_ms = Math.max(0, deadline_ms - performance.now());
  const timer = setTimeout(() => giveUp(new AppError("timeout", "The API did not answer in time.")), left_ms);
  try {
    return await Promise.race([given_up, attempt(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", gone);
  }
}

function callerGone(signal: AbortSignal): AppError {
  // An attempt inside a call: the call's own deadline, or its caller's going, is the reason already.
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError("unavailable", "The caller has gone.", { cause: signal.reason });
}
