import { expect, test } from "bun:test";
import { createStatementNames } from "./statement-names.ts";

function ask(names: ReturnType<typeof createStatementNames>, text: string, times: number): void {
  for (let time = 0; time < times; time++) names(text);
}

test("a common shape has a name from the first time on, another one when it is asked for often", () => {
  const names = createStatementNames("list");
  expect(names("common", true).name).toMatch(/^list:/);
  expect(names("rare").name).toBeUndefined();
  ask(names, "rare", 20);
  expect(names("rare").name).toMatch(/^list:/);
  expect(names("rare")).toBe(names("rare"));
});

test("a caller who varies what is asked for takes no name", () => {
  const names = createStatementNames("list");
  for (let round = 0; round < 20; round++) {
    for (let shape = 0; shape < 300; shape++) names(`shape ${shape}`);
  }
  ask(names, "hot", 20);
  expect(names("hot").name).toBeDefined();
  expect(names("shape 299").name).toBeUndefined();
});

test("names are bounded, and those of common shapes cannot be used up", () => {
  const names = createStatementNames("list");
  ask(names, "hot", 20);
  for (let shape = 0; shape < 200; shape++) ask(names, `shape ${shape}`, 20);
  expect(names("shape 199").name).toBeUndefined();
  expect(names("hot").name).toBeDefined();
  expect(names("common", true).name).toBeDefined();
});
