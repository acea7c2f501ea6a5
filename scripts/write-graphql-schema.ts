import { schemaText } from "../src/gateway/schema-text.ts";

await Bun.write(new URL("../schema.graphql", import.meta.url), schemaText());
