import { call, graphql, jsonBody } from "../api-client.ts";
import type { Canaries } from "./canaries.ts";

interface Urls {
  readonly gateway: string;
  readonly api: string;
  readonly sync: string;
}

/** Puts a canary into every field of an article, by every way in which one is written. */
export async function writeEveryWay({ api, gateway }: Urls, canaries: Canaries): Promise<void> {
  const article = (way: string) => ({
    title: canaries.of(`title, ${way}`),
    content: canaries.of(`content, ${way}`),
    author: canaries.of(`author, ${way}`),
    category: canaries.of(`category, ${way}`),
    tags: [canaries.of(`tag, ${way}`)],
  });
  const headers = {
    authorization: `Bearer ${canaries.of("Authorization")}`,
    cookie: `session=${canaries.of("Cookie")}`,
    "idempotency-key": canaries.of("Idempotency-Key"),
  };
  const open = { "idempotency-key": canaries.of("Idempotency-Key") };
  const created = await call(`${api}/api/v1/articles`, jsonBody("POST", article("POST"), open));
  if (created.status !== 201) throw new Error(`create answered ${created.status}`);
  const url = `${api}${created.headers.get("location")}`;
  await call(url, jsonBody("PUT", article("PUT")));
  await call(url, jsonBody("PATCH", article("PATCH")));
  await call(`${api}/api/v1/articles`, jsonBody("POST", article("refused token"), headers));
  await call(`${api}/api/v1/articles`, jsonBody("POST", { ...article("invalid"), colour: canaries.of("unknown field") }));

  const create = "mutation ($input: ArticleInput!) { createArticle(input: $input) { id } }";
  await graphql(gateway, create, { input: article("GraphQL variables") });
  await graphql(gateway, create, { input: { ...article("GraphQL, invalid"), title: 7 } });
  await graphql(gateway, create, { input: { ...article("GraphQL, too long"), author: canaries.of("too long").repeat(9) } });
}

/** Puts a canary where readers, and those who only try, put their words. Resolves to all that was answered. */
export async function askEveryWay(urls: Urls, canaries: Canaries): Promise<readonly string[]> {
  const answers: string[] = [];
  const ask = async (url: string, init: RequestInit = {}) => {
    const { headers, body } = await call(url, init);
    answers.push(JSON.stringify([[...headers], body]));
  };
  const { api, gateway, sync } = urls;
  const headersOf = (way: string) =>
    Object.fromEntries(
      [
        "cookie",
        "user-agent",
        "referer",
        "x-forwarded-for",
        "traceparent",
        "tracestate",
        "baggage",
        "if-none-match",
        "accept-language",
      ].map((name) => [name, canaries.of(`header ${name}, ${way}`)]),
    );
  for (const [name, base] of [["api", api] as const, ["sync", sync] as const]) {
    const articles = `${base}/api/v1/articles`;
    const q = (place: string) => encodeURIComponent(canaries.of(`${place}, ${name}`));
    for (const path of [
      `?author=${q("filter")}`,
      `?page=${q("page")}`,
      `?cursor=${q("cursor")}`,
      `?fields=${q("fields")}`,
      `?${q("parameter")}=1`,
      `/search?q=${q("search")}`,
      `/search?q=%22${q("search operator")}%22%20-x`,
      `/${q("id")}`,
      `/1/${q("path")}`,
    ]) {
      await ask(`${articles}${path}`, { headers: headersOf(name) });
    }
    await ask(`${articles}/1`, { headers: { authorization: `Bearer ${canaries.of(`token, ${name}`)}` } });
    await ask(`${articles}/1`, {
      headers: { accept: canaries.of(`accept, ${name}`), "x-request-id": `${canaries.of("request id")} ?` },
    });
    await ask(`${articles}/1`, {
      headers: { "if-match": canaries.of(`If-Match, ${name}`), "blog-min-version": canaries.of("min version") },
    });
    await ask(articles, {
      method: "POST",
      body: `{"title": ${canaries.of(`broken JSON, ${name}`)}`,
      headers: { "content-type": "application/json" },
    });
    await ask(articles, { method: "POST", body: "{}", headers: { "content-type": `text/${canaries.of("media type")}` } });
    await ask(articles, jsonBody("POST", { title: canaries.of(`too large, ${name}`).repeat(200_000) })).catch(() => undefined);
  }

  const token = { authorization: `Bearer ${canaries.of("token, gateway")}`, ...headersOf("gateway") };
  const query = (body: unknown) => ask(`${gateway}/graphql`, jsonBody("POST", body, token));
  await query({ query: `{ searchArticles(query: "${canaries.of("GraphQL search")}") { id } }` });
  await query({
    query: "query ($q: String!) { searchArticles(query: $q) { id } }",
    variables: { q: canaries.of("GraphQL variable") },
  });
  await query({ query: `{ article(id: "${canaries.of("GraphQL id")}") { id } }` });
  await query({ query: `{ ${canaries.of("GraphQL field")} }` });
  await query({ query: `{ "${canaries.of("GraphQL syntax")}` });
  await query({ query: "query A { __typename }", operationName: canaries.of("GraphQL operation") });
  await query({ query: `query ${canaries.of("GraphQL operation's name")} { articles { total } }` });
  await query({ extensions: { persistedQuery: { version: 1, sha256Hash: canaries.of("GraphQL hash") } } });
  await ask(`${gateway}/graphql`, {
    method: "POST",
    body: `{"query": ${canaries.of("GraphQL, broken JSON")}`,
    headers: { "content-type": "application/json" },
  });
  await ask(`${gateway}/${canaries.of("path, gateway")}?${canaries.of("query, gateway")}`);
  return answers;
}
