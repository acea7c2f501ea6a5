/**
 * `bun run compose:test`: compose.yml for real, as a project of its own beside whatever runs here. Builds the image, starts all,
 * writes and reads, scales, crashes each service in turn and all at once, asks the dashboards' queries, restores a backup, removes
 * everything, and starts once more as production. Prints what it does and how long that took; exits 1 when something does not hold.
 */
import { readCompose } from "../../../compose/compose-file.ts";
import { outputOf, runCommand } from "../../../compose/run-command.ts";
import { createPrometheusApi } from "../../testing/prometheus/api.ts";
import { readPanelQueries } from "../../testing/prometheus/panels.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createArticle, graphql, replicaHas } from "../api-client.ts";
import { backUpAndRestore, hasBackupTools } from "./backup.ts";
import { crash } from "./crash.ts";
import { primarySession } from "./database-session.ts";
import { protectedWithSecrets, refusedWithoutSecrets } from "./production.ts";
import { prepareStack, type Stack } from "./stack.ts";
import { createStory, hold } from "./story.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

const scaled = ["--scale", "api=2", "--scale", "sync=3"];
/** In the order of a call's way through them. */
const crashing = ["balancer", "gateway", "api", "postgres-db1", "kafka", "sync", "postgres-db2", "prometheus"];
const { step, shout } = createStory((text) => process.stdout.write(text));

/** Names of services that cannot be started here, said loudly. Only Grafana may be missing: nothing else needs it. */
async function leftOut(): Promise<readonly string[]> {
  const image = (await readCompose()).services["grafana"]?.image ?? "";
  if ((await runCommand(["docker", "image", "inspect", image])).exit_code === 0) return [];
  if ((await runCommand(["docker", "pull", "--quiet", image], {}, 300_000)).exit_code === 0) return [];
  shout(`${image} cannot be had here: Grafana is left out, its dashboards' queries are asked from Prometheus itself`);
  return ["grafana"];
}

async function firstArticle({ urls }: Stack): Promise<string> {
  const began_ms = performance.now();
  const after = () => `${(performance.now() - began_ms).toFixed(0)} ms`;
  const { id } = await createArticle(urls.api, { title: "Hello, world", status: "published" });
  const told = [`written through REST after ${after()}`];
  const read = JSON.stringify(await graphql(urls.gateway, `{ article(id: ${id}) { title status } }`));
  hold("GraphQL reads it", read.includes('{"title":"Hello, world","status":"PUBLISHED"}'), read);
  told.push(`read through GraphQL after ${after()}`);
  await waitFor("the article in DB2", () => replicaHas(urls.sync, id, 1));
  return [...told, `found in DB2 after ${after()}`].join(", ");
}

async function everyReplicaScraped({ urls }: Stack): Promise<string> {
  const prometheus = createPrometheusApi(urls.prometheus);
  const inWords = async () => {
    const found = await prometheus.query('sum by (role) (up{job="blog"})');
    return found
      .map(({ labels, points }) => `${points[0]?.value} ${labels["role"]}`)
      .sort()
      .join(", ");
  };
  const every = "1 gateway, 2 api, 3 sync";
  await waitFor(`Prometheus to scrape ${every}`, async () => (await inWords()) === every, {
    timeout_ms: 60_000,
    interval_ms: 500,
  });
  return `Prometheus scrapes ${every}`;
}

async function upgrade(stack: Stack, traffic: Traffic): Promise<string> {
  await traffic.acknowledges(50);
  const old_image = await outputOf(["docker", "image", "inspect", "--format", "{{.Id}}", "blog:smoke-test"]);
  traffic.take();
  await stack.script("upgrade");
  const { reads, told } = traffic.take();
  // It has no name any more by which it would be removed at the end; where nothing was rebuilt it still has, and stays.
  await runCommand(["docker", "image", "rm", old_image]);
  hold("no reader notices", reads.failed === 0, told);
  return told;
}

async function crashOneOf(stack: Stack, service: string, traffic: Traffic): Promise<string> {
  const [victim] = await stack.containers(service);
  if (!victim) throw new Error(`${service} has no container`);
  traffic.take();
  await crash(victim);
  await stack.restarted(service, [victim]);
  await traffic.acknowledges(50);
  return traffic.take().told;
}

async function killAll(stack: Stack): Promise<string> {
  await stack.compose("kill");
  await stack.up(...scaled);
  return "started again by `up`";
}

/** DB1 has what was acknowledged, and DB2 has what DB1 has. */
async function nothingLost(stack: Stack, { ledger }: Traffic): Promise<string> {
  const lost = await ledger.lost(primarySession(stack));
  hold("every acknowledged write is in DB1", lost.length === 0, lost.slice(0, 10));
  const verified = await stack.compose("run", "--rm", "cli", "verify");
  return `${ledger.acknowledged} acknowledged writes, 0 lost. ${verified.replaceAll("\n", " ")}`;
}

