import { expect, test } from "bun:test";
import { createTokenCheck } from "../rest/access/token.ts";
import { commandLine } from "./command-line.ts";

const key = "0123456789abcdef0123456789abcdef";

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = { SECRET_KEY: key }) {
  let out = "";
  let err = "";
  const code = await commandLine(["token", ...argv], {
    env,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    err_is_terminal: false,
    columns: 80,
  });
  return { code, out, err };
}

const in_days = (days: number) => () => new Date(Date.now() + days * 86_400_000);

test("prints a token and nothing else, good for 30 days", async () => {
  const { code, out, err } = await run(["--scope=articles:write", "--subject=ada"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const at = (days: number) => createTokenCheck({ current: key }, in_days(days))(out.trim());
  expect(await at(29.9)).toEqual({ valid: true, subject: "ada", scopes: ["articles:write"] });
  expect(await at(30.1)).toMatchObject({ valid: false });
});

test("gives who is not named a name of their own, and --json tells it", async () => {
  const told = await Promise.all(
    [0, 1].map(async () => JSON.parse((await run(["--scope=articles:read", "--ttl=12h", "--json"])).out)),
  );
  expect(told[0]).toMatchObject({ scope: "articles:read", subject: expect.any(String), token: expect.any(String) });
  expect(told[0].subject).not.toBe(told[1].subject);
  expect(Date.parse(told[0].expires_at) - Date.now()).toBeWithin(43_100_000, 43_200_001);
});

test.each([
  [[], "--scope is missing"],
  [["--scope=articles:wirte"], "did you mean articles:write?"],
  [["--scope=articles:write", "--ttl=30"], "a number with s, m, h or d"],
  [["--scope=articles:write", "--ttl=0d"], "--ttl"],
  [["--scope=articles:write", "--ttl=3651d"], "3650d"],
  [["--scope=articles:write", "--subject="], "--subject"],
])("%j is wrong usage", async (argv, message) => {
  expect(await run(argv)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
});

test("without a key, or with one that is too short, the configuration is wrong", async () => {
  for (const env of [{}, { SECRET_KEY: "canary" }]) {
    const { code, out, err } = await run(["--scope=articles:read"], env);
    expect([code, out]).toEqual([78, ""]);
    expect(err).toContain("SECRET_KEY");
    expect(err).not.toContain("canary");
  }
});
