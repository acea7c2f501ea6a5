export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}

/** Settles as `promise` does, or rejects with DeadlineExceeded after `timeout_ms`. What `promise` does later is ignored. */
export function withDeadline<T>(promise: Promise<T>, timeout_ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineExceeded(`no answer within ${timeout_ms} ms`)), timeout_ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. What `promise` does later is ignored. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return Promise.race([aborted, promise]).finally(() => signal.removeEventListener("abort", abort));
}

/** Resolves after `delay_ms`, or at once when `signal` aborts. Never rejects. */
export function pause(delay_ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted) return Promise.resolve();
  const timer = setTimeout(done, delay_ms);
  signal?.addEventListener("abort", done, { once: true });
  function done() {
    clearTimeout(timer);
    signal?.removeEventListener("abort", done);
    resolve();
  }
  return promise;
}
