import { expect, test } from "bun:test";
import { Registry } from "prom-client";
import { createSampledGauges } from "./sampled-gauges.ts";

const failing = async () => {
  throw new Error("the database is away");
};

for (const label_names of [[], ["status", "database"]]) {
  test(`a source that fails leaves its gauge out, and the scrape answers, with ${label_names.length} labels`, async () => {
    const registry = new Registry();
    const sample = createSampledGauges(registry);
    sample({ name: "kept", help: "Kept", label_names: [] }, async () => [{ labels: {}, value: 7 }]);
    sample({ name: "lost", help: "Lost", label_names }, failing);
    const text = await registry.metrics();
    expect(text).toMatch(/^kept 7$/m);
    expect(text).not.toMatch(/^lost[ {]/m);
  });
}

test("sources of one gauge are told together, without the one that fails", async () => {
  const registry = new Registry();
  const sample = createSampledGauges(registry);
  const gauge = { name: "pool", help: "Pool", label_names: ["database"] };
  sample(gauge, failing);
  sample(gauge, async () => [{ labels: { database: "replica" }, value: 3 }]);
  expect(await registry.metrics()).toMatch(/^pool\{database="replica"\} 3$/m);
});

test("a gauge whose name ends as a counter's is told without a type", async () => {
  const registry = new Registry();
  const sample = createSampledGauges(registry);
  sample({ name: "things_total", help: "Things", label_names: [], untyped: true }, async () => [{ labels: {}, value: 2 }]);
  expect(await registry.metrics()).toBe("# HELP things_total Things\n# TYPE things_total untyped\nthings_total 2\n");
});
