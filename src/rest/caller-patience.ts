import { AppError } from "../article/errors.ts";
import { untilAborted } from "../platform/deadline.ts";

/**
 * Runs `work` for as long as the caller waits for it. `signal` aborts when the caller has gone, and when its X-Request-Timeout-Ms has
 * passed: then it rejects with `timeout` at once, whatever `work` does.
 */
export async function whileAwaited<T>(request: Request, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout_ms = timeoutOf(request);
  if (timeout_ms === undefined) return work(request.signal);
  const controller = new AbortController();
  const late = () =>
    controller.abort(new AppError("timeout", `The answer took longer than the ${timeout_ms} ms that were given.`));
  const gone = () => controller.abort(request.signal.reason);
  const timer = setTimeout(late, timeout_ms);
  request.signal.addEventListener("abort", gone, { once: true });
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", gone);
  }
}

/** What is no number of milliseconds is as good as none. */
function timeoutOf(request: Request): number | undefined {
  const header = request.headers.get("x-request-timeout-ms");
  return header !== null && /^[1-9]\d{0,8}$/.test(header) ? Number(header) : undefined;
}
