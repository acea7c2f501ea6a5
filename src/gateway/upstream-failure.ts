import { AppError } from "../article/errors.ts";

/** A call that was not even tried. */
export class CallRefused extends AppError {
  readonly reason: "breaker_open" | "bulkhead_full";

  constructor(reason: CallRefused["reason"]) {
    const message = reason === "breaker_open" ? "The API is not available at the moment." : "The API has too much to do.";
    super("unavailable", message, { retry_after_s: 1 });
    this.reason = reason;
  }
}

/** The caller itself has had its share at the API: another attempt, or another process, would only get around that. */
export class CallerLimited extends AppError {
  constructor(message: string, retry_after_s: number | undefined) {
    super("rate_limited", message, retry_after_s === undefined ? {} : { retry_after_s });
  }
}

/** An API that did not answer in less than this may be a healthy one, asked by an impatient caller. */
const patience_min_ms = 500;
/** Unless it has answered nobody for that long; then less will do, as long as it is what a healthy API needs. */
const patience_in_silence_min_ms = 100;

/** How long was waited for an answer, and how long ago the API gave any at all. */
export interface Waited {
  readonly waited_ms: number;
  readonly silence_ms: number;
}

/**
 * Whether `error` speaks against the API's health: the one place that decides it. A refusal such as 404, 422 or 429 is an answer
 * (`answered`); that the caller left, or had no patience, says nothing (`undecided`).
 */
export function verdictOn(error: unknown, waited: Waited, callerGone: boolean): "answered" | "failed" | "undecided" {
  if (callerGone || !(error instanceof AppError) || error instanceof CallRefused) return "undecided";
  switch (error.code) {
    case "unavailable":
    case "internal":
      return "failed";
    case "timeout":
      return wasPatient(waited) ? "failed" : "undecided";
    default:
      return "answered";
  }
}

function wasPatient({ waited_ms, silence_ms }: Waited): boolean {
  return waited_ms >= patience_min_ms || (waited_ms >= patience_in_silence_min_ms && silence_ms >= patience_min_ms);
}

/** Whether the same request may do better a little later. Writes too: they carry an Idempotency-Key. */
export function isWorthRetrying(error: unknown): error is AppError {
  if (!(error instanceof AppError) || error instanceof CallRefused || error instanceof CallerLimited) return false;
  switch (error.code) {
    case "unavailable":
    case "timeout":
    case "rate_limited":
    // The first attempt of this write is still running; its answer comes under the same key.
    case "idempotency_in_progress":
      return true;
    default:
      return false;
  }
}

/** Whether the replica should be asked instead. */
export function cannotAnswer(error: unknown): error is AppError {
  if (!(error instanceof AppError) || error instanceof CallerLimited) return false;
  return error.code === "unavailable" || error.code === "timeout" || error.code === "rate_limited";
}
