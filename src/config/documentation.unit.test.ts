import { expect, test } from "bun:test";
import { composeVariables } from "./compose-variables.ts";
import { envExample, tableMarks, withTable } from "./documentation.ts";
import { allVariables } from "./env.ts";
import { loadConfig } from "./load.ts";

const root = `${import.meta.dir}/../..`;
const rewrite = "run `bun scripts/write-configuration-docs.ts`";

test(".env.example names every variable as the code does", async () => {
  expect(await Bun.file(`${root}/.env.example`).text(), rewrite).toBe(envExample());
});

test("the README's table is the one of the code", async () => {
  const readme = Bun.file(`${root}/README.md`);
  const text = (await readme.exists()) ? await readme.text() : `${tableMarks.begin}${tableMarks.end}`;
  if (!(await readme.exists())) return expect(withTable(text)).toContain("`SECRET_KEY`");
  expect(text, rewrite).toBe(withTable(text));
});

test("every default is allowed by its own rule, and no name stands twice", () => {
  for (const variable of allVariables) {
    if (variable.default !== undefined) expect(variable.rule.parse(variable.default)).toBeDefined();
  }
  expect(new Set(allVariables.map(({ name }) => name)).size).toBe(allVariables.length);
});

test("a .env.example with every line in effect is the default configuration", () => {
  const lines = envExample()
    .split("\n")
    .flatMap((line) => /^#([A-Z0-9_]+)=(.*)$/.exec(line) ?? []);
  const env: Record<string, string> = {};
  for (let index = 0; index < lines.length; index += 3) env[lines[index + 1] ?? ""] = lines[index + 2] ?? "";
  expect(Object.keys(env)).toHaveLength(allVariables.length + composeVariables.length);
  expect(loadConfig({ env })).toEqual(loadConfig({ env: {} }));
});
