// Mercurius with its JIT compiler, its resolvers straight on pg: no second service, no metrics, no limits, no views.
import Fastify from "fastify";
import mercurius from "mercurius";
import { article_columns, rowsOf } from "./database.mjs";

const schema = `
  enum ArticleStatus { DRAFT PUBLISHED ARCHIVED }
  type Article {
    id: ID!  title: String!  content: String!  author: String!  category: String  tags: [String]
    status: ArticleStatus!  viewsCount: Int  createdAt: String!  updatedAt: String  publishedAt: String
  }
  type ArticleConnection { items: [Article!]!  page: Int!  perPage: Int! }
  type Query { article(id: ID!): Article  articles(page: Int = 1, perPage: Int = 10): ArticleConnection! }
`;

const listed_columns = article_columns.replace("content, ", "");

const resolvers = {
  Article: {
    status: (row) => row.status.toUpperCase(),
    viewsCount: (row) => row.views_count,
    createdAt: (row) => row.created_at.toISOString(),
    updatedAt: (row) => row.updated_at.toISOString(),
    publishedAt: (row) => row.published_at?.toISOString() ?? null,
    // Lists do not read the long texts unless somebody asks for them.
    content: async (row) =>
      row.content ?? (await rowsOf("content", "SELECT content FROM articles WHERE id = $1", [row.id]))[0].content,
  },
  Query: {
    article: async (_, { id }) =>
      (await rowsOf("article", `SELECT ${article_columns} FROM articles WHERE id = $1`, [id]))[0] ?? null,
    articles: async (_, { page, perPage }) => {
      const text = `SELECT ${listed_columns} FROM articles ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2`;
      return { items: await rowsOf("articles", text, [perPage, (page - 1) * perPage]), page, perPage };
    },
  },
};

const app = Fastify();
app.register(mercurius, { schema, resolvers, jit: 1 });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
