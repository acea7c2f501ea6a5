import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { pause } from "../../platform/deadline.ts";
import { findPrometheus } from "../../testing/prometheus/binaries.ts";
import { readPanelQueries } from "../../testing/prometheus/panels.ts";
import { readRules } from "../../testing/prometheus/rules.ts";
import { queriesOf, readRunbooks } from "../../testing/prometheus/runbooks.ts";
import { selectorsOf } from "../../testing/prometheus/selectors.ts";
import { prometheus } from "../../testing/prometheus/server.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { call, metric } from "../api-client.ts";
import { startWatchedBlog, type WatchedBlog } from "./blog.ts";
import { putPoison } from "./poison.ts";
import { promisedMetrics, target_labels } from "./promised-metrics.ts";
import { startTraffic } from "./traffic.ts";
import { complaintAbout } from "./within-reason.ts";

const scrape_interval_s = 1;
const requests_per_second = 25;
const api_away_ms = 3_000;

/** Promises are not broken by seconds: `bun run monitoring:drill` breaks them, and sees their alerts fire. */
const empty_by_right = new Set(["slo:burning:fast", "slo:burning:slow"]);

describeWith([postgres, kafka, prometheus], "the real Prometheus on the running roles", () => {
  setDefaultTimeout(120_000);
  let blog: WatchedBlog;
  let began_s: number;
  beforeAll(async () => {
    blog = await startWatchedBlog({ scrape_interval_s, partitions: 12 });
    began_s = Date.now() / 1000;
    await using _traffic = startTraffic({
      api: blog.api.url,
      gateway: blog.gateway.url,
      per_second: requests_per_second,
    });
    await Promise.all([putPoison(blog.topic), askWithoutPatience(blog.api.url)]);
    await pause(3_000);
    await blog.api.kill();
    const breaker = () => metric(blog.gateway.url, 'circuit_breaker_state{upstream="api"}');
    await waitFor("the breaker to open", async () => (await breaker()) === 2, { timeout_ms: 30_000 });
    await pause(api_away_ms);
    await blog.api.start();
    await waitFor(
      "the rules on promises to be evaluated",
      async () => (await blog.prometheus.query("slo:burn_rate:3d")).length === 5,
      { timeout_ms: 40_000, interval_ms: 200 },
    );
    await pause(2_000);
  });
  afterAll(() => blog?.[Symbol.asyncDispose]());

  /** Over all of the run. */
  function overTheRun(expression: string) {
    return blog.prometheus.queryRange(expression, { start_s: began_s, end_s: Date.now() / 1000, step_s: 1 });
  }

  async function complaints(expressions: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(
      expressions.map(async (expression) => {
        const complaint = complaintAbout(await overTheRun(expression), undefined);
        return complaint === undefined ? [] : [`${expression}: ${complaint}`];
      }),
    );
    return found.flat();
  }

  test("every role is found and scraped, under its role", async () => {
    const up = await blog.prometheus.query('up{job="blog"}');
    expect(up.map(({ labels, points }) => [labels["role"], points[0]?.value]).sort()).toEqual([
      ["api", 1],
      ["gateway", 1],
      ["sync", 1],
    ]);
  });

  test("every metric of the interface is told, with its labels and no others", async () => {
    for (const [name, labels] of Object.entries(promisedMetrics)) {
      const [series] = await overTheRun(name);
      const found = Object.keys(series?.labels ?? {}).filter((label) => !target_labels.some((added) => added === label));
      expect({ [name]: found.sort() }).toEqual({ [name]: labels.toSorted() });
    }
  });

  test("promtool finds no fault with any role's metrics", async () => {
    const { promtool } = await findPrometheus();
    for (const { url } of [blog.api, blog.gateway, blog.sync]) {
      const text = await (await fetch(`${url}/metrics`)).blob();
      const { stdout, stderr, exitCode } = Bun.spawnSync([promtool, "check", "metrics"], { stdin: text });
      expect(`${stdout}${stderr}`).toBe("");
      expect(exitCode).toBe(0);
    }
  });

  test("whatever strangers ask, there are no more series for it", async () => {
    const ask = (n: number) =>
      Promise.all(
        [blog.api.url, blog.sync.url, blog.gateway.url].flatMap((url) => [
          fetch(`${url}/${crypto.randomUUID()}?${n}`),
          fetch(`${url}/api/v1/articles/${crypto.randomUUID()}`),
          fetch(`${url}/api/v1/articles`, { method: `M${n}` }),
          fetch(`${url}/graphql?query=query+Q${n}{f${n}}`),
          fetch(`${url}/api/v1/articles?sort=s${n}&page=${n}`),
        ]),
      );
    const count = async () => {
      const texts = await Promise.all(
        [blog.api, blog.sync, blog.gateway].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
      );
      return texts
        .join("\n")
        .split("\n")
        .filter((line) => /^(http|graphql)_/.test(line)).length;
    };
    await ask(0);
    await count();
    const before = await count();
    for (let n = 1; n <= 10; n++) await ask(n);
    expect(await count()).toBe(before);
  });

  test("every recording rule records something", async () => {
    const recorded = readRules().recordings.filter(({ record }) => !empty_by_right.has(record));
    const selectors = recorded.map(({ record, labels = {} }) => `${record}${selectorOf(labels)}`);
    expect(await complaints(selectors)).toEqual([]);
  });

  test("every alert can be evaluated, and what it looks at is there", async () => {
    const { alerts } = readRules();
    await Promise.all(alerts.map(({ expr }) => blog.prometheus.query(expr)));
    const selectors = new Set(alerts.flatMap(({ expr }) => selectorsOf(expr)));
    const awaited = [...selectors].filter((selector) => !empty_by_right.has(selector.split("{")[0] ?? ""));
    expect(await complaints(awaited)).toEqual([]);
  });

  test("a dead letter raises its alert, the first one of a process too", async () => {
    const firing = await blog.prometheus.query('ALERTS{alertstate="firing"}');
    expect(firing.map(({ labels }) => [labels["alertname"], labels["reason"]])).toEqual([
      ["BlogDeadLettersArriving", "malformed_json"],
    ]);
  });

  test("every panel of every dashboard shows something, within reason", async () => {
    const queries = readPanelQueries({ rate_interval_s: 4 * scrape_interval_s, range_s: 60 });
    expect(new Set(queries.map(({ dashboard }) => dashboard)).size).toBeGreaterThanOrEqual(4);
    const found = await Promise.all(
      queries.map(async ({ dashboard, panel, unit, expression }) => {
        const complaint = complaintAbout(await overTheRun(expression), unit);
        return complaint === undefined ? [] : [`${dashboard}, ${panel}: ${complaint}: ${expression}`];
      }),
    );
    expect(found.flat()).toEqual([]);
  });

  test("what the runbooks tell people to ask has an answer", async () => {
    const selectors = new Set(readRunbooks().flatMap(queriesOf).flatMap(selectorsOf));
    expect(await complaints([...selectors])).toEqual([]);
  });

  test("the numbers are true: as many articles as the API lists, in both databases", async () => {
    const listed = await fetch(`${blog.api.url}/api/v1/articles?per_page=1`).then((response) => response.json());
    expect(listed.total).toBeGreaterThan(0);
    await waitFor("both databases to tell as many", async () => {
      const told = await blog.prometheus.query("sum by (database) (articles_total)");
      return told.length === 2 && told.every(({ points }) => points[0]?.value === listed.total);
    });
  });

  test("the numbers are true: nothing failed but what was made to", async () => {
    expect(await overTheRun('http_requests_total{status="500"}')).toEqual([]);
    const failed = await blog.prometheus.query('sum(graphql_operations_total{result="failed",operation_type="query"})');
    expect(failed[0]?.points[0]?.value).toBe(0);
  });
});

/** Answered 504: the caller grants less time than a search takes. */
async function askWithoutPatience(api: string): Promise<void> {
  const headers = { "x-request-timeout-ms": "1" };
  const asked = async () => (await call(`${api}/api/v1/articles/search?q=words`, { headers })).status === 504;
  await waitFor("an answer to come too late", asked);
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}}`;
}
