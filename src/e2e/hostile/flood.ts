/**
 * `bun run hostile:flood`: how an ordinary reader fares while 5,000 connections idle, 200 are slow and bodies of 1 MiB flood in, and
 * whether the memory comes back. Prints both, and exits 1 when the reader's p99 is 5 × the calm one or more. On real PostgreSQL and
 * Kafka, in production, with every limit as it ships. `--seconds=20` for each of calm and flood; `--file=PATH` takes another build.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { databaseEnv } from "../../testing/database-env.ts";
import { runExecutable, startExecutable } from "../../testing/executable.ts";
import { kafka, postgres } from "../../testing/services.ts";
import { shutDownServices } from "../../testing/supervisor-client.ts";
import { urlOf } from "../api-client.ts";
import type { Attack } from "./flood-attack.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "20" }, file: { type: "string" } } });
const stretch_ms = Number(values.seconds) * 1_000;
const asked_per_second = 50;
const worse_max = 5;
/** Before each stretch: code that is compiled, a cache that fills, thousands of connections that open. */
const warm_up_ms = 3_000;
/** Every deadline of a connection has passed by then. */
const afterwards_ms = 30_000;

interface Stretch {
  readonly asked: number;
  readonly failed: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Asks at a steady pace, whatever becomes of the answers, and measures from when it was time to ask. */
async function readSteadily(urls: readonly string[], duration_ms: number): Promise<Stretch> {
  const took_ms: number[] = [];
  let failed = 0;
  const asking: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n * (1_000 / asked_per_second) < duration_ms; n++) {
    const due = began + n * (1_000 / asked_per_second);
    await Bun.sleep(Math.max(0, due - performance.now()));
    asking.push(
      fetch(urls[n % urls.length] ?? "", { signal: AbortSignal.timeout(10_000), headers: { "x-forwarded-for": "203.0.113.1" } })
        .then(async (response) => {
          await response.arrayBuffer();
          if (response.ok) took_ms.push(performance.now() - due);
          else failed++;
        })
        .catch(() => void failed++),
    );
  }
  await Promise.all(asking);
  const sorted = took_ms.sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { asked: asking.length, failed, p50_ms: at(0.5), p99_ms: at(0.99) };
}

function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1_024);
}

async function openBlog(cwd: string) {
  const [primary, replica, topic] = await Promise.all([
    postgres.createDatabase(),
    postgres.createDatabase(),
    kafka.createTopic(),
  ]);
  const env = {
    ...databaseEnv("DB1", primary.config),
    ...databaseEnv("DB2", replica.config),
    KAFKA_BOOTSTRAP_SERVERS: topic.brokers.join(),
    KAFKA_TOPIC_ARTICLES: topic.topic,
    BLOG_ENV: "production",
    SECRET_KEY: crypto.randomUUID(),
    // So that the attackers have an address each.
    TRUST_PROXY: "1",
  };
  const process = { cwd, env, ...(values.file === undefined ? {} : { file: values.file }) };
  const blog = await startExecutable(process);
  const seeded = await runExecutable({ ...process, args: ["seed", "--count=2000"] });
  if (seeded.exit_code !== 0) throw new Error(seeded.stderr);
  const token = await runExecutable({ ...process, args: ["token", "--scope=articles:write", "--subject=flood"] });
  return { blog, writer: token.stdout.trim() };
}

async function main(): Promise<boolean> {
  const cwd = mkdtempSync(join(tmpdir(), "blog-flood-"));
  const { blog, writer } = await openBlog(cwd);
  const [api, gateway] = [urlOf(blog, "api"), urlOf(blog, "gateway")];
  const { items } = (await (await fetch(`${api}/api/v1/articles?status=published&per_page=100&fields=id`)).json()) as {
    items: { id: number }[];
  };
  const graphql = (id: number) => `${gateway}/graphql?query=${encodeURIComponent(`{ article(id: ${id}) { title tags } }`)}`;
  const urls = items.flatMap(({ id }) => [
    `${api}/api/v1/articles/${id}`,
    `${api}/api/v1/articles?per_page=10`,
    `${api}/api/v1/articles/${id}`,
    graphql(id),
  ]);

  await readSteadily(urls, warm_up_ms);
  const calm = await readSteadily(urls, stretch_ms);
  const memory = { calm: memoryOf(blog.pid), most: 0, afterwards: 0 };

  const attack: Attack = { api, gateway, writer, idle: 5_000, slow: 200, floods: 24 };
  // Elsewhere in the world they would work on cores of their own.
  const attackers = Bun.spawn(
    ["nice", "-n", "10", process.execPath, join(import.meta.dir, "flood-attack.ts"), JSON.stringify(attack)],
    {
      stdin: "pipe",
      stdout: "pipe",
    },
  );
  const said = attackers.stdout.getReader();
  await said.read();
  const watching = setInterval(() => {
    memory.most = Math.max(memory.most, memoryOf(blog.pid));
  }, 200);
  await readSteadily(urls, warm_up_ms);
  const flooded = await readSteadily(urls, stretch_ms);
  clearInterval(watching);
  const held = readFileSync(`/proc/${blog.pid}/net/sockstat`, "utf8").split("\n")[1];
  attackers.stdin.end();
  const outcome = new TextDecoder().decode((await said.read()).value).trim();

  await Bun.sleep(afterwards_ms);
  memory.afterwards = memoryOf(blog.pid);
  const after = await readSteadily(urls, 5_000);
  const row = (name: string, { asked, failed, p50_ms, p99_ms }: Stretch, mebibytes: number) =>
    `| ${name} | ${asked} | ${failed} | ${p50_ms} | ${p99_ms} | ${mebibytes} |\n`;
  process.stdout.write("\n| the reader | asked | failed | p50, ms | p99, ms | memory, MiB |\n|---|--:|--:|--:|--:|--:|\n");
  process.stdout.write(
    row("calm", calm, memory.calm) + row("under the flood", flooded, memory.most) + row("30 s later", after, memory.afterwards),
  );
  process.stdout.write(
    `\np99 under the flood is ${(flooded.p99_ms / calm.p99_ms).toFixed(1)} × the calm one (allowed: under ${worse_max}).\n`,
  );
  process.stdout.write(`What the attackers got: ${outcome}\nSockets of the machine meanwhile: ${held}\n`);
  await blog.kill();
  rmSync(cwd, { recursive: true, force: true });
  return flooded.p99_ms < worse_max * calm.p99_ms && flooded.failed === 0;
}

const held_up = await main();
await shutDownServices();
process.exit(held_up ? 0 : 1);
