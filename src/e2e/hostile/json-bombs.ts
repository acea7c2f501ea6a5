import type { Ground } from "./ground.ts";
import type { InputClass } from "./input-class.ts";
import { surpriseFromGraphql } from "./judge-graphql.ts";
import { surpriseFromRest } from "./judge-rest.ts";

const megabyte = 1_048_576;
const json = [["content-type", "application/json"]] as const;
const start = '{"title":"T","author":"A","content":';
const article = `${start}"C"`;
const unknownFields = (count: number) => Array.from({ length: count }, (_, n) => `"k${n}":${n}`).join();

/** As large as a body may be, or as deep, or of an odd kind: where most parsers have a bad day. */
const bombs: Readonly<Record<string, string | Uint8Array>> = {
  "arrays 1,000 deep": "[".repeat(1_000) + "]".repeat(1_000),
  "arrays 3 million deep": "[".repeat(3_000_000),
  "arrays 3 million deep, closed": "[".repeat(3_000_000) + "]".repeat(3_000_000),
  "objects a million deep": '{"a":'.repeat(1_000_000),
  "content of arrays 100,000 deep": `${start}${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  "tags of arrays 3 million deep": `${article},"tags":${"[".repeat(3_000_000)}${"]".repeat(3_000_000)}}`,
  "300,000 unknown fields": `{${unknownFields(300_000)}}`,
  "an article with 300,000 unknown fields": `${article},${unknownFields(300_000)}}`,
  "a million tags": `${article},"tags":[${'"a",'.repeat(1_000_000)}"a"]}`,
  "a million different tags": `${article},"tags":[${Array.from({ length: 700_000 }, (_, n) => `"${n.toString(36)}"`).join()}]}`,
  "two million empty arrays as tags": `${article},"tags":[${"[],".repeat(2_000_000)}[]]}`,
  "a title of 7 million characters": `{"author":"A","content":"C","title":"${"x".repeat(7 * megabyte - 100)}"}`,
  "a content of a million escapes, one too many": `${start}"${"\\u0001".repeat(megabyte + 1)}"}`,
  "a number of a million digits": `${start}${"9".repeat(1_000_000)}}`,
  "an exponent of a million digits": `${start}1e${"9".repeat(1_000_000)}}`,
  "1e999": `${start}1e999}`,
  "-1e999": `${start}-1e999}`,
  "400,000 times the same field": `{${'"title":"T",'.repeat(400_000)}"author":"A","content":"C"}`,
  "a field that comes twice": `${article},"title":"U"}`,
  __proto__: `${article},"__proto__":{"status":"published","isAdmin":true}}`,
  "__proto__ alone": '{"__proto__":{"title":"T","author":"A","content":"C"}}',
  "constructor.prototype": `${article},"constructor":{"prototype":{"status":"published"}}}`,
  "toString and valueOf": `${article},"toString":1,"valueOf":2,"hasOwnProperty":3,"then":4}`,
  "a byte order mark": `\uFEFF${article}}`,
  "UTF-16": Buffer.from(`${article}}`, "utf16le"),
  "bytes that are no UTF-8": Buffer.concat([Buffer.from(`${start}"`), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
  "an overlong NUL": Buffer.concat([Buffer.from(`${start}"`), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]),
  "a surrogate as UTF-8": Buffer.concat([Buffer.from(`${start}"`), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  "a raw NUL": `${start}"\u0000"}`,
  "an escaped NUL": `${start}"\\u0000"}`,
  "half of a surrogate pair": `${start}"\\ud800"}`,
  NaN: `${start}NaN}`,
  comments: `${article}/* */}`,
  "two values": `${article}}${article}}`,
  "nothing but spaces": " ".repeat(megabyte),
  "spaces around": `${" ".repeat(3 * megabyte)}${article}}${" ".repeat(3 * megabyte)}`,
  "cut off": article,
};

export const jsonBombs: InputClass = {
  name: "JSON bombs: deep, wide, huge, repeated and odd ones are answered at once",
  async run(ground, trial) {
    for (const [name, body] of Object.entries(bombs)) {
      for (const operation of ground.document.operations) {
        if (operation.body === undefined || (!trial.thorough && operation.method !== "POST")) continue;
        const request = {
          method: operation.method,
          target: operation.template.replace("{id}", String(ground.ids[0])),
          headers: json,
          body,
        };
        await trial.one(`${operation.method} of ${name}`, () =>
          surpriseFromRest(ground.api, ground.document, request, operation),
        );
      }
      if (trial.thorough) await trial.one(`GraphQL of ${name}`, () => surpriseFromGraphql(ground.gateway, { body }));
      await trial.one(`GraphQL variables of ${name}`, () => surpriseFromGraphql(ground.gateway, { body: inVariables(body) }));
    }
    await trial.one("a plain article after all of them", () => plainArticle(ground));
  },
};

function inVariables(json: string | Uint8Array): Uint8Array {
  const query = "mutation ($input: ArticleInput!) { createArticle(input: $input) { id } }";
  return Buffer.concat([
    Buffer.from(`{"query":${JSON.stringify(query)},"variables":{"input":`),
    Buffer.from(json),
    Buffer.from("}}"),
  ]);
}

/** What has no status of its own gets the default, also after somebody tried to give every object one. */
async function plainArticle({ api }: Ground): Promise<string | undefined> {
  const response = await fetch(`${api}/api/v1/articles`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: `${article}}`,
  });
  const created = await response.text();
  return response.status === 201 && created.includes('"status":"draft"') ? undefined : `${response.status} ${created}`;
}
