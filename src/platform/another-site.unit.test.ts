import { expect, test } from "bun:test";
import { comesFromAnotherSite } from "./another-site.ts";

const other = "https://evil.example";
const judged = (headers: Record<string, string>, allowed?: "*" | string[]) => comesFromAnotherSite(new Headers(headers), allowed);

test.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ origin: other, "sec-fetch-site": "cross-site" }, true],
  [{ origin: "http://localhost:3000", "sec-fetch-site": "same-site" }, true],
  [{ origin: "http://localhost:3000", "sec-fetch-site": "same-origin" }, false],
  [{ origin: "null", "sec-fetch-site": "cross-site" }, true],
  [{ origin: other, host: "blog.example" }, true],
  [{ origin: "null", host: "blog.example" }, true],
  [{ origin: "http://devbox:5000", host: "devbox:5000" }, false],
  [{ origin: "http://devbox:5000", host: "localhost:5000" }, true],
  [{ origin: "http://my.blog.localhost:5000", "sec-fetch-site": "same-origin" }, false],
  [{ origin: "http://192.168.1.7:5000", "sec-fetch-site": "same-origin" }, false],
  [{ origin: "http://[::1]:5000", "sec-fetch-site": "same-origin" }, false],
  // Its owner has it lead here.
  [{ origin: "http://evil.example:5000", host: "evil.example:5000" }, true],
  [{ origin: "http://evil.example:5000", host: "evil.example:5000", "sec-fetch-site": "same-origin" }, true],
  [{ origin: "http://10.0.0.7.evil.example", "sec-fetch-site": "same-origin" }, true],
])("%p is of another site: %p", (headers, expected) => {
  expect(judged(headers)).toBe(expected);
});

test("sites that may read answers may write as well", () => {
  const headers = { origin: other, "sec-fetch-site": "cross-site" };
  expect([judged(headers, "*"), judged(headers, [other]), judged(headers, ["https://blog.example"])]).toEqual([
    false,
    false,
    true,
  ]);
});
