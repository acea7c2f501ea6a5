import { expect, test } from "bun:test";
import { createRestFixture, validInput } from "../testing/rest-fixture.ts";

test("a write beyond those that are let in at once is 503 at once, and there is room again when one has ended", async () => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { call } = createRestFixture(({ writes }) => ({
    bounds: { writes_max: 1, bodies_bytes_max: 1_000, body_timeout_ms: 1_000 },
    writes: {
      ...writes,
      async create(...created) {
        entered.resolve();
        await release.promise;
        return writes.create(...created);
      },
    },
  }));
  const write = () => call("POST", "/api/v1/articles", { body: validInput });
  const first = write();
  await entered.promise;
  const second = await write();
  expect([second.status, second.json, second.headers.get("retry-after")]).toMatchObject([503, { code: "unavailable" }, "1"]);
  expect((await call("GET", "/api/v1/articles")).status).toBe(200);
  release.resolve();
  expect((await first).status).toBe(201);
  expect((await write()).status).toBe(201);
});

test("bodies beyond the bytes that are held at once are 503, also one after the other", async () => {
  const bounds = { writes_max: 10, bodies_bytes_max: 1_000, body_timeout_ms: 1_000 };
  const { call } = createRestFixture(() => ({ bounds }));
  const write = (content: string) => call("POST", "/api/v1/articles", { body: { ...validInput, content } });
  const statuses: number[] = [];
  for (const length of [800, 2_000, 800, 2_000, 800]) statuses.push((await write("x".repeat(length))).status);
  expect(statuses).toEqual([201, 503, 201, 503, 201]);
});
