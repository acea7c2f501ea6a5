import type { Random } from "../../seed/random.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { type ApiAnswer, articleOf, call, jsonBody } from "../api-client.ts";
import type { Known, Ledger } from "./ledger.ts";

export interface WriterParts {
  readonly apis: readonly string[];
  readonly ledger: Ledger;
  readonly random: Random;
}

export interface Writer {
  /** Resolves when the writes under way have their answers, or have been given up. */
  stop(): Promise<void>;
  /** Resolves when so many more writes are acknowledged. */
  acknowledges(more: number): Promise<void>;
  /** So many new articles at once, each written this once. Those that get no answer are not counted. */
  burst(count: number): Promise<void>;
}

const workers = 4;
/** About a hundred writes a second: traffic, and no load test. */
const pause_ms = 20;
const answer_timeout_ms = 4000;
const population_max = 300;
const burst_workers = 16;

/** Creates, changes, publishes, reads and deletes articles on all apis in turn, until it is stopped. */
export function startWriter({ apis, ledger, random }: WriterParts): Writer {
  let stopping = false;
  let calls = 0;

  /** Undefined when nobody knows what became of the request. */
  async function ask(path: string, init: RequestInit): Promise<ApiAnswer | undefined> {
    const api = apis[calls++ % apis.length];
    const signal = AbortSignal.timeout(answer_timeout_ms);
    const answer = await call(`${api}/api/v1/articles${path}`, { ...init, signal }).catch(() => undefined);
    return answer && answer.status < 500 ? answer : undefined;
  }

  async function create(sealed: boolean): Promise<void> {
    const title = `Written ${crypto.randomUUID()}`;
    const status = random.next() < 0.3 ? "published" : "draft";
    const answer = await ask("", jsonBody("POST", { title, content: "x".repeat(200), author: "Ada", status }));
    if (!answer) return;
    if (answer.status !== 201) throw new Error(`A creation was answered ${answer.status}`);
    ledger.created(articleOf(answer.body), sealed);
  }

  async function change(known: Known): Promise<void> {
    const title = `Changed ${crypto.randomUUID()}`;
    const status = random.next() < 0.3 ? { status: "draft" } : {};
    take(known, await ask(`/${known.id}`, jsonBody("PATCH", { title, ...status })));
  }

  async function publish(known: Known): Promise<void> {
    const answer = await ask(`/${known.id}/publish`, { method: "POST" });
    // Published already: that makes no version.
    if (answer?.status === 200 && articleOf(answer.body).version === known.version) return;
    take(known, answer);
  }

  function take(known: Known, answer: ApiAnswer | undefined): void {
    if (!answer) known.maybe_changes++;
    else if (answer.status === 404) ledger.missing(known);
    else if (answer.status === 200) ledger.changed(known, articleOf(answer.body));
    else throw new Error(`A change was answered ${answer.status}`);
  }

  async function remove(known: Known): Promise<void> {
    const answer = await ask(`/${known.id}`, { method: "DELETE" });
    if (!answer) known.maybe_deleted = true;
    else if (answer.status === 404) ledger.missing(known);
    else if (answer.status === 204) ledger.deleted(known, Number(answer.headers.get("etag")?.replaceAll('"', "")));
    else throw new Error(`A deletion was answered ${answer.status}`);
  }

  async function writeSomething(): Promise<void> {
    const choice = random.next();
    if (choice < 0.2 || ledger.population < 20) return await create(choice < 0.1);
    const known = ledger.take(random);
    if (!known) return;
    try {
      if (choice < 0.65) await change(known);
      else if (choice < 0.8) await publish(known);
      else if (choice < 0.85) await ask(`/${known.id}`, {});
      else if (choice < 0.9 || ledger.population > population_max) await remove(known);
      else await change(known);
    } finally {
      ledger.release(known);
    }
  }

  async function work(): Promise<void> {
    while (!stopping) {
      await writeSomething();
      await Bun.sleep(pause_ms);
    }
  }

  const working = Promise.all(Array.from({ length: workers }, work));
  // Told by `stop`.
  working.catch(() => {});

  return {
    async stop() {
      stopping = true;
      await working;
    },
    async acknowledges(more) {
      const enough = ledger.acknowledged + more;
      await Promise.race([
        waitFor(`${more} more writes to be acknowledged`, () => ledger.acknowledged >= enough, { timeout_ms: 30_000 }),
        working,
      ]);
    },
    async burst(count) {
      let left = count;
      const each = async () => {
        while (left-- > 0) await create(true);
      };
      await Promise.all(Array.from({ length: burst_workers }, each));
    },
  };
}
