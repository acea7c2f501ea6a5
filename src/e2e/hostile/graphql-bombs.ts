import type { InputClass } from "./input-class.ts";
import { surpriseFromGraphql } from "./judge-graphql.ts";

const times = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n)).join(" ");
const article = 'article(id: "1")';

/** Small to send, large to check or to run. */
const documents: Readonly<Record<string, string>> = {
  "a fragment that spreads itself": `{ ${article} { ...A } } fragment A on Article { ...A }`,
  "two fragments that spread each other": `{ ${article} { ...A } } fragment A on Article { ...B } fragment B on Article { ...A }`,
  "a ring of 300 fragments": `{ ${article} { ...F0 } } ${times(300, (n) => `fragment F${n} on Article { ...F${(n + 1) % 300} }`)}`,
  "fragments that double 25 times": `{ ${article} { ...F0 } } ${times(25, (n) => `fragment F${n} on Article { ...F${n + 1} ...F${n + 1} }`)} fragment F25 on Article { id }`,
  "900 aliases": `{ ${times(150, (n) => `a${n}: ${article} { id }`)} }`,
  "one field 1,900 times": `{ ${"__typename ".repeat(1_900)} }`,
  "one field with arguments 250 times, unequal": `{ ${times(250, (n) => `article(id: "${n}") { id }`)} }`,
  "1,000 directives": `{ ${article} { id ${"@skip(if: false) ".repeat(300)} } }`,
  "directives that nobody knows": `{ ${article} { id ${times(400, (n) => `@d${n}`)} } }`,
  "600 levels of inline fragments": `{ ${article} ${"{ ... on Article ".repeat(600)} { id } ${"}".repeat(601)}`,
  "900 levels of lists": `{ articles(filter: { tag: ${"[".repeat(900)}${"]".repeat(900)} }) { perPage } }`,
  "20,000 levels of lists": `{ articles(filter: { tag: ${"[".repeat(20_000)}`,
  "500 levels of objects": `{ articles(filter: ${"{ tag: ".repeat(500)} 1 ${"}".repeat(500)}) { perPage } }`,
  "500 operations": times(500, (n) => `query Q${n} { __typename }`),
  "600 variables": `query (${times(600, (n) => `$v${n}: Int`)}) { __typename }`,
  "variables of many lists": `query ($v: ${"[".repeat(900)}Int${"]".repeat(900)}) { __typename }`,
  "all of the introspection, nested": `{ __schema { types { ${"fields { type { ".repeat(100)} name ${"} }".repeat(100)} } } }`,
  "introspection by 100 aliases": `{ ${times(100, (n) => `s${n}: __schema { types { name } }`)} }`,
  "1,000 wrong fields": `{ ${times(600, (n) => `nothing${n}`)} }`,
  "1,000 nearly right names": `{ ${times(900, () => "articleS")} }`,
  "a string of 60,000 characters": `{ searchArticles(query: "${"a".repeat(60_000)}") { id } }`,
  "a block string of 60,000 lines": `{ searchArticles(query: """${"\n ".repeat(30_000)}""") { id } }`,
  "60,000 commas": `{ ${",".repeat(60_000)} __typename }`,
  "60,000 comments": `${"#\n".repeat(30_000)} { __typename }`,
  "pages at the end of the world": "{ articles(page: 2147483647, perPage: 100) { items { id } } }",
  "perPage of two billion": "{ articles(perPage: 2147483647) { items { id content } } }",
  "thirty lists of a hundred": `{ ${times(29, (n) => `a${n}: articles(perPage: 100, page: ${n + 1}) { items { id } }`)} }`,
  "a name of 60,000 letters": `{ ${"a".repeat(60_000)} }`,
  "bytes of another alphabet": "{ \u202E__typename \u0000 }",
};

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const variables: Readonly<Record<string, string>> = {
  "a list 3,000 levels deep": `{"v":${deep(3_000)}}`,
  "a list a million levels deep": `{"v":${deep(1_000_000)}}`,
  "a list of a million": `{"v":[${"1,".repeat(1_000_000)}1]}`,
  "an object of 300,000 fields": `{"v":{${Array.from({ length: 300_000 }, (_, n) => `"k${n}":1`).join()}}}`,
  "300,000 variables that nobody asked for": `{${Array.from({ length: 300_000 }, (_, n) => `"k${n}":1`).join()}}`,
  "a string of six million characters": `{"v":"${"x".repeat(6_000_000)}"}`,
  __proto__: '{"__proto__":{"v":1},"constructor":{"prototype":{"v":1}}}',
  "a number beyond numbers": '{"v":1e999}',
};
const declared = ["ID", "[String!]", "ArticleStatus", "ArticleFilterInput", "Int"] as const;

export const graphqlBombs: InputClass = {
  name: "GraphQL bombs: cycles, floods, depth and huge variables are refused at once, or cost little",
  async run({ gateway }, trial) {
    const ask = (body: string) => surpriseFromGraphql(gateway, { body });
    for (const [name, query] of Object.entries(documents)) {
      await trial.one(name, () => ask(JSON.stringify({ query })));
      if (trial.thorough) await trial.one(`ten times ${name}`, () => ask(JSON.stringify(Array(10).fill({ query }))));
    }
    for (const [name, value] of Object.entries(variables)) {
      for (const type of trial.thorough ? declared : declared.slice(0, 2)) {
        const query = `query ($v: ${type}) { __typename @skip(if: false) articles { perPage } }`;
        await trial.one(`${name} as ${type}`, () => ask(`{"query":${JSON.stringify(query)},"variables":${value}}`));
      }
    }
  },
};
