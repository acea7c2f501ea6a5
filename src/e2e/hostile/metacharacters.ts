import fc from "fast-check";
import { call } from "../api-client.ts";
import { encoded } from "./hostile-text.ts";
import type { InputClass } from "./input-class.ts";
import { surpriseFromRest } from "./judge-rest.ts";

const sql = [
  "'",
  '"',
  "''",
  "\\'",
  ";",
  "--",
  "/*",
  "*/",
  "$1",
  "$$",
  "%",
  "_",
  "\\",
  "::",
  "||",
  " OR ",
  " UNION SELECT ",
  "1=1",
  "NULL",
  "pg_sleep(9)",
  "E'\\000'",
  "(",
  ")",
  "{",
  "}",
];
const tsquery = [
  "&",
  "|",
  "!",
  "<->",
  "<0>",
  "<16384>",
  ":*",
  ":A",
  "(",
  ")",
  '"',
  "-",
  " or ",
  " and ",
  " not ",
  "'",
  "\\",
  "a",
  "word",
  "the",
  "\u00e9",
  "1",
];
const ofPieces = (pieces: readonly string[], pieces_max: number) =>
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: pieces_max }).map((chosen) => chosen.join("").slice(0, 500));

/** What has a meaning in SQL, LIKE, arrays and text search has none here: values are parameters, always. */
export const metacharacters: InputClass = {
  name: "SQL and tsquery metacharacters: they mean nothing but themselves",
  async run({ api, document, ids }, trial) {
    const operation = (id: string) => document.operations.find((one) => one.id === id);
    const ask = (operationId: string, target: string) =>
      surpriseFromRest(api, document, { method: "GET", target }, operation(operationId));
    await trial.each(150, ofPieces(tsquery, 40), (q) => ask("searchArticles", `/api/v1/articles/search?q=${encoded(q)}`));
    await trial.each(60, ofPieces(sql, 8), (q) => ask("searchArticles", `/api/v1/articles/search?q=${encoded(q)}`));
    const name = fc.constantFrom("author", "category", "tag", "status", "sort", "fields", "ids", "cursor", "page", "per_page");
    await trial.each(120, fc.tuple(name, ofPieces(sql, 8)), ([parameter, value]) =>
      ask("listArticles", `/api/v1/articles?${parameter}=${encoded(value)}`),
    );
    await trial.each(30, ofPieces(sql, 8), (value) => ask("getArticle", `/api/v1/articles/${encoded(`${ids[0]}${value}`)}`));
    await trial.each(40, ofPieces(sql, 6), (author) => findsNobody(api, author.slice(0, 100)));
  },
};

/** A filter that would always be true finds nothing, since nobody has that name. */
async function findsNobody(api: string, author: string): Promise<string | undefined> {
  const { status, body } = await call(`${api}/api/v1/articles?author=${encoded(`nobody${author}`.slice(0, 100))}`);
  return status === 200 && JSON.stringify(body).includes('"total":0') ? undefined : `answered ${status}: ${JSON.stringify(body)}`;
}
