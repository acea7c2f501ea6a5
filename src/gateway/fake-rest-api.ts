import { Value } from "@sinclair/typebox/value";
import {
  type Article,
  type ArticleField,
  ArticleInputSchema,
  ArticlePatchSchema,
  articleFields,
  statuses,
} from "../article/article.ts";
import * as commands from "../article/commands.ts";
import { AppError, type ErrorEntry, notFound, preconditionFailed } from "../article/errors.ts";
import { statusOf } from "./graphql-errors.ts";

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly bytes: number;
}

/** The REST API of the interface, in memory: for tests of the gateway, which count its calls. */
export function createFakeRestApi({ now = () => new Date() } = {}) {
  const articles = new Map<number, Article>();
  const calls: RecordedCall[] = [];
  let last_id = 0;
  let answer: ((request: Request) => Promise<Response>) | undefined;

  async function fetch(request: Request): Promise<Response> {
    const response = await (answer ?? handle)(request);
    const { pathname, searchParams } = new URL(request.url);
    const bytes = (await response.clone().arrayBuffer()).byteLength;
    const query = Object.fromEntries(searchParams);
    calls.push({ method: request.method, path: pathname.replace("/api/v1", ""), query, headers: request.headers, bytes });
    return response;
  }

  async function handle(request: Request): Promise<Response> {
    try {
      return await route(request);
    } catch (error) {
      if (error instanceof AppError) return problem(error, request);
      throw error;
    }
  }

  async function route(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, id, action] = /^\/api\/v1\/articles(?:\/(\d+))?(?:\/(publish|search))?$/.exec(pathname) ?? [];
    const asked = `${request.method} ${id === undefined ? "" : "/id"}${action === undefined ? "" : `/${action}`}`;
    switch (asked) {
      case "GET ":
        return list(searchParams, ["ids", "count_views", "sort", "cursor", "with_total"]);
      case "GET /search":
        return list(searchParams, ["q"]);
      case "POST ":
        return respond(201, put({ ...commands.create(await read(request, ArticleInputSchema), now()), id: ++last_id }));
      case "PATCH /id": {
        const patch = await read(request, ArticlePatchSchema);
        return respond(200, put(commands.patch(matching(request, Number(id)), patch, now()).article));
      }
      case "DELETE /id":
        articles.delete(matching(request, Number(id)).id);
        return new Response(null, { status: 204 });
      case "POST /id/publish":
        return respond(200, put(commands.publish(matching(request, Number(id)), now()).article));
      default:
        throw new AppError("not_found", `There is nothing at ${asked}.`);
    }
  }

  function list(query: URLSearchParams, own_parameters: readonly string[]): Response {
    const known = [...own_parameters, "page", "per_page", "status", "category", "author", "tag", "fields"];
    const unknown = [...query.keys()].find((name) => !known.includes(name));
    if (unknown !== undefined) throw invalid(unknown, `${unknown} is not known here.`);
    const ids = query.get("ids")?.split(",").map(Number);
    const per_page = number(query, "per_page", 10);
    const page = query.has("cursor") ? null : number(query, "page", 1);
    if (per_page > 100) throw invalid("per_page", "per_page is 101; allowed is an integer from 1 to 100.");
    const status = query.get("status");
    if (status !== null && !statuses.some((known) => known === status)) throw invalid("status", `status is ${status}.`);
    const sort = query.get("sort") ?? "-created_at";
    if (!/^-?(created_at|updated_at|published_at|title|views_count)$/.test(sort)) {
      throw invalid("sort", `sort is ${sort}; allowed are created_at, updated_at, published_at, title and views_count.`);
    }
    const q = query.get("q");
    const all = ids === undefined ? [...articles.values()] : ids.flatMap((id) => articles.get(id) ?? []);
    const found = all.filter(
      (article) =>
        (status === null || article.status === status) &&
        (["category", "author"] as const).every((name) => (query.get(name) ?? article[name]) === article[name]) &&
        (!query.has("tag") || article.tags.includes(query.get("tag") ?? "")) &&
        (q === null || article.title.includes(q) || article.content.includes(q)),
    );
    if (query.get("count_views") === "true") {
      for (const article of found) if (article.status === "published") put({ ...article, views_count: article.views_count + 1 });
    }
    const start = page === null ? Number(query.get("cursor")) : (page - 1) * per_page;
    const counted = query.get("with_total") !== "false";
    return respond(200, {
      items: found.slice(start, start + per_page).map((article) => pick(article, query.get("fields"))),
      total: counted ? found.length : null,
      page,
      per_page,
      pages: counted ? Math.ceil(found.length / per_page) : null,
      next_cursor: start + per_page < found.length ? String(start + per_page) : null,
    });
  }

  function put(article: Article): Article {
    articles.set(article.id, article);
    return article;
  }

  function matching(request: Request, id: number): Article {
    const article = articles.get(id);
    if (article === undefined) throw notFound(id);
    const expected = request.headers.get("if-match");
    if (expected !== null && expected !== `"${article.version}"`) throw preconditionFailed(expected, article.version);
    return article;
  }

  return {
    fetch,
    calls,
    articles,
    add: (input: Partial<Article> = {}): Article => {
      const content = { title: `Title ${last_id + 1}`, content: "x".repeat(1000), author: "Ada" };
      return put({ ...commands.create(content, now()), id: ++last_id, ...input });
    },
    /** From here on every call is answered by `answerer`; without one by the API again. */
    answerWith(answerer: ((request: Request) => Promise<Response>) | undefined) {
      answer = answerer;
    },
  };
}

async function read<Schema extends typeof ArticleInputSchema | typeof ArticlePatchSchema>(request: Request, schema: Schema) {
  const body: unknown = await request.json();
  if (Value.Check(schema, body)) return body;
  const errors = [...Value.Errors(schema, body)].map(
    ({ path, value, message }): ErrorEntry => ({
      pointer: path,
      detail: `is ${JSON.stringify(value)}: ${message}`,
      code: "invalid",
    }),
  );
  throw new AppError("validation_failed", "The article is not valid.", { errors });
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name) ?? String(otherwise);
  if (!/^[1-9]\d*$/.test(text)) throw invalid(name, `${name} is ${text}; allowed is an integer from 1.`);
  return Number(text);
}

function invalid(pointer: string, detail: string): AppError {
  return new AppError("invalid_parameter", detail, { errors: [{ pointer, detail, code: "invalid_parameter" }] });
}

function pick(article: Article, fields: string | null): Partial<Article> {
  const wanted = fields === null ? articleFields : fields.split(",");
  const unknown = wanted.find((field) => !articleFields.some((known) => known === field));
  if (unknown !== undefined) throw invalid("fields", `fields has ${unknown}.`);
  const entries = Object.entries(article).filter(([name]) => wanted.includes(name as ArticleField));
  return Object.fromEntries(entries);
}

function respond(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

function problem(error: AppError, request: Request): Response {
  const status = statusOf(error.code);
  const body = {
    type: "about:blank",
    title: error.code,
    status,
    detail: error.message,
    instance: new URL(request.url).pathname,
    code: error.code,
    request_id: request.headers.get("x-request-id"),
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
  };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}
