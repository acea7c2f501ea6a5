import fc from "fast-check";
import type { Article } from "../../article/article.ts";
import { articleOf, call, graphql, jsonBody } from "../api-client.ts";
import type { Ground } from "./ground.ts";
import { encoded, hostileText } from "./hostile-text.ts";
import type { InputClass } from "./input-class.ts";
import { surpriseFromRest } from "./judge-rest.ts";

const text = (length_max: number) => hostileText.map((value) => value.slice(0, length_max)).filter((value) => value !== "");
const input = fc.record({ title: text(200), content: text(3_000), author: text(100), category: text(50), tag: text(50) });

/** Text goes through JSON, SQL, URLs and events: what is taken comes back as it was, everywhere, and what cannot be kept is refused. */
export const unicode: InputClass = {
  name: "Unicode: a text comes back from everywhere as it was sent, or is refused",
  async run(ground, trial) {
    await trial.each(60, input, ({ tag, ...given }) => surpriseWith(ground, { ...given, tags: [tag] }));
  },
};

type Input = Pick<Article, "title" | "content" | "author" | "category" | "tags">;

async function surpriseWith({ api, gateway, document }: Ground, given: Input): Promise<string | undefined> {
  const created = await call(`${api}/api/v1/articles`, jsonBody("POST", given));
  const mayBeKept = Object.values(given)
    .flat()
    .every((value) => value.isWellFormed() && !value.includes("\0"));
  if (!mayBeKept) return created.status === 422 ? undefined : `answered ${created.status} to what cannot be kept`;
  if (created.status !== 201) return `answered ${created.status}: ${JSON.stringify(created.body)}`;
  const { id } = articleOf(created.body);
  const fields = "title content author category tags";
  const answers = [
    created.body,
    (await call(`${api}/api/v1/articles/${id}`)).body,
    await onlyItem(`${api}/api/v1/articles?ids=${id}`),
    await onlyItem(
      `${api}/api/v1/articles?author=${encoded(given.author)}&category=${encoded(given.category)}&tag=${encoded(given.tags[0] ?? "")}`,
      id,
    ),
    await graphqlArticle(gateway, id, fields),
  ];
  for (const [index, answer] of answers.entries()) {
    if (!isSame(answer, given)) return `came back as ${JSON.stringify(answer)} (${index})`;
  }
  const request = { method: "GET", target: `/api/v1/articles/search?q=${encoded(given.title).slice(0, 6_000)}` };
  const search = document.operations.find(({ id }) => id === "searchArticles");
  return await surpriseFromRest(api, document, request, search);
}

/** The article of this id among those that a filter finds. */
async function onlyItem(url: string, id?: number): Promise<unknown> {
  const { body } = await call(url);
  const items = typeof body === "object" && body !== null && "items" in body && Array.isArray(body.items) ? body.items : [];
  return id === undefined ? items[0] : items.find((item) => articleOf(item).id === id);
}

async function graphqlArticle(gateway: string, id: number, fields: string): Promise<unknown> {
  const answer = await graphql(gateway, `query ($id: ID!) { article(id: $id) { ${fields} } }`, { id: String(id) });
  const data = typeof answer === "object" && answer !== null && "data" in answer ? answer.data : undefined;
  return typeof data === "object" && data !== null && "article" in data ? data.article : answer;
}

function isSame(answer: unknown, { title, content, author, category, tags }: Input): boolean {
  const found = articleOf(answer ?? {});
  return (
    found.title === title &&
    found.content === content &&
    found.author === author &&
    found.category === category &&
    JSON.stringify(found.tags) === JSON.stringify(tags)
  );
}
