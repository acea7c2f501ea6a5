import { describe, expect, test } from "bun:test";
import { createAnswerHeaders, createSecureCheck } from "./answer-headers.ts";

const url = "http://api.example/api/v1/articles";
const secure = () => false;
const from = (origin?: string, init: RequestInit = {}) =>
  new Request(url, { ...init, headers: { ...(origin === undefined ? {} : { origin }), ...init.headers } });
const asks = (origin: string, method = "PUT") =>
  from(origin, { method: "OPTIONS", headers: { "access-control-request-method": method } });

test("every answer tells browsers not to guess its type, show it in a frame, run anything in it, or tell where they came from", () => {
  expect(createAnswerHeaders({ secure }).of(from())).toEqual({
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  });
});

test("only callers by HTTPS are told to come by HTTPS for a year", () => {
  const headers = createAnswerHeaders({ secure: (request) => request.headers.has("x-secure") });
  expect(headers.of(from("", { headers: { "x-secure": "1" } }))["strict-transport-security"]).toBe("max-age=31536000");
  expect(headers.of(from())).not.toHaveProperty("strict-transport-security");
});

test("a port with TLS is reached by HTTPS, one behind a proxy when that says so, any other never", () => {
  const told = (proto: string) => from(undefined, { headers: { "x-forwarded-proto": proto } });
  const answers = (tls: boolean, behind_proxy: boolean) => {
    const check = createSecureCheck({ tls, behind_proxy });
    return [check(from()), check(told("http")), check(told("https"))];
  };
  expect(answers(true, false)).toEqual([true, true, true]);
  expect(answers(false, true)).toEqual([false, false, true]);
  expect(answers(false, false)).toEqual([false, false, false]);
});

test("no headers are made for a request", () => {
  const headers = createAnswerHeaders({ secure, cors_origins: ["https://blog.example"] });
  expect(headers.of(from())).toBe(headers.of(from()));
  expect(headers.of(from("https://blog.example"))).toBe(headers.of(from("https://blog.example")));
});

describe("without CORS_ORIGINS", () => {
  test("no page of another site may read an answer, or send what needs leave", () => {
    const headers = createAnswerHeaders({ secure });
    expect(Object.keys(headers.of(from("https://blog.example"))).join()).not.toContain("access-control");
    expect(headers.preflight(asks("https://blog.example"))).toBeUndefined();
  });
});

describe("with origins", () => {
  const headers = createAnswerHeaders({ secure, cors_origins: ["https://blog.example", "http://localhost:3000"] });

  test("pages of just these may read answers, and those of their headers that count", () => {
    const allowed = headers.of(from("http://localhost:3000"));
    expect(allowed).toMatchObject({ "access-control-allow-origin": "http://localhost:3000", vary: "Origin" });
    const exposed = allowed["access-control-expose-headers"]?.split(", ");
    expect(exposed).toContainValues(["ETag", "Location", "Link", "Retry-After", "X-Request-Id", "Blog-Replica-Lag-Seconds"]);
    expect(allowed).not.toHaveProperty("access-control-allow-credentials");
  });

  test.each([
    "https://blog.example.evil.example",
    "https://blog.example:8443",
    "http://blog.example",
    "null",
    "HTTPS://BLOG.EXAMPLE",
    "",
  ])("%p is another one; caches are told that it matters", (origin) => {
    expect(headers.of(from(origin))).not.toHaveProperty("access-control-allow-origin");
    expect(headers.of(from(origin))["vary"]).toBe("Origin");
    expect(headers.preflight(asks(origin))).toBeUndefined();
  });

  test("a preflight names methods and headers, and may be kept for ten minutes", () => {
    expect(headers.preflight(asks("https://blog.example"))).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": "https://blog.example",
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": expect.stringContaining("Authorization, Content-Type, Idempotency-Key, If-Match"),
        "access-control-max-age": "600",
      },
    });
  });

  test("an OPTIONS that is no preflight is none", () => {
    expect(headers.preflight(from("https://blog.example", { method: "OPTIONS" }))).toBeUndefined();
  });
});

test("with * every page may read answers, always without credentials", () => {
  const headers = createAnswerHeaders({ secure, cors_origins: "*" });
  expect(headers.of(from("https://anybody.example"))).toMatchObject({ "access-control-allow-origin": "*" });
  expect(headers.of(from("null"))).not.toHaveProperty("access-control-allow-credentials");
  expect(headers.preflight(asks("null"))?.headers["access-control-allow-origin"]).toBe("*");
});
