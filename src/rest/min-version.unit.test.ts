import { describe, expect, test } from "bun:test";
import type { VersionWait } from "../store/version-wait.ts";
import { createAccess } from "./access/access.ts";
import { createRestFixture, validInput } from "../testing/rest-fixture.ts";

const paths = ["/api/v1/articles/1", "/api/v1/articles", "/api/v1/articles?ids=1", "/api/v1/articles/search?q=article"];

function replica(reached: (id: number, version: number) => boolean, sees_all = true) {
  const asked: string[] = [];
  const versions: VersionWait = {
    async reached(id, version, _signal, published_only) {
      asked.push(`${id}=${version}${published_only ? " if published" : ""}`);
      return reached(id, version);
    },
    wake() {},
  };
  const access = createAccess({ open_writes: false, public_reads: sees_all ? "all" : "published" });
  const fixture = createRestFixture(() => ({ writable: false, versions, access }) as never);
  return { ...fixture, asked };
}

describe("Blog-Min-Version", () => {
  test("is awaited by every read of the replica, and answered once it is there", async () => {
    const { call, store, asked } = replica(() => true);
    await store.writes.create({ ...newArticle, title: "Article" }, {});
    for (const path of paths) {
      expect((await call("GET", path, { headers: { "blog-min-version": "1=1" } })).status).toBe(200);
    }
    expect(asked).toEqual(paths.map(() => "1=1"));
    expect((await call("GET", "/api/v1/articles/1")).status).toBe(200);
    expect(asked).toHaveLength(paths.length);
  });

  test("is 404 for a deletion that the replica has, and 503 with Retry-After for a version that does not come", async () => {
    const { call } = replica((_, version) => version <= 2);
    expect((await call("GET", "/api/v1/articles/1", { headers: { "blog-min-version": "1=2" } })).status).toBe(404);
    for (const path of paths) {
      const late = await call("GET", path, { headers: { "blog-min-version": "1=3" } });
      expect(late.json).toMatchObject({ status: 503, code: "unavailable" });
      expect(late.headers.get("retry-after")).toBe("1");
    }
  });

  test("is awaited for what is published alone where the caller sees nothing else", async () => {
    const { call, asked } = replica(() => false, false);
    for (const path of paths) await call("GET", path, { headers: { "blog-min-version": "1=1" } });
    expect(asked).toEqual(paths.map(() => "1=1 if published"));
  });

  test("is true at once in DB1", async () => {
    const { call } = createRestFixture();
    await call("POST", "/api/v1/articles", { body: validInput });
    expect((await call("GET", "/api/v1/articles/1", { headers: { "blog-min-version": "1=99" } })).status).toBe(200);
  });

  test.each([
    "",
    "1",
    "1=",
    "=1",
    "1=0",
    "0=1",
    "1=2=3",
    "1=2, 3=4",
    "a=b",
    '1="2"',
    "01=1",
    "9007199254740992=1",
    "1=2147483648",
  ])("is 400 when it is %p, before anything is waited for", async (text) => {
    const { call, asked } = replica(() => true);
    for (const path of paths) {
      const refused = await call("GET", path, { headers: { "blog-min-version": text } });
      expect(refused.json).toMatchObject({ code: "invalid_parameter", errors: [{ pointer: "Blog-Min-Version" }] });
    }
    expect(asked).toEqual([]);
  });
});

const newArticle = {
  ...validInput,
  category: "general",
  tags: [] as string[],
  status: "draft",
  views_count: 0,
  version: 1,
  created_at: "2026-11-23T09:30:00.000Z",
  updated_at: "2026-11-23T09:30:00.000Z",
  published_at: null,
} as const;
