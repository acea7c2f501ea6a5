import { createRandom } from "../../seed/random.ts";
import { createArticle } from "../api-client.ts";
import { createLedger, type Ledger } from "../faults/ledger.ts";
import { startWriter } from "../faults/writer.ts";
import { type Reads, startReader } from "./reader.ts";
import type { Stack } from "./stack.ts";

export interface Traffic {
  readonly ledger: Ledger;
  /** Resolves when so many more writes are acknowledged. */
  acknowledges(more: number): Promise<void>;
  /** What was written and read since the last call; `told` says it in words. */
  take(): { readonly reads: Reads; readonly told: string };
  stop(): Promise<void>;
}

/** Writes through REST and reads through GraphQL until it is stopped, and notes what was acknowledged. */
export async function startTraffic({ urls }: Stack): Promise<Traffic> {
  const ledger = createLedger();
  const article = await createArticle(urls.api, { title: "Read all the time", status: "published" });
  const writer = startWriter({ apis: [urls.api], ledger, random: createRandom("compose") });
  const reader = startReader(urls.gateway, article.id);
  let acknowledged_before = 0;

  return {
    ledger,
    acknowledges: (more) => writer.acknowledges(more),
    take() {
      const reads = reader.take();
      const writes = ledger.acknowledged - acknowledged_before;
      acknowledged_before = ledger.acknowledged;
      return { reads, told: `${writes} writes acknowledged, ${inWords(reads)}` };
    },
    async stop() {
      await Promise.all([writer.stop(), reader.stop()]);
    },
  };
}

function inWords({ fresh, stale, failed }: Reads): string {
  return `GraphQL reads: ${fresh} fresh, ${stale} stale, ${failed} failed`;
}
