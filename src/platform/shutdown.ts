import type { Logger } from "./log.ts";

/** Longer than everything that stops in order (drain 8 s, last batches, flushes); a hung part must not hold the process for ever. */
const force_exit_after_ms = 20_000;

/** As shells report a program that an interrupt ended: 128 + SIGINT. */
const exit_interrupted = 130;
const exit_failed = 1;

interface SignalSource {
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  exit(code: number): void;
}

export interface ShutdownOptions {
  readonly source?: SignalSource;
  readonly force_exit_after_ms?: number;
}

/**
 * Aborts at the first SIGTERM or SIGINT: everything then stops in order. A second signal exits at once with 130,
 * and a process that has not stopped 20 s after the first exits with 1.
 */
export function shutdownSignal(log: Logger, options: ShutdownOptions = {}): AbortSignal {
  const source: SignalSource = options.source ?? process;
  const controller = new AbortController();

  function onSignal(signal: string): void {
    if (controller.signal.aborted) {
      log.warn({ signal }, "second signal: exiting at once");
      source.exit(exit_interrupted);
      return;
    }
    log.info({ signal }, "stopping; once more to exit at once");
    exitInTime(log, options);
    controller.abort(new Error(`stopped by ${signal}`));
  }

  source.on("SIGTERM", () => onSignal("SIGTERM"));
  source.on("SIGINT", () => onSignal("SIGINT"));
  return controller.signal;
}

/** Exits with 1 if the process has not ended by itself 20 s from now. */
export function exitInTime(log: Logger, options: ShutdownOptions = {}): void {
  const grace_ms = options.force_exit_after_ms ?? force_exit_after_ms;
  const timer = setTimeout(() => {
    log.error({ waited_ms: grace_ms }, "not stopped in time: exiting");
    (options.source ?? process).exit(exit_failed);
  }, grace_ms);
  // The process may of course end sooner.
  timer.unref();
}
