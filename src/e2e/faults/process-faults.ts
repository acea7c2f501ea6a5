import { waitFor } from "../../testing/wait-for.ts";
import { type Fleet, findLeader, sentBy } from "./fleet.ts";
import { outage, patience_ms, type Scenario, told, toldByOneOf } from "./scenario.ts";
import { isDown } from "./scrape.ts";

/** `idle_session_timeout` of the leader's lock is 10 s, and the others ask for it each second. */
const takeover_timeout_ms = 15_000;
/** The session time-out of the consumer group, and some. */
const past_session_timeout_s = 12;

export const relayKilled: Scenario = {
  name: "SIGKILL the leading relay",
  told_by: "up 0, then kafka_messages_sent_total of the other api",
  equal_within_s: 10,
  async inject({ fleet, writer }) {
    const { leader, other } = await findLeader(fleet);
    await leader.kill();
    const sent = await sentBy(other);
    await told("the other relay to publish", other, (metrics) => metrics.sum("kafka_messages_sent_total") > sent);
    if (!(await isDown(leader.url))) throw new Error(`${leader.name} was killed, and answers`);
    await writer.acknowledges(20);
    await leader.start();
  },
};

const relayFrozen: Scenario = {
  name: "SIGSTOP the leading relay: another leads within 15 s",
  told_by: "outbox_oldest_age_seconds, then kafka_messages_sent_total of the other api",
  equal_within_s: 10,
  async inject({ fleet }) {
    const { leader, other } = await findLeader(fleet);
    leader.pause();
    try {
      const sent = await sentBy(other);
      await Promise.all([
        told("an old event in the outbox", other, (metrics) => metrics.sum("outbox_oldest_age_seconds") > 2),
        told(
          "the other relay to publish",
          other,
          (metrics) => metrics.sum("kafka_messages_sent_total") > sent,
          takeover_timeout_ms,
        ),
      ]);
    } finally {
      leader.resume();
    }
  },
};

const syncKilled: Scenario = {
  name: "SIGKILL a sync in the middle of its backlog",
  told_by: "kafka_consumer_lag, then up 0",
  equal_within_s: 25,
  async inject({ fleet, writer, random }) {
    const { syncs, replica } = fleet;
    await replica.whileLocked(async () => {
      await writer.burst(400);
      await lagTold(fleet);
    });
    const applied = async () => Number((await replica.query<{ n: string }>("SELECT count(*) AS n FROM articles"))[0]?.n);
    const before = await applied();
    await waitFor("some of the backlog to be applied", async () => (await applied()) > before, { interval_ms: 1 });
    const killed = random.pick(syncs);
    await killed.kill();
    if (!(await isDown(killed.url))) throw new Error(`${killed.name} was killed, and answers`);
    await writer.acknowledges(20);
    await killed.start({ await_ready: false });
  },
};

export const syncKilledInTransaction: Scenario = {
  name: "SIGKILL a sync whose DB2 transaction is open",
  told_by: "kafka_consumer_lag",
  equal_within_s: 25,
  async inject({ fleet, writer, random }) {
    const { syncs, replica } = fleet;
    const killed = random.pick(syncs);
    await replica.whileLocked(async () => {
      await writer.burst(100);
      for (const sync of syncs) await told("a batch in hand", sync, (metrics) => metrics.sum("kafka_consumer_lag") > 0);
      const open = await waitFor("statements of both syncs to wait for the lock", () => waitingStatements(fleet, 2), {
        timeout_ms: patience_ms,
      });
      await killed.kill();
      // Else the lock would go to a statement whose sender is dead, and it would be done all the same.
      await waitFor("the dead one's transaction to end", async () => {
        const still = new Set(await waitingStatements(fleet, 0));
        return open.some((pid) => !still.has(pid));
      });
    });
    await killed.start({ await_ready: false });
  },
};

const syncFrozen: Scenario = {
  name: "SIGSTOP a sync past its session time-out, then SIGCONT",
  told_by: "up 0, and kafka_consumer_lag of all partitions from the other sync",
  equal_within_s: 25,
  async inject({ fleet, random }) {
    const { syncs } = fleet;
    const frozen = random.pick(syncs);
    frozen.pause();
    try {
      const other = syncs.find((sync) => sync !== frozen) ?? syncs[0];
      const partitions = (await fleet.topic.ends()).size;
      await Promise.all([
        Bun.sleep(past_session_timeout_s * 1000),
        told("all partitions in one hand", other, (metrics) => metrics.count("kafka_consumer_lag") === partitions),
      ]);
      if (!(await isDown(frozen.url))) throw new Error(`${frozen.name} is frozen, and answers`);
    } finally {
      frozen.resume();
    }
  },
};

export const rebalance: Scenario = {
  name: "a rebalance in a large batch",
  told_by: "kafka_consumer_lag",
  equal_within_s: 25,
  async inject({ fleet, writer }) {
    const { replica, third_sync } = fleet;
    await replica.whileLocked(async () => {
      await writer.burst(400);
      await lagTold(fleet);
      await third_sync.start({ await_ready: false });
    });
    await writer.burst(200);
    await told("partitions of its own", third_sync, (metrics) => metrics.count("kafka_consumer_lag") > 0);
    await writer.burst(200);
    await third_sync.stop();
  },
};

export const allStopped: Scenario = {
  name: "a full stop and start of everything",
  told_by: "up 0 everywhere",
  equal_within_s: 25,
  async inject(context) {
    const { fleet } = context;
    const { apis, syncs, ground } = fleet;
    const members = [...apis, ...syncs];
    const services = [ground.primary.controls, ground.replica.controls, ground.kafka.controls];
    await Promise.all(members.map((member) => member.stop()));
    await Promise.all(services.map((service) => service?.stop()));
    const down = await Promise.all(members.map(({ url }) => isDown(url)));
    if (down.includes(false)) throw new Error("What was stopped answers");
    await outage(context, 5, 0.5);
    // The processes first: they wait for what they need.
    const started = members.map((member) => member.start());
    await Promise.all([...services.map((service) => service?.start()), ...started]);
  },
};

async function lagTold({ syncs }: Fleet): Promise<void> {
  await toldByOneOf("events that wait", syncs, (metrics) => metrics.sum("kafka_consumer_lag") > 0);
}

/** The server processes whose statement waits for a lock, if there are so many. */
async function waitingStatements({ replica }: Fleet, at_least: number): Promise<readonly number[] | undefined> {
  const rows = await replica.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'blog-sync' AND wait_event_type = 'Lock'`);
  return rows.length >= at_least ? rows.map(({ pid }) => pid) : undefined;
}

export const processFaults = [
  relayKilled,
  syncKilled,
  syncKilledInTransaction,
  rebalance,
  syncFrozen,
  relayFrozen,
  allStopped,
] as const;
