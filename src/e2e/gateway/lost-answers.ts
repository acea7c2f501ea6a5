import type { ProxyMode } from "../../testing/tcp-proxy.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { articleOf, call, graphql } from "../api-client.ts";
import type { Stack } from "./stack.ts";

/** The API commits, and its answer never arrives: the wire takes questions and loses answers until the commit is seen. */
async function losingTheAnswer(
  { wire, urls }: Stack,
  mutation: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> },
  committed: () => Promise<boolean>,
): Promise<unknown> {
  await wire.setMode({ kind: "swallow" });
  const answered = graphql(urls.gateway, mutation.query, mutation.variables);
  await waitFor("the commit", committed);
  for (const kind of ["refuse", "forward"] as const) await wire.setMode({ kind } satisfies ProxyMode);
  return await answered;
}

/** Creates an article; answers what the caller was told, and how many there are. */
export async function createAndLose(stack: Stack): Promise<{ readonly answer: unknown; readonly articles: number }> {
  const author = `Author ${crypto.randomUUID()}`;
  const count = async () => {
    const { body } = await call(`${stack.urls.api}/api/v1/articles?author=${encodeURIComponent(author)}`);
    return (body as { total: number }).total;
  };
  const query = "mutation($input: ArticleInput!) { createArticle(input: $input) { id version } }";
  const variables = { input: { title: "Lost", content: "Its answer is lost.", author } };
  const answer = await losingTheAnswer(stack, { query, variables }, async () => (await count()) > 0);
  return { answer, articles: await count() };
}

/** Changes an article under `ifVersion: 1`; answers what the caller was told, and the version it has. */
export async function updateAndLose(stack: Stack, id: number): Promise<{ readonly answer: unknown; readonly version: number }> {
  const version = async () => articleOf((await call(`${stack.urls.api}/api/v1/articles/${id}`)).body).version;
  const query =
    "mutation($id: ID!, $input: ArticleUpdateInput!) { updateArticle(id: $id, input: $input, ifVersion: 1) { version title } }";
  const variables = { id: String(id), input: { title: "Changed once" } };
  const answer = await losingTheAnswer(stack, { query, variables }, async () => (await version()) > 1);
  return { answer, version: await version() };
}

/** Deletes an article; answers what the caller was told, and the status it has. */
export async function deleteAndLose(stack: Stack, id: number): Promise<{ readonly answer: unknown; readonly status: number }> {
  const status = async () => (await call(`${stack.urls.api}/api/v1/articles/${id}`)).status;
  const query = "mutation($id: ID!) { deleteArticle(id: $id) }";
  const answer = await losingTheAnswer(stack, { query, variables: { id: String(id) } }, async () => (await status()) === 404);
  return { answer, status: await status() };
}
