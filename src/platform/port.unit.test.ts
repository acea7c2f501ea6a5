import { expect, test } from "bun:test";
import { explained } from "./port.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: listen`), { code });
const at = { host: "nosuch.invalid", port: 5000 };

test.each([
  ["EADDRINUSE", "Port 5000 on nosuch.invalid is taken by another process: stop it, or set API_PORT"],
  ["EADDRNOTAVAIL", "nosuch.invalid is not an address of this machine: set BLOG_LISTEN_HOST"],
  ["EINVAL", "nosuch.invalid is not an address of this machine: set BLOG_LISTEN_HOST"],
])("%s is told with the variable that says otherwise", (code, words) => {
  expect(String(explained(failure(code), "api", at))).toContain(words);
});

test("another failure stays as it is", () => {
  const error = failure("EMFILE");
  expect(explained(error, "api", at)).toBe(error);
});
