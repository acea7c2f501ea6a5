import { renderGraphiqlPage } from "./graphiql-page.ts";

/** A browser's navigation: GraphiQL's page. Programs ask for JSON. */
export function wantsGraphiql(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") === true;
}

const examples = [
  {
    query: `# The newest articles. Ctrl-Enter runs it.
query NewestArticles {
  articles(perPage: 5) {
    total
    hasNextPage
    items { id title author status viewsCount publishedAt }
  }
}
`,
  },
  {
    query: `mutation CreateArticle($input: ArticleInput!) {
  createArticle(input: $input) { id title status version createdAt }
}
`,
    variables: JSON.stringify(
      { input: { title: "Hello, world", content: "The first article of many.", author: "Ada Lovelace", status: "PUBLISHED" } },
      null,
      2,
    ),
  },
  {
    query: `query OneArticle($id: ID!) {
  article(id: $id) { id title content tags viewsCount version }
}
`,
    variables: JSON.stringify({ id: "1" }, null, 2),
  },
  {
    query: `query Search($words: String!) {
  searchArticles(query: $words, perPage: 5) { id title author }
}
`,
    variables: JSON.stringify({ words: "first article" }, null, 2),
  },
  {
    query: `# Refused with PRECONDITION_FAILED when the article has moved on from version 1.
mutation UpdateArticle($id: ID!, $input: ArticleUpdateInput!) {
  updateArticle(id: $id, input: $input, ifVersion: 1) { id title version updatedAt }
}
`,
    variables: JSON.stringify({ id: "1", input: { title: "Hello again" } }, null, 2),
  },
];

/** The page holds all it needs: a browser refuses any other script, and anything from elsewhere. The editor sets styles on its elements. */
const contentSecurityPolicy = (script_hash: string): string =>
  [
    "default-src 'none'",
    `script-src '${script_hash}'`,
    "worker-src blob:",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

interface PreparedPage {
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly policy: string;
}

async function preparePage(): Promise<PreparedPage> {
  const { html, script_hash } = await renderGraphiqlPage({ title: "blog", defaultTabs: examples });
  return { gzipped: Bun.gzipSync(html), policy: contentSecurityPolicy(script_hash) };
}

/** GraphiQL with examples in its tabs, in one page of 9 MB (2.4 MB gzipped), made when it is first asked for. */
export function createGraphiql(): (request: Request) => Promise<Response> {
  let page: Promise<PreparedPage> | undefined;
  return async (request) => {
    page ??= preparePage();
    const { gzipped, policy } = await page;
    const takesGzip = request.headers.get("accept-encoding")?.includes("gzip") === true;
    return new Response(takesGzip ? gzipped : Bun.gunzipSync(gzipped), {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "cache-control": "no-cache",
        vary: "accept, accept-encoding",
        ...(takesGzip ? { "content-encoding": "gzip" } : {}),
      },
    });
  };
}
