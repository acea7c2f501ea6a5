// Fastify + pg: the REST API that a good Fastify developer would write by hand. No metrics, log, views, ETag, outbox.
import Fastify from "fastify";
import { article_columns, rowsOf } from "./database.mjs";

const instant = { type: "string", format: "date-time" };
const article = {
  type: "object",
  properties: {
    id: { type: "integer" },
    title: { type: "string" },
    content: { type: "string" },
    author: { type: "string" },
    category: { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    status: { type: "string" },
    views_count: { type: "integer" },
    created_at: instant,
    updated_at: instant,
    published_at: { ...instant, nullable: true },
  },
};
const list = {
  type: "object",
  properties: { items: { type: "array", items: article }, page: { type: "integer" }, per_page: { type: "integer" } },
};
const found = { type: "object", properties: { ...list.properties, total: { type: "integer" } } };
const pages = {
  page: { type: "integer", minimum: 1, default: 1 },
  per_page: { type: "integer", minimum: 1, maximum: 100, default: 10 },
};
const creation = {
  type: "object",
  required: ["title", "content", "author"],
  additionalProperties: false,
  properties: {
    title: { type: "string", minLength: 1, maxLength: 200 },
    content: { type: "string", minLength: 1, maxLength: 1_048_576 },
    author: { type: "string", minLength: 1, maxLength: 100 },
    category: { type: "string", minLength: 1, maxLength: 50, default: "general" },
    tags: { type: "array", maxItems: 20, uniqueItems: true, items: { type: "string", minLength: 1, maxLength: 50 }, default: [] },
    status: { type: "string", enum: ["draft", "published", "archived"], default: "draft" },
  },
};

const app = Fastify();

app.get(
  "/articles/:id",
  { schema: { params: { type: "object", properties: { id: { type: "integer", minimum: 1 } } }, response: { 200: article } } },
  async (request, reply) => {
    const [row] = await rowsOf("article", `SELECT ${article_columns} FROM articles WHERE id = $1`, [request.params.id]);
    return row ?? reply.code(404).send();
  },
);

app.get(
  "/articles",
  { schema: { querystring: { type: "object", properties: pages }, response: { 200: list } } },
  async (request) => {
    const { page, per_page } = request.query;
    const text = `SELECT ${article_columns} FROM articles ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2`;
    return { items: await rowsOf("articles", text, [per_page, (page - 1) * per_page]), page, per_page };
  },
);

// The statement has the shape of ours: rank what the index found, sort, and read only the page's articles whole.
const search = `WITH terms AS MATERIALIZED (SELECT websearch_to_tsquery('english', $1) AS query),
matches AS MATERIALIZED (
  SELECT id, ts_rank(search, (SELECT query FROM terms)) AS rank FROM articles WHERE search @@ (SELECT query FROM terms)
),
page AS (SELECT id, rank FROM matches ORDER BY rank DESC, id DESC LIMIT $2 OFFSET $3)
SELECT ${article_columns}, (SELECT count(*) FROM matches) AS total FROM page JOIN articles USING (id) ORDER BY page.rank DESC, id DESC`;

app.get(
  "/articles/search",
  {
    schema: {
      querystring: { type: "object", required: ["q"], properties: { q: { type: "string", minLength: 1 }, ...pages } },
      response: { 200: found },
    },
  },
  async (request) => {
    const { q, page, per_page } = request.query;
    const items = await rowsOf("search", search, [q, per_page, (page - 1) * per_page]);
    return { items, total: items[0]?.total ?? 0, page, per_page };
  },
);

const insert = `INSERT INTO articles (title, content, author, category, tags, status, created_at, updated_at, published_at)
VALUES ($1, $2, $3, $4, $5, $6, now(), now(), CASE WHEN $6 = 'published' THEN now() END) RETURNING ${article_columns}`;

app.post("/articles", { schema: { body: creation, response: { 201: article } } }, async (request, reply) => {
  const { title, content, author, category, tags, status } = request.body;
  const [row] = await rowsOf("insert", insert, [title, content, author, category, tags, status]);
  return reply.code(201).header("location", `/articles/${row.id}`).send(row);
});

await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
