import fc from "fast-check";
import type { InputClass } from "./input-class.ts";
import { headerOf, isSilence, type RawRequest, sendRequest } from "./raw-http.ts";

const pieces = [
  "/",
  "//",
  "/.",
  "/..",
  "/%2e%2e",
  "/%2E",
  "%2f",
  "%5c",
  "\\",
  ";a=b",
  "%00",
  "%",
  "%zz",
  "?",
  "%3f",
  "#",
  "%23",
  "api",
  "v1",
  "API",
  "articles",
  "articles/",
  "search",
  "publish",
  "1",
  "health",
  "live",
  "metrics",
  "docs",
  "graphql",
  "openapi.json",
  "etc/passwd",
  "blog-data",
  ".env",
  "~",
  "*",
  " ",
  "\t",
  "é",
  "\xff",
  "%c0%af",
  "%E2%80%AE",
  "a".repeat(3_000),
];
const target = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((chosen) => `/${chosen.join("")}`);
const known = fc.constantFrom(
  "/api/v1/articles",
  "/api/v1/articles/1",
  "/api/v1/articles/search",
  "/api/v1/health",
  "/metrics",
  "/docs",
  "/graphql",
);
const trick = fc.constantFrom(
  "/",
  "//",
  "/.",
  "/..",
  "/%2e",
  "%2f",
  ";",
  "%00",
  "?",
  "#",
  "%20",
  "\\",
  "/../articles",
  ".json",
  "%0a",
);
const around = fc
  .tuple(known, trick)
  .chain(([path, extra]) => fc.nat({ max: path.length }).map((at) => `${path.slice(0, at)}${extra}${path.slice(at)}`));
const absolute = fc
  .tuple(
    fc.constantFrom("http://", "https://", "ftp://", "file://", "//", "http:/", "gopher://"),
    fc.constantFrom("", "evil.example", "127.0.0.1:1", "[::1]", "a b", "user:pass@host", "%00"),
    target,
  )
  .map((parts) => parts.join(""));
const method = fc.constantFrom(
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "QUERY",
  "CONNECT",
  "get",
  "G\u00e9T",
  "PRI",
);

const oldPaths = fc.constantFrom(
  "/graphql?query={__typename}",
  "/graphql?query={%20unknown%20}",
  "/api/v1/articles",
  "/api/v1/articles/1",
  "/docs",
  "/nothing",
);
const hosts = fc.constantFrom(
  "x",
  "a b",
  "%%%",
  "x/y?z",
  "[::1",
  "",
  "evil.example:99999",
  "\u00e9",
  "user:pass@host",
  "x#y",
  "\\\\x",
);

/** A path leads where the router says, or nowhere: no folder, no other host, no other method. */
export const pathTricks: InputClass = {
  name: "path tricks: every path and method is answered with a documented status, and leads nowhere else",
  async run({ api, gateway, replica }, trial) {
    const targets = fc.oneof(target, around, absolute);
    for (const url of [api, gateway, replica]) {
      await trial.each(150, fc.record({ method, target: targets }), (request) => surprise(url, request));
      await trial.each(100, fc.record({ method: fc.constantFrom("GET", "HEAD"), target: targets }), (request) =>
        surprise(url, request),
      );
      await trial.each(40, fc.record({ method: fc.constant("GET"), target: oldPaths, host: hosts }), (request) =>
        surprise(url, request),
      );
      await trial.one("a health check of HTTP/1.0, which names no host", async () => {
        const answer = await sendRequest(url, { method: "GET", target: "/api/v1/health/live", version: "1.0" });
        return isSilence(answer) ? answer.silence : answer.status === 200 ? undefined : `answered ${answer.status}`;
      });
      for (const path of ["/graphql?query={__typename}", "/api/v1/articles/1", "/nothing"])
        await trial.one(`${path} of HTTP/1.0`, () => surprise(url, { method: "GET", target: path, version: "1.0" }));
    }
  },
};

async function surprise(url: string, request: RawRequest): Promise<string | undefined> {
  const answer = await sendRequest(url, request);
  if (isSilence(answer)) return answer.silence === "closed" ? undefined : "hung without an answer";
  const { status, body } = answer;
  if (![200, 204, 400, 404, 405, 406, 408, 413, 415, 431, 505].includes(status))
    return `answered ${status}: ${body.slice(0, 200)}`;
  if (/root:.*:0:0:/.test(body)) return "shows a file of the machine";
  const type = headerOf(answer, "content-type") ?? "";
  if (status >= 400 && body !== "" && !type.includes("json")) return `a ${status} of type ${type}: ${body.slice(0, 200)}`;
  if (status >= 400 && body !== "") JSON.parse(body);
  return undefined;
}
