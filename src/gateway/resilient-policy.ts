import { BulkheadRejectedError, bulkhead } from "cockatiel";
import pRetry from "p-retry";
import { pause } from "../platform/deadline.ts";
import { type CallPolicy, type RestCall, withinDeadline } from "./call-policy.ts";
import { type BreakerState, type CircuitBreakerSettings, createCircuitBreaker, type Outcome } from "./circuit-breaker.ts";
import { createRetryBudget, type RetryBudgetSettings } from "./retry-budget.ts";
import { CallRefused, isWorthRetrying, verdictOn } from "./upstream-failure.ts";

export interface ResilienceSettings {
  readonly attempts_max: number;
  readonly retry_delay_min_ms: number;
  readonly retry_delay_max_ms: number;
  readonly attempt_timeout_ms: number;
  readonly concurrency_max: number;
  readonly queue_max: number;
  readonly budget: RetryBudgetSettings;
  readonly breaker: CircuitBreakerSettings;
}

export const resilienceSettings: ResilienceSettings = {
  attempts_max: 4,
  retry_delay_min_ms: 25,
  retry_delay_max_ms: 1_000,
  /** A quarter of the longest deadline: room for a second attempt and for the replica. The API's slowest answers take 300 ms. */
  attempt_timeout_ms: 2_500,
  /** More than the API's pool of 10 connections can work on at once; the rest would only wait there. */
  concurrency_max: 64,
  queue_max: 128,
  budget: { window_ms: 10_000, share_max: 0.2, floor: 10 },
  breaker: {
    window_ms: 10_000,
    failure_share: 0.5,
    calls_min: 20,
    probe_after_ms: 500,
    // Fresh answers within 5 s of the API's return.
    probe_after_max_ms: 3_000,
    probes: 3,
  },
};

export interface ResilienceHooks {
  onRetried(operation: string, code: string, delay_ms: number): void;
  onRetryBudgetExhausted(operation: string): void;
  onCallRefused(operation: string, reason: CallRefused["reason"]): void;
  onBreakerChanged(state: BreakerState): void;
}

export interface ResilienceParts {
  readonly settings?: Partial<ResilienceSettings>;
  readonly hooks: ResilienceHooks;
  /** Milliseconds; cockatiel has no other clock than Date's. */
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface ResilientPolicy {
  readonly run: CallPolicy;
  /** Attempts on their way to the upstream, and those that wait for a place. */
  load(): { readonly running: number; readonly queued: number };
}

/**
 * From the outside in: deadline → retry (budgeted, jittered, honouring Retry-After) → circuit breaker → bulkhead → one attempt with its
 * own timeout. One policy stands for one upstream; its state is shared by all calls to it.
 */
export function createResilientPolicy({
  settings,
  hooks,
  now = Date.now,
  random = Math.random,
}: ResilienceParts): ResilientPolicy {
  const chosen = { ...resilienceSettings, ...settings };
  const { attempts_max, retry_delay_min_ms, retry_delay_max_ms, attempt_timeout_ms } = chosen;
  const budget = createRetryBudget(chosen.budget, now);
  const breaker = createCircuitBreaker(chosen.breaker, hooks.onBreakerChanged, now);
  const slots = bulkhead(chosen.concurrency_max, chosen.queue_max);

  let answered_ms = performance.now();

  type Attempt<T> = (signal: AbortSignal) => Promise<T>;

  async function tryOnce<T>(call: RestCall, signal: AbortSignal, attempt: Attempt<T>): Promise<T> {
    try {
      const outcome = await breaker.run(() => judged(call, signal, attempt));
      if ("value" in outcome) return outcome.value;
      throw outcome.error;
    } catch (error) {
      if (error instanceof CallRefused) hooks.onCallRefused(call.operation, error.reason);
      throw error;
    }
  }

  async function judged<T>(call: RestCall, signal: AbortSignal, attempt: Attempt<T>): Promise<Outcome<T>> {
    // With the wait for a slot: when the slots are held by a hanging API, what is left of the time for an attempt says little.
    const entered = performance.now();
    try {
      const value = await slots.execute(() => {
        const deadline_ms = Math.min(call.deadline_ms, performance.now() + attempt_timeout_ms);
        return withinDeadline({ deadline_ms, signal }, attempt);
      });
      answered_ms = performance.now();
      return { verdict: "answered", value };
    } catch (thrown) {
      const error = thrown instanceof BulkheadRejectedError ? new CallRefused("bulkhead_full") : thrown;
      const ended = performance.now();
      const waited = { waited_ms: ended - entered, silence_ms: ended - answered_ms };
      const verdict = verdictOn(error, waited, call.signal.aborted);
      if (verdict === "answered") answered_ms = ended;
      return { verdict, error };
    }
  }

  const run: CallPolicy = (call, attempt) =>
    withinDeadline(call, (signal) => {
      budget.onCall();
      let delay_ms = retry_delay_min_ms;
      return pRetry(() => tryOnce(call, signal, attempt), {
        retries: attempts_max - 1,
        // The delay is made below: p-retry's does not know Retry-After, nor decorrelated jitter.
        minTimeout: 0,
        async shouldRetry({ error }) {
          if (!isWorthRetrying(error) || signal.aborted) return false;
          const { retry_wait_max_ms = Number.POSITIVE_INFINITY } = call;
          delay_ms = Math.min(
            retry_delay_max_ms,
            retry_wait_max_ms,
            retry_delay_min_ms + random() * (delay_ms * 3 - retry_delay_min_ms),
          );
          const wait_ms = Math.max(delay_ms, (error.retry_after_s ?? 0) * 1_000);
          if (wait_ms > retry_wait_max_ms || performance.now() + wait_ms >= call.deadline_ms) return false;
          if (!budget.take()) {
            hooks.onRetryBudgetExhausted(call.operation);
            return false;
          }
          hooks.onRetried(call.operation, error.code, wait_ms);
          await pause(wait_ms, signal);
          return !signal.aborted;
        },
      });
    });

  return {
    run,
    load: () => ({ running: chosen.concurrency_max - slots.executionSlots, queued: chosen.queue_max - slots.queueSlots }),
  };
}
