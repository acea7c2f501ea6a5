import type { Load } from "./load.ts";

/** An answer as a client saw it, with the request that it belongs to. */
export interface Sample {
  readonly path: string;
  readonly body: string | undefined;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const pause_ms = 50;

/**
 * Sends requests of the load, one after the other and slowly, until told to stop, and gives the first fault that `check` finds.
 * The generator counts answers; this reads them.
 */
export function startSampling(url: string, load: Load, check: (sample: Sample) => Promise<string | undefined>) {
  let stopped = false;
  let samples = 0;
  let fault: string | undefined;

  async function sample() {
    const path = pick(load.paths);
    const body = load.bodies && pick(load.bodies);
    const response = await fetch(`${url}${path}`, {
      method: load.method,
      headers: { ...load.headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(10_000),
    });
    const { status, headers } = response;
    const text = await response.text();
    samples += 1;
    fault ??= await check({ path, body, status, headers, text });
  }

  async function run() {
    while (!stopped) {
      await sample().catch((error) => {
        fault ??= String(error);
      });
      await Bun.sleep(pause_ms);
    }
  }

  const running = run();
  return {
    async stop() {
      stopped = true;
      await running;
      return { samples, fault };
    },
  };
}

function pick(items: readonly string[]): string {
  return items[Math.floor(Math.random() * items.length)] ?? "";
}
