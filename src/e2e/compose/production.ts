import { randomBytes } from "node:crypto";
import { createPrometheusApi } from "../../testing/prometheus/api.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { articleOf, call, jsonBody } from "../api-client.ts";
import { prepareStack } from "./stack.ts";
import { hold } from "./story.ts";

const secret = () => randomBytes(32).toString("base64url");
const article = jsonBody("POST", { title: "In production", content: "Text.", author: "Ada" });

/** Production without secrets starts nothing, and says which ones are missing. */
export async function refusedWithoutSecrets(left_out: readonly string[]): Promise<string> {
  await using stack = await prepareStack({ BLOG_ENV: "production" }, left_out);
  const refusal = await stack.up().then(
    () => "it started",
    (error: Error) => error.message,
  );
  hold("it does not start", /"check-secrets" didn't complete successfully: exit 78/.test(refusal), refusal);
  const running = await stack.compose("ps", "--quiet");
  hold("nothing runs", running === "", running);
  const told = await stack.compose("logs", "--no-log-prefix", "check-secrets");
  for (const name of ["DB1_PASSWORD", "DB2_PASSWORD", "GRAFANA_PASSWORD", "SECRET_KEY"]) {
    hold(`${name} is named`, told.includes(`${name} is not set`), told);
  }
  return told.replaceAll(/\s*\n\s*/g, "; ");
}

/** With secrets: a write needs a token, a draft is not there for who has none, and Prometheus alone may read metrics. */
export async function protectedWithSecrets(left_out: readonly string[]): Promise<string> {
  const needed = { DB1_PASSWORD: secret(), DB2_PASSWORD: secret(), GRAFANA_PASSWORD: secret(), SECRET_KEY: secret() };
  await using stack = await prepareStack({ BLOG_ENV: "production", ...needed, METRICS_TOKEN: secret() }, left_out);
  await stack.up();
  const url = `${stack.urls.api}/api/v1/articles`;
  const refused = await call(url, article);
  hold("a write without a token is 401", refused.status === 401, refused.status);
  const token = await stack.compose("run", "--rm", "cli", "token", "--scope=articles:write", "--ttl=1h");
  const authorization = `Bearer ${token.trim()}`;
  const created = await call(url, { ...article, headers: { ...article.headers, authorization } });
  hold("a write with one is 201", created.status === 201, created.body);
  const { id } = articleOf(created.body);
  const hidden = await call(`${url}/${id}`);
  hold("its draft is 404 without a token", hidden.status === 404, hidden.status);
  const shown = await call(`${url}/${id}`, { headers: { authorization } });
  hold("and 200 with one", shown.status === 200, shown.status);

  const metrics = await call(`${stack.urls.api}/metrics`);
  hold("/metrics without METRICS_TOKEN is 401", metrics.status === 401, metrics.status);
  const prometheus = createPrometheusApi(stack.urls.prometheus);
  const scraped = async () => (await prometheus.query('sum(up{job="blog"})'))[0]?.points[0]?.value === 3;
  await waitFor("Prometheus to scrape all three", scraped, { timeout_ms: 60_000, interval_ms: 500 });
  return "write 401 without a token, 201 with one; its draft 404 and 200; /metrics 401 for strangers, scraped by Prometheus";
}
