import type { FieldNode, GraphQLResolveInfo } from "graphql";
import type { ArticleInput, ArticlePatch } from "../article/article.ts";
import { AppError } from "../article/errors.ts";
import { checkId, checkNotNull, checkVersion } from "./arguments.ts";
import { DateTime } from "./date-time.ts";
import { toRestSort } from "./names.ts";
import type { OperationContext } from "./operation-context.ts";
import type { ArticlePage, FetchedArticle } from "./rest-answer.ts";
import { articleFields, subfields } from "./selection.ts";

interface ListArguments {
  readonly page?: number | null;
  readonly perPage: number | null;
  readonly filter?: Readonly<Partial<Record<"status" | "category" | "author" | "tag", string | null>>> | null;
  readonly sort?: string | null;
  readonly cursor?: string | null;
}

interface SearchArguments {
  readonly query: string;
  readonly page: number | null;
  readonly perPage: number | null;
}

type Context = OperationContext;
type Info = GraphQLResolveInfo;

const Query = {
  article: (_: unknown, { id }: { id: string }, { reads }: Context, info: Info) =>
    reads.byId(checkId(id), articleFields(info.fieldNodes, info)),

  articles: (_: unknown, args: ListArguments, { reads }: Context, info: Info) => {
    const selected = subfields(info.fieldNodes, info);
    const items: readonly FieldNode[] = selected.get("items") ?? [];
    const { page, sort, cursor, filter } = args;
    const wish = {
      ...given("page", page),
      per_page: checkNotNull(args.perPage, "perPage"),
      ...given("cursor", cursor),
      ...given("sort", sort == null ? sort : toRestSort(sort)),
      filter: {
        ...given("status", filter?.status),
        ...given("category", filter?.category),
        ...given("author", filter?.author),
        ...given("tag", filter?.tag),
      },
    };
    return reads.list(wish, articleFields(items, info), selected.has("total") || selected.has("pages"));
  },

  searchArticles: (_: unknown, args: SearchArguments, { reads }: Context, info: Info) => {
    const page = checkNotNull(args.page, "page");
    const per_page = checkNotNull(args.perPage, "perPage");
    return reads.search({ q: args.query, page, per_page }, articleFields(info.fieldNodes, info));
  },
};

const Mutation = {
  createArticle: (_: unknown, { input }: { input: ArticleInput }, { rest, caller }: Context) => rest.create(caller, input),

  updateArticle: (
    _: unknown,
    { id, input, ifVersion }: { id: string; input: ArticlePatch; ifVersion?: number | null },
    { rest, caller }: Context,
  ) => rest.patch(caller, checkId(id), input, checkVersion(ifVersion)),

  deleteArticle: async (_: unknown, { id, ifVersion }: { id: string; ifVersion?: number | null }, { rest, caller }: Context) => {
    await rest.remove(caller, checkId(id), checkVersion(ifVersion));
    return true;
  },

  publishArticle: (_: unknown, { id }: { id: string }, { rest, caller }: Context) => rest.publish(caller, checkId(id)),
};

/** The fields that have another name in REST; the rest GraphQL finds by itself. */
const Article = {
  viewsCount: (article: FetchedArticle) => article.views_count,
  createdAt: (article: FetchedArticle) => article.created_at,
  updatedAt: (article: FetchedArticle) => article.updated_at,
  publishedAt: (article: FetchedArticle) => article.published_at,
};

const ArticleConnection = {
  perPage: (page: ArticlePage) => page.per_page,
  total: (page: ArticlePage) => counted(page.total),
  pages: (page: ArticlePage) => counted(page.pages),
  hasNextPage: (page: ArticlePage) => page.next_cursor !== null,
  nextCursor: (page: ArticlePage) => page.next_cursor,
};

const ArticleStatus = { DRAFT: "draft", PUBLISHED: "published", ARCHIVED: "archived" };

export const resolvers = { Query, Mutation, Article, ArticleConnection, ArticleStatus, DateTime };

/** Null in an optional argument means the same as leaving it out: clients send unused variables so. */
function given<Name extends string, Value>(name: Name, value: Value | null | undefined): { [key in Name]?: Value } {
  // A computed key widens to string: the cast says what the line before it says.
  return value === null || value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}

function counted(count: number | null): number {
  if (count !== null) return count;
  throw new AppError("unavailable", "The API did not count, although it was asked to.");
}
