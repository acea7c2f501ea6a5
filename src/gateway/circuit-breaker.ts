import { CircuitState, circuitBreaker, ExponentialBackoff, handleWhenResult, type IBreaker } from "cockatiel";
import { createSlidingCount } from "./sliding-count.ts";
import { CallRefused } from "./upstream-failure.ts";

export interface CircuitBreakerSettings {
  readonly window_ms: number;
  /** Opens when this share of the window's calls failed … */
  readonly failure_share: number;
  /** … and there were at least so many. */
  readonly calls_min: number;
  /** First probe after this long; each time it fails, twice as long, up to the maximum. */
  readonly probe_after_ms: number;
  readonly probe_after_max_ms: number;
  /** Calls let through while half-open; one that fails opens again. */
  readonly probes: number;
}

export type BreakerState = "closed" | "open" | "half_open";

/** What came of an attempt. `undecided` says nothing about the API. */
export type Outcome<T> =
  | { readonly verdict: "answered"; readonly value: T }
  | { readonly verdict: "answered" | "failed" | "undecided"; readonly error: unknown };

export interface CircuitBreaker {
  /** Rejects with CallRefused at once when open, and when half-open with all probes on their way: nobody waits for a probe. */
  run<T>(attempt: () => Promise<Outcome<T>>): Promise<Outcome<T>>;
}

/** Cockatiel's breaker, with what it lacks: a window that forgets also when there are no calls, and probes that nobody waits for. */
export function createCircuitBreaker(
  settings: CircuitBreakerSettings,
  onChanged: (state: BreakerState) => void,
  now: () => number,
): CircuitBreaker {
  const { probe_after_ms, probe_after_max_ms, probes } = settings;
  let probes_started = 0;
  // A probe that says nothing must not close the breaker on an API that nobody has seen well.
  const failed = handleWhenResult((result) => isOutcome(result) && isAgainst(result, breaker.state === CircuitState.HalfOpen));
  const breaker = circuitBreaker(failed, {
    breaker: createSampler(settings, now),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: probe_after_ms, maxDelay: probe_after_max_ms }),
    halfOpenSampling: { calls: probes, threshold: 0 },
  });
  breaker.onHalfOpen(() => {
    probes_started = 0;
  });
  breaker.onStateChange((state) => onChanged(stateNames[state]));

  return {
    async run(attempt) {
      if (breaker.state === CircuitState.HalfOpen && probes_started >= probes) throw new CallRefused("breaker_open");
      const running = breaker.execute(attempt);
      // `execute` has already turned an open breaker whose time has come into a half-open one.
      if (breaker.state === CircuitState.HalfOpen) probes_started++;
      try {
        return await running;
      } catch {
        // Attempts never reject: this is the breaker itself.
        throw new CallRefused("breaker_open");
      }
    },
  };
}

const stateNames: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half_open",
  [CircuitState.Isolated]: "open",
};

function isOutcome(result: unknown): result is Outcome<unknown> {
  return typeof result === "object" && result !== null && "verdict" in result;
}

function isAgainst({ verdict }: Outcome<unknown>, probing: boolean): boolean {
  return verdict === "failed" || (probing && verdict === "undecided");
}

function createSampler({ window_ms, failure_share, calls_min }: CircuitBreakerSettings, now: () => number): IBreaker {
  const calls = createSlidingCount(window_ms, now);
  const failures = createSlidingCount(window_ms, now);
  return {
    state: undefined,
    success(state) {
      if (state === CircuitState.HalfOpen) {
        calls.clear();
        failures.clear();
      }
      calls.add();
    },
    failure(state) {
      calls.add();
      failures.add();
      if (state !== CircuitState.Closed) return true;
      const total = calls.total();
      return total >= calls_min && failures.total() >= failure_share * total;
    },
  };
}
