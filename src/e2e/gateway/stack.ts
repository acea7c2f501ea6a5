import type { PostgresConfig } from "../../config/config.ts";
import { databaseEnv } from "../../testing/database-env.ts";
import { type Executable, startExecutable } from "../../testing/executable.ts";
import { freePort } from "../../testing/free-port.ts";
import { createHttpProxy, type HttpProxy } from "../../testing/http-proxy.ts";
import { kafka, postgres } from "../../testing/services.ts";
import { createTcpProxy, type TcpProxy } from "../../testing/tcp-proxy.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createArticle, replicaHas, urlOf } from "../api-client.ts";

/** Processes of the executable: gateway → wire → front → api; and sync, that the gateway reads from when it must. */
export interface Stack extends AsyncDisposable {
  /** Between gateway and front: bytes. */
  readonly wire: TcpProxy;
  /** Between wire and API: calls. */
  readonly front: HttpProxy;
  readonly gateway: Executable;
  readonly urls: { readonly api: string; readonly gateway: string; readonly replica: string };
  killApi(): Promise<void>;
  /** On the same port; resolves when it is ready. */
  startApi(): Promise<void>;
  readonly primary: PostgresConfig;
  /** Ids of the published articles that both databases have. */
  readonly ids: readonly number[];
}

const articles = 40;

export async function startStack(cwd: string): Promise<Stack> {
  await using opened = new AsyncDisposableStack();
  const [primary, replica, topic] = await Promise.all([
    postgres.createDatabase(),
    postgres.createDatabase(),
    kafka.createTopic(),
  ]);
  for (const part of [primary, replica, topic]) opened.defer(() => part.drop());
  const env = {
    ...databaseEnv("DB1", primary.config),
    ...databaseEnv("DB2", replica.config),
    KAFKA_BOOTSTRAP_SERVERS: topic.brokers.join(","),
    KAFKA_TOPIC_ARTICLES: topic.topic,
    KAFKA_GROUP_ID: `group-${topic.topic}`,
  };
  const api_port = freePort();
  const apiUrl = `http://127.0.0.1:${api_port}`;
  const start = (role: "api" | "sync" | "gateway", more: Readonly<Record<string, string>>) =>
    startExecutable({ cwd, args: [`--role=${role}`], env: { ...env, ...more }, await_ready: [role] });
  const startApiProcess = () => start("api", { API_PORT: String(api_port) });

  let api: Executable | undefined;
  opened.defer(async () => await api?.kill());
  const [first, sync] = await Promise.all([startApiProcess(), start("sync", {})]);
  api = first;
  opened.use(sync);
  const front = opened.use(await createHttpProxy(apiUrl));
  const wire = opened.use(await createTcpProxy(front));
  const gateway = opened.use(
    await start("gateway", { REST_API_URL: `http://${wire.host}:${wire.port}`, REPLICA_API_URL: urlOf(sync, "sync") }),
  );
  const urls = { api: apiUrl, gateway: urlOf(gateway, "gateway"), replica: urlOf(sync, "sync") };

  const ids: number[] = [];
  for (let n = 1; n <= articles; n++) {
    const content = "A text that is long enough to tell whether it was fetched. ".repeat(40);
    ids.push((await createArticle(apiUrl, { title: `Article ${n}`, content, status: "published" })).id);
  }
  await waitFor("the replica to have every article", async () => {
    const there = await Promise.all(ids.map((id) => replicaHas(urls.replica, id, 1)));
    return there.every(Boolean);
  });
  front.forget();

  const parts = opened.move();
  return {
    wire,
    front,
    gateway,
    urls,
    primary: primary.config,
    ids,
    async killApi() {
      await api?.kill();
    },
    async startApi() {
      api = await startApiProcess();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Milliseconds of `performance.now()` when the breaker of the gateway's API opened; undefined when it does not within `timeout_ms`. */
export async function breakerOpening({ gateway }: Stack, timeout_ms: number): Promise<number | undefined> {
  const lines_before = gateway.log.length;
  const opening = () =>
    gateway.log
      .slice(lines_before)
      .some((line) => line.msg === "the circuit breaker changed" && line["upstream"] === "api" && line["state"] === "open");
  return await waitFor("the breaker to open", opening, { timeout_ms }).then(
    () => performance.now(),
    () => undefined,
  );
}
