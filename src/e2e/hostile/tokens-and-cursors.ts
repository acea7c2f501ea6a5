import fc from "fast-check";
import { call } from "../api-client.ts";
import type { Ground } from "./ground.ts";
import type { InputClass } from "./input-class.ts";
import { surpriseFromRest } from "./judge-rest.ts";
import { type RawAnswer, sendRequest } from "./raw-http.ts";

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const sorts = ["created_at", "-updated_at", "published_at", "-published_at", "title", "-views_count"] as const;

/** One letter of `text` becomes another one, goes, or comes. */
function flipped(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length - 1 });
  const letter = fc.constantFrom(...base64url, ".", "=", "%20", "+", "/");
  return fc
    .tuple(fc.constantFrom("change", "drop", "add", "double"), place, letter)
    .map(([how, at, other]) => {
      const [before, here, after] = [text.slice(0, at), text.slice(at, at + 1), text.slice(at + 1)];
      if (how === "change") return before + other + after;
      if (how === "drop") return before + after;
      return how === "add" ? before + here + other + after : text + text;
    })
    .filter((other) => other !== text);
}

/** What we gave out comes back changed: it is refused, whatever was changed. */
export const tokensAndCursors: InputClass = {
  name: "cursors and tokens with flipped bits: each is refused",
  async run(ground, trial) {
    const { api, document, tokens } = ground;
    const list = document.operations.find(({ id }) => id === "listArticles");
    for (const sort of sorts) {
      const cursor = await cursorOf(ground, sort);
      const target = (changed: string) => `/api/v1/articles?per_page=1&sort=${sort}&cursor=${changed}`;
      await trial.one(`the cursor of ${sort} as it came`, () =>
        surpriseFromRest(api, document, { method: "GET", target: target(cursor) }, list),
      );
      await trial.each(30, flipped(cursor), async (changed) =>
        mustBe(400, await sendRequest(api, { method: "GET", target: target(changed) })),
      );
      const other = sort.startsWith("-") ? sort.slice(1) : `-${sort}`;
      await trial.one(`the cursor of ${sort} for ${other}`, async () =>
        mustBe(400, await sendRequest(api, { method: "GET", target: `/api/v1/articles?sort=${other}&cursor=${cursor}` })),
      );
    }
    const write = (token: string) =>
      sendRequest(api, {
        method: "POST",
        target: "/api/v1/articles",
        headers: [["authorization", `Bearer ${token}`]],
        body: "{}",
      });
    await trial.one("the token as it was signed", async () => mustBe(415, await write(tokens.writer)));
    await trial.each(150, flipped(tokens.writer), async (changed) =>
      sameToken(changed, tokens.writer) ? undefined : mustBe(401, await write(changed)),
    );
    for (const [name, token] of forgedTokens(tokens.writer)) await trial.one(name, async () => mustBe(401, await write(token)));
  },
};

async function cursorOf({ api }: Ground, sort: string): Promise<string> {
  const { body } = await call(`${api}/api/v1/articles?per_page=1&sort=${sort}`);
  const cursor = typeof body === "object" && body !== null && "next_cursor" in body ? body.next_cursor : undefined;
  if (typeof cursor !== "string") throw new Error(`no cursor for ${sort}`);
  return cursor;
}

function mustBe(status: number, answer: RawAnswer | { readonly silence: string }): string | undefined {
  if ("silence" in answer) return answer.silence;
  return answer.status === status ? undefined : `answered ${answer.status} instead of ${status}: ${answer.body.slice(0, 200)}`;
}

/** Spaces at its end are none of a header's value. */
function sameToken(changed: string, token: string): boolean {
  return changed.trim() === token;
}

function forgedTokens(token: string): readonly (readonly [name: string, token: string])[] {
  const [head = "", payload = "", signature = ""] = token.split(".");
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, "base64url").toString());
  return [
    ["no algorithm", `${encode({ alg: "none" })}.${payload}.`],
    ["no algorithm, with a signature", `${encode({ alg: "none", typ: "JWT" })}.${payload}.${signature}`],
    ["another algorithm", `${encode({ alg: "HS512", typ: "JWT" })}.${payload}.${signature}`],
    ["a key of its own in the head", `${encode({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } })}.${payload}.${signature}`],
    ["a critical extension", `${encode({ alg: "HS256", crit: ["b64"], b64: false })}.${payload}.${signature}`],
    ["a later end", `${head}.${encode({ ...claims, exp: 9_999_999_999 })}.${signature}`],
    ["a wider scope", `${head}.${encode({ ...claims, scope: "articles:admin" })}.${signature}`],
    ["no signature", `${head}.${payload}.`],
    ["two parts", `${head}.${payload}`],
    ["five parts", `${head}.${payload}.${signature}.${payload}.${signature}`],
    ["ten thousand dots", ".".repeat(10_000)],
    [
      "a head of a thousand levels",
      `${Buffer.from(`${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`).toString("base64url")}.${payload}.${signature}`,
    ],
    ["nothing", ""],
    ["twelve thousand letters", "A".repeat(12_000)],
  ];
}