/** A rate needs two scrapes of a process, and the crashes have made some of them young. */
async function askDashboards({ urls }: Stack): Promise<string> {
  const prometheus = createPrometheusApi(urls.prometheus);
  // Annotations show what has not happened here: deploys, open breakers.
  const queries = readPanelQueries({ rate_interval_s: 60, range_s: 600 }).filter(({ type }) => type !== "annotation");
  hold("there are dashboards", queries.length > 0, queries.length);
  let empty: readonly string[] = [];
  await waitFor(
    "nine of ten queries to show data",
    async () => {
      const answers = await Promise.all(queries.map(({ expression }) => prometheus.query(expression)));
      empty = queries.filter((_, index) => answers[index]?.length === 0).map(({ dashboard, panel }) => `${dashboard}: ${panel}`);
      return empty.length <= queries.length / 10;
    },
    { timeout_ms: 120_000, interval_ms: 5_000 },
  ).catch((error: Error) => hold(error.message, false, error.cause instanceof Error ? error.cause.message : empty));
  const without = empty.length === 0 ? "" : `; without: ${empty.join(", ")}`;
  return `${queries.length} queries, ${queries.length - empty.length} with data${without}`;
}

async function development(left_out: readonly string[]): Promise<void> {
  await using stack = await prepareStack({}, left_out);
  try {
    await tell(stack);
  } catch (error) {
    process.stdout.write(`${await stack.compose("ps", "--all")}\n${await stack.compose("logs", "--tail=5")}\n`);
    throw error;
  }
}

async function tell(stack: Stack): Promise<void> {
  await step("build the image", async () => {
    await stack.compose("build");
    const bytes = Number(await outputOf(["docker", "image", "inspect", "--format", "{{.Size}}", "blog:smoke-test"]));
    return `${(bytes / 1e6).toFixed(0)} MB`;
  });
  await step(`start ${stack.services.length} services, until all are healthy`, async () => {
    await stack.up();
    return stack.services.join(", ");
  });
  await step("the first article", () => firstArticle(stack));
  await step("500 articles by scripts/seed-data", () => stack.script("seed-data", "--count=500"));
  await step("everything is well by scripts/health-check", async () => {
    const told = await stack.script("health-check");
    hold(
      "each role is ready",
      ["api", "gateway", "sync"].every((role) => told.includes(`ready  ${role}`)),
      told,
    );
    return "";
  });
  await step("scale to 2 api and 3 sync", async () => {
    await stack.up(...scaled);
    return await everyReplicaScraped(stack);
  });

  const traffic = await startTraffic(stack);
  try {
    await step("replace every process by scripts/upgrade", () => upgrade(stack, traffic));
    for (const service of crashing) {
      await step(`crash ${service}: it is started again, healthy`, () => crashOneOf(stack, service, traffic));
    }
    await step("the dashboards' queries", () => askDashboards(stack));
    await step("kill all containers at once", () => killAll(stack));
    await step("writes go on", async () => {
      traffic.take();
      await traffic.acknowledges(50);
      return traffic.take().told;
    });
  } finally {
    await traffic.stop();
  }
  await step("nothing acknowledged is lost, and DB2 is equal to DB1", () => nothingLost(stack, traffic));

  if (await hasBackupTools(stack)) await step("back DB1 up, restore it, resync DB2", () => backUpAndRestore(stack));
  else shout("This image of PostgreSQL has no pg_dump: the restore of a backup was not tried");
  await step("remove everything", async () => {
    await stack[Symbol.asyncDispose]();
    const left = await outputOf(["docker", "volume", "ls", "--quiet", "--filter", "name=blog-smoke-test"]);
    hold("no volume is left", left === "", left);
    return "";
  });
}

async function main(): Promise<number> {
  if (Bun.which("docker") === null || (await runCommand(["docker", "compose", "version"])).exit_code !== 0) {
    shout("Docker with Compose is not here: NOTHING was tested");
    return 1;
  }
  if ((await runCommand(["docker", "info"])).exit_code !== 0) {
    shout("Docker's daemon does not answer: NOTHING was tested");
    return 1;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await prepareStack({}, []);
      process.exit(130);
    });
  }
  const left_out = await leftOut();
  try {
    await development(left_out);
    await step("production without secrets is refused", () => refusedWithoutSecrets(left_out));
    await step("production with secrets", () => protectedWithSecrets(left_out));
    process.stdout.write("\nAll of it holds.\n");
    return 0;
  } catch (error) {
    process.stdout.write(`\n${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    await runCommand(["docker", "image", "rm", "--force", "blog:smoke-test"]);
  }
}

process.exit(await main());
