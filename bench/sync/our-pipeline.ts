import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { freePort } from "../../src/testing/free-port.ts";
import type { Arena } from "../arena.ts";
import { creationBodies, post } from "../data/loads.ts";
import { connect, urlOf } from "../machine/sql.ts";
import { differencesIn } from "../sides/accounts.ts";
import { type Installation, startOurs } from "../sides/ours.ts";
import { searchBehind } from "../sides/search-behind.ts";
import { type Lag, measureLag } from "./lag.ts";
import { type Arrival, rateOfArrival } from "./rate.ts";

const Created = Type.Object({ id: Type.Integer() });

/** What is waited for: that the rows can be read, or that a search finds them too, which takes several times as long. */
export type Until = "visible" | "searchable";

export interface OurPipeline {
  /** How many events wait. */
  readonly events: number;
  /** How fast from DB1's outbox through Kafka into an empty DB2. Leaves all events in the topic of this round. */
  wholeWay(round: number, until: Until): Promise<Arrival>;
  /** How fast from the topic of that round into another empty DB2. */
  drain(round: number, until: Until): Promise<Arrival>;
  /** From the commit in DB1 to the article in DB2, created over HTTP. */
  lag(writes: number): Promise<Lag>;
  /** What did not add up so far. */
  readonly faults: readonly string[];
}

/** Fills an outbox with real creates while Kafka is away, and keeps a copy, from which every round starts. */
export async function openOurPipeline(arena: Arena, events_min: number): Promise<OurPipeline> {
  const faults: string[] = [];
  const origin = await arena.install("bench-sync");
  const events = await fillOutbox(arena, origin, events_min);

  /** The same DB1 before an empty DB2 and an empty topic. */
  async function freshReplica(topic: string): Promise<Installation> {
    const { replica } = await arena.install(topic);
    return { ...origin, replica, topic };
  }

  async function refillOutbox(): Promise<void> {
    await using sql = await connect(urlOf(origin.primary));
    await sql.rows("INSERT INTO outbox SELECT * FROM waiting_events");
    await sql.rows("VACUUM (ANALYZE) outbox");
  }

  async function arrivalIn({ replica }: Installation, until: Until, start: () => Promise<unknown>): Promise<Arrival> {
    await using sql = await connect(urlOf(replica));
    const began_ms = performance.now();
    const started = start();
    const arrival = await rateOfArrival(sql, events, began_ms, until === "searchable" ? () => searchBehind(sql) : undefined);
    await started;
    return arrival;
  }

  return {
    events,
    faults,
    async wholeWay(round, until) {
      const installation = await freshReplica(`bench-sync-${round}`);
      await refillOutbox();
      await using stack = new AsyncDisposableStack();
      stack.use(await startOurs(installation, ["sync"]));
      const rate = await arrivalIn(installation, until, async () => stack.use(await startOurs(installation, ["api"])));
      faults.push(...(await differencesIn(installation)));
      return rate;
    },
    async drain(round, until) {
      const topic = `bench-sync-${round}`;
      const installation = await freshReplica(topic);
      await using stack = new AsyncDisposableStack();
      const env = { KAFKA_GROUP_ID: `${topic}-again` };
      const rate = await arrivalIn(installation, until, async () => stack.use(await startOurs(installation, ["sync"], env)));
      faults.push(...(await differencesIn(installation)));
      return rate;
    },
    async lag(writes) {
      const installation = await arena.install("bench-lag");
      await using stack = new AsyncDisposableStack();
      stack.use(await startOurs(installation, ["sync"]));
      const api = stack.use(await startOurs(installation, ["api"]));
      const from = stack.use(await connect(urlOf(installation.primary)));
      const to = stack.use(await connect(urlOf(installation.replica)));
      const bodies = creationBodies();
      let next = 0;
      const write = async () => {
        const body = bodies[next++ % bodies.length] ?? "";
        const headers = { "content-type": "application/json", ...arena.write_headers };
        const response = await fetch(`${api.urls.api}/api/v1/articles`, { method: "POST", headers, body });
        return Value.Parse(Created, await response.json()).id;
      };
      const lag = await measureLag(write, from, to, writes);
      faults.push(...(await differencesIn(installation)));
      return lag;
    },
  };
}

/** As when Kafka is away: writes go on, and their events wait. Gives how many. */
async function fillOutbox(arena: Arena, installation: Installation, events_min: number): Promise<number> {
  await using sql = await connect(urlOf(installation.primary));
  {
    await using api = await startOurs({ ...installation, kafka: `127.0.0.1:${freePort()}` }, ["api"]);
    const load = post("/api/v1/articles", creationBodies(), arena.write_headers);
    let waiting = 0;
    for (let seed = 1; waiting < events_min; seed++) {
      await arena.generator.run({ url: api.urls.api, load, connections: arena.scale.connections, duration_s: 2, seed });
      waiting = await sql.number("SELECT count(*) FROM outbox");
      arena.progress.tell(`sync: ${waiting} events wait in the outbox`);
    }
  }
  await sql.rows("CREATE TABLE waiting_events AS TABLE outbox");
  await sql.rows("TRUNCATE outbox");
  return await sql.number("SELECT count(*) FROM waiting_events");
}
