import { expect, test } from "bun:test";
import { schemaText } from "./schema-text.ts";

test("schema.graphql is what the gateway serves (if not: bun scripts/write-graphql-schema.ts)", async () => {
  expect(await Bun.file(new URL("../../schema.graphql", import.meta.url)).text()).toBe(schemaText());
});
