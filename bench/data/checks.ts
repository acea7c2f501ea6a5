import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Sample } from "../load/sampling.ts";
import type { Sql } from "../machine/sql.ts";
import { rare_matches } from "./rows.ts";

const Article = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  content: Type.String(),
  author: Type.String(),
  tags: Type.Array(Type.String()),
  status: Type.Literal("published"),
});
const List = Type.Object({
  items: Type.Array(Type.Object({ id: Type.Integer(), content: Type.String(), created_at: Type.String() })),
});
const Total = Type.Object({ total: Type.Integer() });

type Row = { id: string; title: string; content: string; author: string; tags: string[] };

export type Check = (sample: Sample) => Promise<string | undefined>;

/** Answers that are the article that the table has under the id at the end of the path. */
export function isArticle(sql: Sql): Check {
  return async ({ path, status, text }) => {
    const id = Number(path.split("/").at(-1));
    if (status !== 200) return `${path}: ${status} ${text}`;
    const article = Value.Parse(Article, JSON.parse(text));
    const row = await rowOf(sql, id);
    const equal =
      article.id === id && article.title === row.title && article.content === row.content && article.author === row.author;
    return equal && article.tags.join() === row.tags.join() ? undefined : `${path} is not the article in the table: ${text}`;
  };
}

/** The row as the table has it. Throws when there is none. */
export async function rowOf(sql: Sql, id: number): Promise<Row> {
  const [row] = await sql.rows<Row>("SELECT id, title, content, author, tags FROM articles WHERE id = $1", [id]);
  if (row === undefined) throw new Error(`There is no article ${id}`);
  return row;
}

export async function isNotModified({ path, status, text, headers }: Sample): Promise<string | undefined> {
  return status === 304 && text === "" && headers.get("etag") === '"1"'
    ? undefined
    : `${path}: ${status} ${headers.get("etag")} ${text}`;
}

/** A page of ten, the newest first; with exactly the number that the statement `total` counts, where there is one. */
export function isNewestTen(sql: Sql, { total }: { readonly total?: string } = {}): Check {
  let counted: Promise<number> | undefined;
  return async ({ path, status, text }) => {
    if (status !== 200) return `${path}: ${status} ${text}`;
    const answer: unknown = JSON.parse(text);
    const { items } = Value.Parse(List, answer);
    if (items.length !== 10) return `${path} has ${items.length} items`;
    if (items.some((item, index) => item.created_at > (items[index - 1]?.created_at ?? "~"))) return `${path} is not sorted`;
    if (total === undefined) return undefined;
    counted ??= sql.number(total);
    const told = Value.Parse(Total, answer).total;
    return told === (await counted) ? undefined : `${path} says that there are ${told} articles, not ${await counted}`;
  };
}

/** Ten of exactly a hundred matches, with that total. */
export async function isRareTen({ path, status, text }: Sample): Promise<string | undefined> {
  if (status !== 200) return `${path}: ${status} ${text}`;
  const answer: unknown = JSON.parse(text);
  const { items } = Value.Parse(List, answer);
  const words = new URL(path, "http://blog").searchParams.get("q")?.split(" ") ?? [];
  const match = items.every(({ content }) => words.every((word) => content.includes(` ${word}`)));
  const { total } = Value.Parse(Total, answer);
  return items.length === 10 && match && total === rare_matches ? undefined : `${path}: ${total} matches, ${items.length} shown`;
}

/** 201 with the article that was sent. */
export async function isCreated({ body = "{}", status, text, headers }: Sample): Promise<string | undefined> {
  if (status !== 201 || headers.get("location") === null) return `POST: ${status} ${text}`;
  const sent = Value.Parse(Type.Omit(Article, ["id"]), JSON.parse(body));
  const article = Value.Parse(Article, JSON.parse(text));
  return article.title === sent.title && article.content === sent.content && article.id > 0 ? undefined : `POST answered ${text}`;
}
