import { expect, test } from "bun:test";
import { createRateLimit } from "../platform/rate-limit.ts";
import { contextOf, registerContext } from "../platform/request-context.ts";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

/** A gateway with room for `burst` calls of each caller. */
function limitedGateway(burst: number) {
  const rateLimit = createRateLimit({ name: "reads", per_second: 0.01, burst });
  const { handle, rest } = createGatewayUnderTest({ rateLimit });
  return {
    rest,
    async ask(query: string | readonly string[], address: string | undefined) {
      const body = typeof query === "string" ? { query } : query.map((one) => ({ query: one }));
      const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
      const request = new Request("http://gateway/graphql", { method: "POST", headers, body: JSON.stringify(body) });
      registerContext(request, { ...contextOf(request), address });
      const response = await handle(request);
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    },
  };
}

const list = (page: number) => `p${page}: articles(page: ${page}) { items { id } }`;

test("a caller that asks too often is told when to come again, and another is not", async () => {
  const { ask } = limitedGateway(2);
  const statuses = [];
  for (const address of ["203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2"]) {
    statuses.push((await ask("{ __typename }", address)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
  const { headers, body } = await ask("{ __typename }", "203.0.113.1");
  expect(body.errors[0].extensions).toMatchObject({ code: "RATE_LIMITED", status: 429, retryAfter: 100 });
  expect([headers.get("retry-after"), headers.get("ratelimit")]).toEqual(["100", '"reads";r=0;t=100']);
});

test("each call that a request makes counts, and those that may no more be made fail alone", async () => {
  const { ask, rest } = limitedGateway(3);
  const { status, body } = await ask(`{ ${[1, 2, 3].map(list).join(" ")} __typename }`, "203.0.113.1");
  expect([status, body.errors]).toEqual([200, undefined]);
  const calls = rest.calls.length;
  expect((await ask(`{ ${[1, 2].map(list).join(" ")} }`, "203.0.113.1")).status).toBe(429);
  expect(rest.calls).toHaveLength(calls);
  const other = await ask(
    [1, 2, 3, 4, 5].map((page) => `{ ${list(page)} }`),
    "203.0.113.2",
  );
  const refused = other.body.filter(({ errors }: { errors?: unknown }) => errors !== undefined);
  expect(refused.length).toBe(2);
});

test("nobody is counted whose address is not known", async () => {
  const { ask } = limitedGateway(1);
  expect([(await ask("{ __typename }", undefined)).status, (await ask("{ __typename }", undefined)).status]).toEqual([200, 200]);
});

test("a large body counts for many requests", async () => {
  const { ask } = limitedGateway(10);
  const address = "203.0.113.1";
  const padded = `{ __typename }${" ".repeat(60_000)}`;
  const statuses = [];
  for (const query of ["{ __typename }", padded, padded, "{ __typename }"]) statuses.push((await ask(query, address)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});

test("where writes need a token, a request without one has a small body, and one with a token a large one", async () => {
  const { handle } = createGatewayUnderTest({ open_writes: false });
  const body = JSON.stringify({ query: "query ($x: String) { __typename }", variables: { x: "x".repeat(140_000) } });
  const ask = async (more: Record<string, string>) => {
    const headers = { "content-type": "application/json", accept: "application/graphql-response+json", ...more };
    const response = await handle(new Request("http://gateway/graphql", { method: "POST", headers, body }));
    return { status: response.status, text: await response.text() };
  };
  const refused = await ask({});
  expect(refused.status).toBe(413);
  expect(refused.text).toContain("without an access token allowed are 131072 bytes");
  expect((await ask({ authorization: "Bearer any" })).text).not.toContain("too large");
});
