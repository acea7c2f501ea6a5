/**
 * Owns every service of one test run, in a process and session of its own: it outlives the run by as long as it takes to
 * clean up, however the run ended (its IPC channel closes with it, also on SIGKILL), and Ctrl-C does not reach it.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, dropDatabase } from "./databases.ts";
import { encryptPostgres } from "./encrypted-postgres.ts";
import type { Instance, PostgresInstance } from "./instance.ts";
import { isAlive } from "./native-process.ts";
import { forcedWay, givenServices, startKafka, startPostgres, waysToTry } from "./service-ways.ts";
import type { Operations, Reply, Request } from "./supervisor-protocol.ts";
import { createTopic, dropTopic } from "./topics.ts";

const folder_prefix = "blog-test-";
const forced = forcedWay();
const given = givenServices(forced);
const folder = makeFolder();
const starting = new Set<Promise<Instance>>();
const instances: Instance[] = [];
const databases = new Set<string>();
const topics = new Set<string>();

const adminUrl = once(async () => given.postgres ?? superuserUrl(await keep(startPostgres(waysToTry(forced, false), folder))));

const brokers = once(async () => given.kafka ?? [`127.0.0.1:${(await keep(startKafka(waysToTry(forced, false), folder))).port}`]);

const shutDown = once(async () => {
  await Promise.allSettled(starting);
  // What stands on given services has to be dropped one by one; our own go as a whole.
  const { postgres, kafka } = given;
  if (postgres) await Promise.allSettled([...databases].map((name) => dropDatabase(postgres, name)));
  if (kafka) await Promise.allSettled([...topics].map((topic) => dropTopic(kafka, topic)));
  await Promise.allSettled(instances.map((instance) => instance[Symbol.asyncDispose]()));
  rmSync(folder, { recursive: true, force: true });
});

type Handlers = { [Op in keyof Operations]: (args: Operations[Op]["args"]) => Promise<Operations[Op]["result"]> };

const handlers: Handlers = {
  async create_database() {
    const config = await createDatabase(await adminUrl());
    databases.add(config.name);
    return config;
  },
  async drop_database({ name }) {
    await dropDatabase(await adminUrl(), name);
    databases.delete(name);
    return null;
  },
  async create_topic({ partitions }) {
    const made = await createTopic(await brokers(), partitions);
    topics.add(made.topic);
    return made;
  },
  async drop_topic({ topic }) {
    await dropTopic(await brokers(), topic);
    topics.delete(topic);
    return null;
  },
  async start_postgres({ fsync, tls }) {
    const instance = await keep(startPostgres(waysToTry(forced, true), folder, { fsync }));
    const config = await createDatabase(superuserUrl(instance));
    if (tls) await encryptPostgres(superuserUrl(instance), tls);
    return { instance: instances.indexOf(instance), config };
  },
  async start_kafka({ proxied, encrypted }) {
    const options = { proxied, ...(encrypted && { encrypted }) };
    const instance = await keep(startKafka(waysToTry(forced, true), folder, options));
    return {
      instance: instances.indexOf(instance),
      brokers: [`127.0.0.1:${instance.port}`],
      ...(instance.proxied && { proxied: instance.proxied }),
      ...(instance.encrypted && { encrypted: instance.encrypted }),
    };
  },
  async control({ instance: index, action }) {
    const instance = instances[index];
    if (!instance) throw new Error(`There is no instance ${index}`);
    await (action === "dispose" ? instance[Symbol.asyncDispose]() : instance[action]());
    return null;
  },
  async shut_down() {
    await shutDown();
    return null;
  },
};

removeOrphans();
process.on("message", (request: Request) => void answer(request));
process.on("disconnect", () => void end());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end());

async function answer(request: Request) {
  process.send?.(await replyTo(request));
}

async function replyTo(request: Request): Promise<Reply> {
  try {
    return { id: request.id, value: await handle(request) };
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? error.message : String(error) };
  }
}

function handle<Op extends keyof Operations>(request: { op: Op; args: Operations[Op]["args"] }) {
  return handlers[request.op](request.args);
}

async function end() {
  // Longer than any start may take.
  setTimeout(() => process.exit(1), 120_000).unref();
  await shutDown();
  process.exit(0);
}

/** In the list at the latest when it runs, so that no end of the run overlooks it. */
async function keep<Kept extends Instance>(start: Promise<Kept>): Promise<Kept> {
  starting.add(start);
  try {
    const instance = await start;
    instances.push(instance);
    return instance;
  } finally {
    starting.delete(start);
  }
}

function superuserUrl({ port, password }: PostgresInstance): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), `${folder_prefix}${process.pid}-`));
  // PostgreSQL may run as another user and has to get to its data.
  chmodSync(made, 0o755);
  return made;
}

/** Folders of supervisors that were themselves killed. */
function removeOrphans() {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${folder_prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
