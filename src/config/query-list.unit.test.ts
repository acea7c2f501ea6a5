import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";

const folder = join(tmpdir(), `blog-queries-${crypto.randomUUID()}`);
const file = join(folder, "queries.json");
const query = "{ articles { total } }";
const hash = new Bun.CryptoHasher("sha256").update(query).digest("hex");

beforeAll(() => void mkdirSync(folder));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (role: string, path = file) => loadConfig({ env: { GATEWAY_PERSISTED_ONLY: path }, role });

function problemsOf(role: string, path?: string): readonly string[] {
  try {
    load(role, path);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable, allowed }) => `${variable}: ${allowed}`);
    throw error;
  }
  return [];
}

describe("GATEWAY_PERSISTED_ONLY", () => {
  test("names the file of the only queries that are run", async () => {
    await Bun.write(file, JSON.stringify({ [hash]: query }));
    expect(load("all").gateway.only_queries).toEqual(new Map([[hash, query]]));
  });

  test.each([
    ["[]", "it is not a JSON object"],
    ["{}", "it lists no query"],
    [JSON.stringify({ abc: query }), `abc is not the SHA-256 of its text, ${hash} is`],
    [JSON.stringify({ [hash]: 1 }), `what stands under ${hash} is not text`],
  ])("%s is refused when the configuration is read, and not at a role that has no GraphQL", async (json, problem) => {
    await Bun.write(file, json);
    const allowed = "a JSON file that maps SHA-256 in hex to the text of a query";
    expect(problemsOf("all")).toEqual([`GATEWAY_PERSISTED_ONLY: ${allowed}; ${problem}`]);
    expect(problemsOf("api").join()).not.toContain("GATEWAY_PERSISTED_ONLY");
  });

  test("tells where a file is no JSON", async () => {
    await Bun.write(file, "{");
    expect(problemsOf("all")).toEqual([expect.stringContaining("it is not JSON (JSON Parse error")]);
  });

  test("may begin with a byte order mark", async () => {
    await Bun.write(file, `\ufeff${JSON.stringify({ [hash]: query })}`);
    expect(load("all").gateway.only_queries?.size).toBe(1);
  });

  test("names a file that is there", () => {
    expect(problemsOf("gateway", join(folder, "none.json"))).toContainEqual(expect.stringContaining("there is no such file"));
  });
});
