import type { Load } from "../load/load.ts";
import type { Contestant } from "./contest.ts";
import type { HttpTarget } from "./http-contestant.ts";

const at_once = 8;

/** A turn of exactly `count` creates, eight at a time: a table that is to stay small must not be filled for seconds. */
export function countedCreates(
  target: HttpTarget,
  { paths: [path = ""], bodies = [], headers }: Load,
  count: number,
): Contestant {
  return {
    ...target,
    async work(_duration_s, seed) {
      const latencies_ms: number[] = [];
      const refused: number[] = [];
      let next = seed * 7;
      let left = count;
      async function client() {
        while (left-- > 0) {
          const body = bodies[next++ % bodies.length] ?? "";
          const began_ms = performance.now();
          const response = await fetch(`${target.url}${path}`, {
            method: "POST",
            headers: { "content-type": "application/json", ...headers },
            body,
          });
          await response.bytes();
          latencies_ms.push(performance.now() - began_ms);
          if (response.status !== 201) refused.push(response.status);
        }
      }
      const began_ms = performance.now();
      await Promise.all(Array.from({ length: at_once }, client));
      const duration_s = (performance.now() - began_ms) / 1000;
      latencies_ms.sort((a, b) => a - b);
      const at = (share: number) => latencies_ms[Math.floor((latencies_ms.length - 1) * share)] ?? Number.NaN;
      const result = { requests: count, duration_s, p50_ms: at(0.5), p99_ms: at(0.99), refused: refused.length, unanswered: 0 };
      return { result, samples: 0, fault: undefined };
    },
  };
}
