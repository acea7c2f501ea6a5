import { describe, expect, test } from "bun:test";
import { negotiate, parseContentType } from "./media-types.ts";

describe("Accept", () => {
  const json = "application/json";
  const graphql = "application/graphql-response+json";
  const cases: readonly (readonly [string | null, string | undefined])[] = [
    [null, json],
    ["", json],
    ["*/*", json],
    ["application/*", json],
    [graphql, graphql],
    [`${graphql}; charset=utf-8`, graphql],
    [`${graphql}, ${json};q=0.9`, graphql],
    [`${json}, ${graphql}`, json],
    [`${json};q=0.5, ${graphql};q=0.9`, graphql],
    [`${json};q=0, */*`, graphql],
    ["text/html, application/xhtml+xml, */*;q=0.8", json],
    [`${graphql.toUpperCase()}`, graphql],
    ["text/html", undefined],
    [`${json};q=0`, undefined],
    ["*/*;q=nonsense", undefined],
  ];
  for (const [accept, chosen] of cases) {
    test(`${accept} is answered with ${chosen ?? "406"}`, () => expect<string | undefined>(negotiate(accept)).toBe(chosen));
  }
});

test("a content type is compared without case and parameters, but its charset counts", () => {
  expect(parseContentType("Application/JSON; Charset=UTF-8")).toEqual({ type: "application/json", utf8: true });
  expect(parseContentType('application/json;charset="utf-8"')).toEqual({ type: "application/json", utf8: true });
  expect(parseContentType("application/json; charset=latin1")).toEqual({ type: "application/json", utf8: false });
  expect(parseContentType(null)).toEqual({ type: "", utf8: true });
});
