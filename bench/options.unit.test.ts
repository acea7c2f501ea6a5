import { expect, test } from "bun:test";
import { readOptions } from "./options.ts";

test("without a section everything but the soak is run", () => {
  expect(readOptions(["--quick"])).toMatchObject({ sections: ["http", "graphql", "sync", "growth", "start"], quick: true });
});

test("an unknown section is refused by name", () => {
  expect(() => readOptions(["htpp"])).toThrow("There is no section htpp");
});
