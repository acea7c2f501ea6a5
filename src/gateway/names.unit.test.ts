import { expect, test } from "bun:test";
import { toGraphqlEntry, toGraphqlText, toRestSort } from "./names.ts";

test("sort speaks GraphQL's names, and REST's too", () => {
  expect(["createdAt", "-viewsCount", "title", "-published_at", "nonsense", "-", ""].map(toRestSort)).toEqual([
    "created_at",
    "-views_count",
    "title",
    "-published_at",
    "nonsense",
    "-",
    "",
  ]);
});

test("REST's words become GraphQL's, only as whole words", () => {
  expect(toGraphqlText("per_page is 101; sort by -created_at, views_count. super_page per_pages")).toBe(
    "perPage is 101; sort by -createdAt, viewsCount. super_page per_pages",
  );
});

test("places in a body become places in the input, and q is the query", () => {
  expect(toGraphqlText("The article is not valid: see /title, /tags/3, /nope/title.")).toBe(
    "The article is not valid: see /input/title, /input/tags/3, /nope/title.",
  );
  expect(toGraphqlText("q has 501 characters; text of 1 to 500 characters is allowed.")).toStartWith("query has 501");
});

test("pointers lead into the arguments of the GraphQL field", () => {
  const pointers = ["/title", "/tags/3", "", "per_page", "page", "category", "q", "ids", "sort", "If-Match"];
  expect(pointers.map((pointer) => toGraphqlEntry({ pointer, detail: "", code: "" }).pointer)).toEqual([
    "/input/title",
    "/input/tags/3",
    "/input",
    "/perPage",
    "/page",
    "/filter/category",
    "/query",
    "/id",
    "/sort",
    "/ifVersion",
  ]);
});
