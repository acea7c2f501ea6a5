import { graphql } from "../api-client.ts";

export interface Reads {
  readonly fresh: number;
  /** From the replica, and marked so. */
  readonly stale: number;
  readonly failed: number;
}

export interface Reader {
  /** What was read since the last call. */
  take(): Reads;
  stop(): Promise<void>;
}

const pause_ms = 50;

/** Reads one article through GraphQL, again and again. */
export function startReader(gateway: string, id: number): Reader {
  let [fresh, stale, failed] = [0, 0, 0];
  let stopping = false;

  async function readOn(): Promise<void> {
    while (!stopping) {
      const answer = await graphql(gateway, "query ($id: ID!) { article(id: $id) { version } }", { id }).catch(() => undefined);
      const text = JSON.stringify(answer) ?? "";
      if (!/"version":\d/.test(text)) failed++;
      else if (text.includes('"stale"')) stale++;
      else fresh++;
      await Bun.sleep(pause_ms);
    }
  }
  const reading = readOn();

  return {
    take() {
      const reads = { fresh, stale, failed };
      [fresh, stale, failed] = [0, 0, 0];
      return reads;
    },
    async stop() {
      stopping = true;
      await reading;
    },
  };
}
