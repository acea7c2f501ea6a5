import { randomBytes } from "node:crypto";
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

/** With secrets: a write needs a token, and a draft is not there for who has none. */
export async function protectedWithSecrets(left_out: readonly string[]): Promise<string> {
  const env = { DB1_PASSWORD: secret(), DB2_PASSWORD: secret(), GRAFANA_PASSWORD: secret(), SECRET_KEY: secret() };
  await using stack = await prepareStack({ BLOG_ENV: "production", ...env }, left_out);
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
  return `write 401 without a token, 201 with one; the draft 404 without, ${(await call(`${url}/${id}`, { headers: { authorization } })).status} with it`;
}
