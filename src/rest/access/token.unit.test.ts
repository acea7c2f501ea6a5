import { describe, expect, test } from "bun:test";
import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { type JWTPayload, SignJWT } from "jose";
import { createTokenCheck, signToken } from "./token.ts";

const key = "0123456789abcdef0123456789abcdef";
const old_key = key.toUpperCase();
const now = new Date("2026-11-23T09:30:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const check = createTokenCheck({ current: key, previous: old_key }, () => now);
const grant = { scope: "articles:write", subject: "ada", issued_at: now, expires_at: later(60) } as const;

function signed(claims: JWTPayload, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(createSecretKey(key.repeat(2), "utf8"));
}

const fresh = { exp: later(60).getTime() / 1000 };

test("a token says who sends it and what they may do, signed by this key or the one before", async () => {
  for (const signer of [key, old_key]) {
    const verdict = await check(await signToken(signer, grant));
    expect(verdict).toEqual({ valid: true, subject: "ada", scopes: ["articles:write"] });
  }
});

test("it ends on time, and says so", async () => {
  const token = await signToken(key, grant);
  const at = (when: Date) => createTokenCheck({ current: key }, () => when)(token);
  expect(await at(later(59))).toMatchObject({ valid: true });
  expect(await at(later(60))).toEqual({ valid: false, reason: "The access token has expired." });
});

test("one that was found valid ends on time all the same", async () => {
  const token = await signToken(key, grant);
  let at = now;
  const checkThen = createTokenCheck({ current: key }, () => at);
  const verdicts = [];
  for (at of [now, later(59.999), later(60), later(59)]) verdicts.push((await checkThen(token)).valid);
  expect(verdicts).toEqual([true, true, false, true]);
});

test("of many tokens each is judged by itself", async () => {
  const checkAll = createTokenCheck({ current: key }, () => now);
  const tokens = await Promise.all(Array.from({ length: 1_100 }, (_, n) => signToken(key, { ...grant, subject: `author ${n}` })));
  for (const round of [1, 2]) {
    const verdicts = await Promise.all(tokens.map(checkAll));
    const subjects = verdicts.map((verdict) => (verdict.valid ? verdict.subject : `refused in round ${round}`));
    expect(subjects).toEqual(tokens.map((_, n) => `author ${n}`));
  }
  expect(await checkAll(`${tokens[0]}x`)).toMatchObject({ valid: false });
});

describe("is refused", () => {
  const doubled = createTokenCheck({ current: key.repeat(2) }, () => now);
  const unsigned = (header: object) =>
    `${[header, fresh].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;

  test.each<[string, () => Promise<string>]>([
    ["another key", () => signToken("another key of 32 bytes or more...", grant)],
    ["no end", () => signed({ scope: "articles:write" })],
    ["an end that is no number", () => signed({ ...fresh, exp: "never" as never })],
    ["not begun yet", () => signed({ ...fresh, nbf: fresh.exp - 1 })],
    ["another algorithm of the same key", () => signed(fresh, "HS512")],
    ["no signature", async () => unsigned({ alg: "none" })],
    ["no signature that it calls HS256", async () => unsigned({ alg: "HS256" })],
    ["a subject with NUL", () => signed({ ...fresh, sub: "a\0" })],
    ["a subject of any length", () => signed({ ...fresh, sub: "a".repeat(256) })],
    ["a subject that is no text", () => signed({ ...fresh, sub: 7 as never })],
    ["nothing", async () => ""],
  ])("%s", async (_, token) => {
    expect(await doubled(await token())).toEqual({ valid: false, reason: "The access token is not valid." });
  });

  test("any text that was not signed, and any character changed", async () => {
    const token = await signToken(key, grant);
    const changed = fc
      .tuple(fc.nat(token.length - 1), fc.constantFrom(..."Aa0-_.=é\0"))
      .map(([at, other]) => token.slice(0, at) + other + token.slice(at + 1))
      .filter((text) => text !== token);
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, fc.string()), async (text) => !(await check(text)).valid),
      { numRuns: 300 },
    );
  });
});

test("the bits of its last letter that belong to no byte are part of it", async () => {
  const token = await signToken(key, grant);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const others = [...letters].map((last) => token.slice(0, -1) + last).filter((other) => other !== token);
  expect(await Promise.all(others.map(check))).toEqual(
    others.map(() => ({ valid: false, reason: "The access token is not valid." })),
  );
  expect(await check(token)).toMatchObject({ valid: true });
});

test("scopes that are no text are none, and one without a subject is nobody's", async () => {
  const doubled = createTokenCheck({ current: key.repeat(2) }, () => now);
  expect(await doubled(await signed({ ...fresh, scope: ["articles:write"] }))).toEqual({ valid: true, subject: "", scopes: [] });
});
