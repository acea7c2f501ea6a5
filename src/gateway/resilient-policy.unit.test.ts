import { afterEach, describe, expect, setSystemTime, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import { waitFor } from "../testing/wait-for.ts";
import type { RestCall } from "./call-policy.ts";
import { createResilientPolicy, type ResilienceSettings, resilienceSettings } from "./resilient-policy.ts";

const down = () => new AppError("unavailable", "down");
const quick = { retry_delay_min_ms: 1, retry_delay_max_ms: 2 };
const unlimited = { ...resilienceSettings.budget, floor: 1_000 };
const neverOpens = { ...resilienceSettings.breaker, calls_min: 10_000 };

function policyWith(settings: Partial<ResilienceSettings> = {}) {
  const events: string[] = [];
  const { run, load } = createResilientPolicy({
    settings: { ...quick, ...settings },
    hooks: {
      onRetried: (operation, code) => events.push(`retried ${operation} ${code}`),
      onRetryBudgetExhausted: (operation) => events.push(`exhausted ${operation}`),
      onCallRefused: (operation, reason) => events.push(`refused ${operation} ${reason}`),
      onBreakerChanged: (state) => events.push(state),
    },
  });
  return { run, load, events };
}

function callWith(parts: Partial<RestCall> = {}): RestCall {
  return {
    operation: "list",
    kind: "read",
    deadline_ms: performance.now() + 5_000,
    signal: new AbortController().signal,
    ...parts,
  };
}

/** Fails as it is told, one error an attempt, and then answers. */
function attemptWith(...errors: AppError[]) {
  const attempt = async () => {
    attempt.count++;
    const error = errors.shift();
    if (error) throw error;
    return "answer";
  };
  attempt.count = 0;
  return attempt;
}

const codeOf = (promise: Promise<unknown>) => promise.then(() => "ok").catch((error: AppError) => error.code);

afterEach(() => {
  setSystemTime();
});

describe("retry", () => {
  for (const code of ["unavailable", "timeout", "rate_limited", "idempotency_in_progress"] as const) {
    test(`${code} is tried again`, async () => {
      const { run, events } = policyWith();
      const attempt = attemptWith(new AppError(code, ""), new AppError(code, ""));
      expect(await run(callWith(), attempt)).toBe("answer");
      expect(attempt.count).toBe(3);
      expect(events).toEqual([`retried list ${code}`, `retried list ${code}`]);
    });
  }

  for (const code of ["not_found", "validation_failed", "conflict", "precondition_failed", "unauthorized", "internal"] as const) {
    test(`${code} is the answer`, async () => {
      const attempt = attemptWith(new AppError(code, ""));
      expect<string>(await codeOf(policyWith().run(callWith(), attempt))).toBe(code);
      expect(attempt.count).toBe(1);
    });
  }

  test("ends after four attempts, with the last error", async () => {
    const attempt = attemptWith(down(), down(), down(), new AppError("timeout", ""), down());
    expect<string>(await codeOf(policyWith().run(callWith(), attempt))).toBe("timeout");
    expect(attempt.count).toBe(4);
  });

  test("Retry-After is waited for; one that the deadline does not allow is not", async () => {
    const began = performance.now();
    await policyWith().run(callWith(), attemptWith(new AppError("unavailable", "", { retry_after_s: 0.05 })));
    expect(performance.now() - began).toBeGreaterThan(45);
    const patient = attemptWith(new AppError("unavailable", "", { retry_after_s: 60 }));
    expect(await codeOf(policyWith().run(callWith(), patient))).toBe("unavailable");
    expect(patient.count).toBe(1);
  });

  test("a longer wait than the call allows is not made: there is another way to an answer", async () => {
    const attempt = attemptWith(new AppError("unavailable", "", { retry_after_s: 1 }));
    expect(await codeOf(policyWith().run(callWith({ retry_wait_max_ms: 100 }), attempt))).toBe("unavailable");
    expect(attempt.count).toBe(1);
    const short = attemptWith(new AppError("unavailable", "", { retry_after_s: 0.01 }));
    expect(await policyWith().run(callWith({ retry_wait_max_ms: 100 }), short)).toBe("answer");
  });

  test("the budget ends it: a fifth of the calls, and a floor", async () => {
    const { run, events } = policyWith({ breaker: neverOpens, budget: { window_ms: 10_000, share_max: 0.2, floor: 3 } });
    const attempt = attemptWith(...Array.from({ length: 500 }, down));
    for (let n = 0; n < 100; n++) await codeOf(run(callWith(), attempt));
    expect(attempt.count).toBeGreaterThan(100);
    expect(attempt.count).toBeLessThanOrEqual(100 + 20 + 3);
    expect(events).toContain("exhausted list");
  });

  test("a caller who goes is not retried for", async () => {
    const controller = new AbortController();
    const attempt = attemptWith(new AppError("unavailable", "", { retry_after_s: 1 }));
    const running = codeOf(policyWith().run(callWith({ signal: controller.signal }), attempt));
    controller.abort();
    expect(await running).toBe("unavailable");
    expect(attempt.count).toBe(1);
  });
});

describe("circuit breaker", () => {
  const once = { attempts_max: 1 };

  async function open(policy: ReturnType<typeof policyWith>) {
    for (let n = 0; n < 20; n++) await codeOf(policy.run(callWith(), attemptWith(down())));
    expect(policy.events).toEqual(["open"]);
  }

  test("opens when half of at least 20 calls failed, and then tries nothing", async () => {
    const policy = policyWith(once);
    for (let n = 0; n < 10; n++) await policy.run(callWith(), attemptWith());
    for (let n = 0; n < 9; n++) await codeOf(policy.run(callWith(), attemptWith(down())));
    expect(policy.events).toEqual([]);
    await codeOf(policy.run(callWith(), attemptWith(down())));
    expect(policy.events).toEqual(["open"]);
    const attempt = attemptWith();
    expect(await codeOf(policy.run(callWith(), attempt))).toBe("unavailable");
    expect(attempt.count).toBe(0);
    expect(policy.events).toEqual(["open", "refused list breaker_open"]);
  });

  test("a hanging API opens it, also when calls spend most of their time waiting for a slot", async () => {
    const policy = policyWith({ ...once, concurrency_max: 2, queue_max: 100 });
    const hanging = () => new Promise<never>(() => {});
    // In steps, as callers come: whoever waited for a slot has only the rest of its 600 ms for the attempt.
    const calls = Array.from({ length: 30 }, async (_, n) => {
      await Bun.sleep(n * 40);
      return codeOf(policy.run(callWith({ deadline_ms: performance.now() + 600 }), hanging));
    });
    await Promise.all(calls);
    expect(policy.events[0]).toBe("open");
  });

  test("a hanging API opens it, also when no caller grants as much as half a second", async () => {
    const policy = policyWith(once);
    await policy.run(callWith(), attemptWith());
    const hanging = () => new Promise<never>(() => {});
    const hasty = () => codeOf(policy.run(callWith({ deadline_ms: performance.now() + 120 }), hanging));
    const began = performance.now();
    while (policy.events.length === 0 && performance.now() - began < 5_000) {
      await Promise.all(Array.from({ length: 20 }, hasty));
    }
    expect(policy.events[0]).toBe("open");
    // Before half a second of silence it could be a healthy API, asked by hasty callers.
    expect(performance.now() - began).toBeGreaterThan(500);
  });

  test("refusals such as 404 do not open it, nor callers without patience", async () => {
    const policy = policyWith(once);
    for (let n = 0; n < 50; n++) await codeOf(policy.run(callWith(), attemptWith(new AppError("not_found", ""))));
    const hanging = () => new Promise<never>(() => {});
    await Promise.all(
      Array.from({ length: 50 }, () => codeOf(policy.run(callWith({ deadline_ms: performance.now() + 5 }), hanging))),
    );
    expect(policy.events).toEqual([]);
  });

  test("failures of long ago are forgotten, also when nothing was called since", async () => {
    const policy = policyWith(once);
    for (let n = 0; n < 19; n++) await codeOf(policy.run(callWith(), attemptWith(down())));
    setSystemTime(Date.now() + 11_000);
    await codeOf(policy.run(callWith(), attemptWith(down())));
    expect(policy.events).toEqual([]);
  });

  test("three good probes close it; nobody waits for them meanwhile", async () => {
    const policy = policyWith(once);
    await open(policy);
    setSystemTime(Date.now() + 10_000);
    const answers = Array.from({ length: 3 }, () => Promise.withResolvers<string>());
    const probes = answers.map(({ promise }) => policy.run(callWith(), () => promise));
    const attempt = attemptWith();
    expect(await codeOf(policy.run(callWith(), attempt))).toBe("unavailable");
    expect(attempt.count).toBe(0);
    for (const { resolve } of answers) resolve("answer");
    expect(await Promise.all(probes)).toEqual(["answer", "answer", "answer"]);
    expect(policy.events).toEqual(["open", "half_open", "refused list breaker_open", "closed"]);
    expect(await policy.run(callWith(), attempt)).toBe("answer");
  });

  test("a failing probe opens it again, for longer", async () => {
    const policy = policyWith(once);
    await open(policy);
    setSystemTime(Date.now() + 10_000);
    await codeOf(policy.run(callWith(), attemptWith(down())));
    expect(policy.events).toEqual(["open", "half_open", "open"]);
    expect(await codeOf(policy.run(callWith(), attemptWith()))).toBe("unavailable");
  });

  test("probes that never answer, and probes whose caller leaves, do not leave it stuck", async () => {
    const policy = policyWith({ ...once, attempt_timeout_ms: 10 });
    await open(policy);
    setSystemTime(Date.now() + 10_000);
    expect(await codeOf(policy.run(callWith(), () => new Promise(() => {})))).toBe("timeout");
    expect(policy.events.at(-1)).toBe("open");
    setSystemTime(Date.now() + 20_000);
    const controller = new AbortController();
    const leaving = codeOf(policy.run(callWith({ signal: controller.signal }), () => new Promise(() => {})));
    controller.abort();
    await leaving;
    // The caller is told before the breaker is.
    await waitFor("the probe's end", () => policy.events.filter((event) => event === "open").length === 3);
    setSystemTime(Date.now() + 40_000);
    for (let n = 0; n < 3; n++) expect(await policy.run(callWith(), attemptWith())).toBe("answer");
    expect(policy.events.at(-1)).toBe("closed");
  });
});

describe("bulkhead and timeouts", () => {
  test("over slots and queue a call is refused at once, and not retried", async () => {
    const { run, load, events } = policyWith({ concurrency_max: 2, queue_max: 1 });
    const answer = Promise.withResolvers<string>();
    const running = Array.from({ length: 3 }, () => run(callWith(), () => answer.promise));
    expect(await codeOf(run(callWith(), () => answer.promise))).toBe("unavailable");
    expect(events).toEqual(["refused list bulkhead_full"]);
    expect(load()).toEqual({ running: 2, queued: 1 });
    answer.resolve("answer");
    expect(await Promise.all(running)).toEqual(["answer", "answer", "answer"]);
    expect(load()).toEqual({ running: 0, queued: 0 });
  });

  test("an attempt has its own timeout, and the next one may answer", async () => {
    const { run } = policyWith({ attempt_timeout_ms: 20, budget: unlimited });
    let attempts = 0;
    const attempt = () => (attempts++ === 0 ? new Promise<string>(() => {}) : Promise.resolve("answer"));
    expect(await run(callWith(), attempt)).toBe("answer");
  });

  test("no call takes longer than its deadline", async () => {
    const { run } = policyWith({ attempt_timeout_ms: 20, budget: unlimited });
    const call = callWith({ deadline_ms: performance.now() + 50 });
    expect(await codeOf(run(call, () => new Promise(() => {})))).toBe("timeout");
  });
});
