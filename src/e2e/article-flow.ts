import { expect } from "bun:test";
import { waitFor } from "../testing/wait-for.ts";
import { articleOf, call, createArticle, graphql, jsonBody, metric, replicaHas } from "./api-client.ts";

export interface Urls {
  readonly api: string;
  readonly gateway: string;
  readonly sync: string;
}

/** The main job, as its users do it: written through REST, read through GraphQL, found on the replica, changed, deleted. */
export async function walkThroughArticleFlow({ api, gateway, sync }: Urls): Promise<void> {
  const title = `Flow ${crypto.randomUUID()}`;
  const created = await createArticle(api, { title, status: "draft", tags: ["flow"], content: "Crème brûlée for everyone." });
  expect(created).toMatchObject({ title, status: "draft", version: 1, category: "general" });

  const published = await call(`${api}/api/v1/articles/${created.id}/publish`, { method: "POST" });
  expect(published.status).toBe(200);
  expect(published.headers.get("etag")).toBe('"2"');

  const read = await graphql(gateway, "query ($id: ID!) { article(id: $id) { id title status version tags } }", {
    id: created.id,
  });
  expect(read).toEqual({ data: { article: { id: String(created.id), title, status: "PUBLISHED", version: 2, tags: ["flow"] } } });

  await waitFor("the published article on the replica", () => replicaHas(sync, created.id, 2));
  const [primary, replica] = await Promise.all([
    call(`${api}/api/v1/articles/${created.id}?fields=id,title,content,status,version,created_at,updated_at,published_at,tags`),
    call(`${sync}/api/v1/articles/${created.id}?fields=id,title,content,status,version,created_at,updated_at,published_at,tags`),
  ]);
  expect(replica.body).toEqual(primary.body);
  // A process that has just joined its group does not know its lag yet.
  await waitFor("the replica to tell its lag", async () => {
    const { headers } = await call(`${sync}/api/v1/articles/${created.id}`);
    return headers.get("blog-replica-lag-seconds") !== null;
  });

  await waitFor("the article to be found on the replica", async () => {
    const found = await call(`${sync}/api/v1/articles/search?q=${encodeURIComponent("CREME brulee")}&fields=id`);
    expect(found.body).toMatchObject({ items: expect.arrayContaining([{ id: created.id }]) });
    return true;
  });

  const changed = await call(
    `${api}/api/v1/articles/${created.id}`,
    jsonBody("PATCH", { title: `${title}, again` }, { "if-match": '"2"' }),
  );
  expect(articleOf(changed.body)).toMatchObject({ version: 3, status: "published" });
  expect(await call(`${sync}/api/v1/articles/${created.id}`, jsonBody("PATCH", { title: "no" }))).toMatchObject({ status: 405 });

  const deleted = await graphql(gateway, "mutation ($id: ID!) { deleteArticle(id: $id) }", { id: created.id });
  expect(deleted).toEqual({ data: { deleteArticle: true } });
  expect((await call(`${api}/api/v1/articles/${created.id}`)).status).toBe(404);
  await waitFor("the deletion on the replica", async () => (await call(`${sync}/api/v1/articles/${created.id}`)).status === 404);

  expect(await metric(api, "outbox_pending")).toBe(0);
  expect(await metric(sync, "sync_lag_seconds_count")).toBeGreaterThanOrEqual(4);
}
