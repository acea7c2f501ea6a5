import { beforeAll, describe, expect, test } from "bun:test";
import { createRestFixture, type RestFixture, validInput } from "../../testing/rest-fixture.ts";
import { type AccessParts, createAccess } from "./access.ts";
import { type Scope, scopes } from "./scopes.ts";
import { createTokenCheck, signToken } from "./token.ts";

const keys = { current: "0123456789abcdef0123456789abcdef", previous: "fedcba9876543210fedcba9876543210" };
const check = createTokenCheck(keys, () => new Date());

function tokenOf(scope: Scope, { key = keys.current, ttl_s = 60, subject = "ada" } = {}): Promise<string> {
  const issued_at = new Date();
  return signToken(key, { scope, subject, issued_at, expires_at: new Date(issued_at.getTime() + ttl_s * 1000) });
}

function createFixture(parts: Partial<AccessParts> = {}): RestFixture {
  const access = createAccess({ check, open_writes: false, public_reads: "published", ...parts });
  return createRestFixture(() => ({ access }));
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const [reader, writer, admin] = await Promise.all(scopes.map((scope) => tokenOf(scope)));
const expired = await tokenOf("articles:admin", { ttl_s: -1 });
const forged = await tokenOf("articles:admin", { key: "another key, of 32 bytes or more." });

type Refusal = 401 | 403 | "let through";
interface Sent {
  readonly authorization?: string;
  readonly read: Refusal;
  readonly write: Refusal;
}

const callers: Readonly<Record<string, Sent>> = {
  anonymous: { read: "let through", write: 401 },
  "another scheme": { authorization: "Basic YTpi", read: "let through", write: 401 },
  reader: { authorization: `Bearer ${reader}`, read: "let through", write: 403 },
  writer: { authorization: `bearer  ${writer}`, read: "let through", write: "let through" },
  admin: { authorization: `Bearer ${admin}`, read: "let through", write: "let through" },
  "previous key": {
    authorization: `Bearer ${await tokenOf("articles:write", { key: keys.previous })}`,
    read: "let through",
    write: "let through",
  },
  expired: { authorization: `Bearer ${expired}`, read: 401, write: 401 },
  "wrong key": { authorization: `Bearer ${forged}`, read: 401, write: 401 },
  "no token": { authorization: "Bearer", read: 401, write: 401 },
  "two tokens": { authorization: `Bearer ${writer}, Bearer ${writer}`, read: 401, write: 401 },
};

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly security?: readonly Readonly<Record<string, string[]>>[] }>>>
  >;
}

/** Every operation of the document, which is made from the route table, with what its `security` says. */
async function operations(fixture: RestFixture) {
  const { paths } = (await fixture.call("GET", "/openapi.json")).json as Described;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== "parameters")
      .map(([method, { security }]) => ({ method: method.toUpperCase(), path, scope: security?.at(-1)?.["accessToken"]?.[0] })),
  );
}

test("who may call what: every caller at every operation", async () => {
  const fixture = createFixture();
  const found = await operations(fixture);
  expect(found.map(({ scope = "none" }) => scope).sort()).toEqual([
    ...Array(3).fill("articles:read"),
    ...Array(5).fill("articles:write"),
    ...Array(4).fill("none"),
  ]);
  for (const { method, path, scope } of found) {
    for (const [name, { authorization, read, write }] of Object.entries(callers)) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status } = await fixture.call(method, path.replace("{id}", "99"), { headers });
      const expected = scope === undefined ? "let through" : scope === "articles:read" ? read : write;
      const got = status === 401 || status === 403 ? status : "let through";
      expect([method, path, name, got]).toEqual([method, path, name, expected]);
    }
  }
});

test("a refusal says what is wrong, and holds nothing of the token", async () => {
  const { call, logged } = createFixture();
  const refused = async (token?: string) => call("POST", "/api/v1/articles", { body: validInput, ...(token && bearer(token)) });
  const challenges = [];
  for (const token of [undefined, expired, forged, reader]) {
    const { headers, json, text } = await refused(token);
    challenges.push([headers.get("www-authenticate"), (json as { code: string }).code]);
    if (token !== undefined) expect(JSON.stringify([text, [...headers], logged])).not.toContain(token.slice(-20));
  }
  expect(challenges).toEqual([
    ['Bearer realm="blog"', "unauthorized"],
    ['Bearer realm="blog", error="invalid_token", error_description="The access token has expired."', "unauthorized"],
    ['Bearer realm="blog", error="invalid_token", error_description="The access token is not valid."', "unauthorized"],
    ['Bearer realm="blog", error="insufficient_scope", scope="articles:write"', "forbidden"],
  ]);
});

