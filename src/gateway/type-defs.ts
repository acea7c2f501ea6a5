/** The schema as it is written; `schema.graphql` at the root of the repository is printed from it. */
export const typeDefs = /* GraphQL */ `
  "An instant as RFC 3339 writes it, in UTC with milliseconds: 2026-11-23T09:30:00.000Z"
  scalar DateTime

  enum ArticleStatus {
    DRAFT
    PUBLISHED
    ARCHIVED
  }

  type Article {
    id: ID!
    title: String!
    content: String!
    author: String!
    category: String
    tags: [String]
    status: ArticleStatus!
    "Reads by id while published"
    viewsCount: Int
    "One more at each change; what ifVersion is compared with"
    version: Int!
    createdAt: DateTime!
    updatedAt: DateTime
    "When it was first published, null until then"
    publishedAt: DateTime
  }

  type ArticleConnection {
    items: [Article!]!
    "Counted exactly, and only when it is selected (or pages)"
    total: Int!
    "Null under a cursor"
    page: Int
    perPage: Int!
    pages: Int!
    hasNextPage: Boolean!
    "Where the next page begins, null at the end"
    nextCursor: String
  }

  input ArticleFilterInput {
    status: ArticleStatus
    category: String
    author: String
    tag: String
  }

  input ArticleInput {
    "1 to 200 characters"
    title: String!
    "1 to 1,048,576 bytes of UTF-8"
    content: String!
    "1 to 100 characters"
    author: String!
    "1 to 50 characters; without it: general"
    category: String
    "At most 20, each once, 1 to 50 characters each"
    tags: [String!]
    "Without it: DRAFT"
    status: ArticleStatus
  }

  "What shall change; what is left out stays as it is"
  input ArticleUpdateInput {
    title: String
    content: String
    author: String
    category: String
    tags: [String!]
    status: ArticleStatus
  }

  type Query {
    "One article, or null when there is none with this id. Counts a view of a published one."
    article(id: ID!): Article
    "sort: createdAt, updatedAt, publishedAt, title or viewsCount, with - before it for descending; without it -createdAt. cursor takes the place of page."
    articles(page: Int, perPage: Int = 10, filter: ArticleFilterInput, sort: String, cursor: String): ArticleConnection!
    "Articles that match, best first"
    searchArticles(query: String!, page: Int = 1, perPage: Int = 10): [Article!]!
  }

  type Mutation {
    createArticle(input: ArticleInput!): Article!
    "With ifVersion it is refused (PRECONDITION_FAILED) unless the article is still at that version."
    updateArticle(id: ID!, input: ArticleUpdateInput!, ifVersion: Int): Article!
    "True when it was deleted"
    deleteArticle(id: ID!, ifVersion: Int): Boolean!
    publishArticle(id: ID!): Article!
  }
`;
