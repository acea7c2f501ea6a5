import { expect, test } from "bun:test";
import { originList } from "./origins.ts";

test("origins are read as browsers write them", () => {
  expect(originList.parse("*")).toBe("*");
  expect(originList.parse("https://Blog.Example:443, http://localhost:3000,https://blog.example")).toEqual([
    "https://blog.example",
    "http://localhost:3000",
  ]);
  expect(originList.parse("http://[::1]:3000")).toEqual(["http://[::1]:3000"]);
});

test.each([
  "",
  "null",
  "blog.example",
  "https://blog.example/",
  "https://*.example",
  "https://u@blog.example",
  "*,https://a.example",
  "ftp://a.example",
  "https://a.example,",
])("%p is refused", (text) => {
  expect(originList.parse(text)).toBeUndefined();
});