describe("the public", () => {
  const fixture = createFixture();
  const get = async (path: string, token?: string) => fixture.call("GET", `/api/v1/articles${path}`, token ? bearer(token) : {});
  const idsIn = (json: unknown) => (json as { items: { id: number }[] }).items.map(({ id }) => id);

  /** 1 and 4 draft, 2 published, 3 archived. */
  beforeAll(async () => {
    for (const status of ["draft", "published", "archived", "draft"]) {
      await fixture.call("POST", "/api/v1/articles", { body: { ...validInput, status }, ...bearer(String(writer)) });
    }
  });

  test("finds what is hidden as little as what is not there, whatever it asks with", async () => {
    for (const path of ["/1", "/3", "/99", "/1?fields=id"]) expect((await get(path)).status).toBe(404);
    const shape = ({ json }: Awaited<ReturnType<typeof get>>) => {
      const { request_id: _, ...problem } = json as Record<string, unknown>;
      return JSON.stringify(problem).replaceAll("99", "1");
    };
    expect(shape(await get("/1"))).toBe(shape(await get("/99")));
    const held = await fixture.call("GET", "/api/v1/articles/1", { headers: { "if-none-match": '"1"' } });
    expect([held.status, held.headers.get("etag")]).toEqual([404, null]);
    expect((await get("/2")).status).toBe(200);
  });

  test.each([
    ["", [2], 1],
    ["?status=published", [2], 1],
    ["?status=draft", [], 0],
    ["?status=archived&with_total=false", [], null],
    ["?category=general&sort=title", [2], 1],
    ["?ids=4,3,2,1&count_views=true", [2], 1],
    ["?ids=1&status=draft", [], 0],
    ["/search?q=first", [2], 1],
    ["/search?q=first&status=draft", [], 0],
  ])("of %s sees what is published, also in the total", async (path, ids, total) => {
    const { json } = await get(path);
    expect([idsIn(json), (json as { total: number | null }).total]).toEqual([ids, total]);
  });

  test("is led on by cursors and links to what is published alone", async () => {
    const { json } = await get("?per_page=1");
    expect(json).toMatchObject({ next_cursor: null, pages: 1 });
    const all = (await get("?per_page=1", reader)).json as { next_cursor: string };
    expect(idsIn((await get(`?cursor=${all.next_cursor}&per_page=9`)).json)).toEqual([2]);
  });

  test("with articles:read is the public no longer; a token without a scope of ours changes nothing", async () => {
    expect(idsIn((await get("?sort=created_at", reader)).json)).toEqual([1, 2, 3, 4]);
    expect((await get("/1", writer)).status).toBe(200);
    const other = await tokenOf("articles:reads" as Scope);
    expect([(await get("/1", other)).status, (await get("/2", other)).status]).toEqual([404, 200]);
  });

  test("sees all under PUBLIC_READS=all, and still writes nothing", async () => {
    const { call } = createFixture({ public_reads: "all" });
    await call("POST", "/api/v1/articles", { body: validInput, ...bearer(String(writer)) });
    expect((await call("GET", "/api/v1/articles/1")).status).toBe(200);
    expect((await call("DELETE", "/api/v1/articles/1")).status).toBe(401);
  });
});

describe("in development", () => {
  const post = async (parts: Partial<AccessParts>, token?: string) => {
    const { call } = createFixture({ open_writes: true, public_reads: "all", ...parts });
    return (await call("POST", "/api/v1/articles", { body: validInput, ...(token && bearer(token)) })).status;
  };

  test("a key makes tokens count, for those who send one", async () => {
    expect(await Promise.all([undefined, writer, reader, expired].map((token) => post({}, token)))).toEqual([201, 201, 403, 401]);
  });

  test("without a key nobody looks at a token", async () => {
    expect(await post({ check: undefined }, expired)).toBe(201);
  });

  test("the document says that a token is optional", async () => {
    const { call } = createFixture({ open_writes: true });
    const { paths } = (await call("GET", "/openapi.json")).json as Described;
    expect(paths["/api/v1/articles"]?.["post"]?.security).toEqual([{}, { accessToken: ["articles:write"] }]);
  });
});

test("an idempotency key is its caller's: another one's request under it is done", async () => {
  const { call } = createFixture();
  const [ada, ada_again, bob] = await Promise.all(
    [{}, { ttl_s: 120 }, { subject: "bob" }].map((more) => tokenOf("articles:write", more)),
  );
  const post = async (token = "") => {
    const headers = { ...bearer(token).headers, "idempotency-key": "k" };
    return (await call("POST", "/api/v1/articles", { body: validInput, headers })).json as { id: number };
  };
  expect([(await post(ada)).id, (await post(ada_again)).id, (await post(bob)).id]).toEqual([1, 1, 2]);
});

test("where writes are open, a page of another site publishes nothing", async () => {
  const access = createAccess({ open_writes: true, public_reads: "all" });
  const { call } = createRestFixture(() => ({ access }));
  await call("POST", "/api/v1/articles", { body: validInput });
  const refused = await call("POST", "/api/v1/articles/1/publish", {
    headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  });
  expect([refused.status, refused.json]).toMatchObject([403, { code: "forbidden" }]);
  expect((await call("GET", "/api/v1/articles/1")).json).toMatchObject({ status: "draft" });
  expect((await call("POST", "/api/v1/articles/1/publish")).status).toBe(200);
});
