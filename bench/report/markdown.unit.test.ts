import { expect, test } from "bun:test";
import { markdownOf } from "./markdown.ts";

const turn = {
  requests: 10,
  p50_ms: 1,
  p99_ms: 2,
  cpu_us: 3,
  postgres_cpu_us: 4,
  beside_cpu_us: 5,
  rss_mib: 6,
  settled_after_s: 0,
};

function runWith(median: number): string {
  const ratio = { against: "them", ratio: { median, min: 1, max: 3 }, target: 2 };
  const sides = [
    { name: "us", rounds: [{ ...turn, requests_per_s: 200 }], warm_up_requests: 1 },
    { name: "them", rounds: [{ ...turn, requests_per_s: 100 }], warm_up_requests: 1 },
  ];
  const contests = [{ work: "reading", sides, ratios: [ratio], faults: [] }];
  const section = {
    title: "REST",
    contests,
    figures: [{ work: "idle", value: "3 %", target: "≤ 1 %", met: false }],
    faults: ["a lie"],
    notes: [],
  };
  return markdownOf({
    date: "2026-11-23",
    version: "v",
    machine: "m",
    generator: "wrk",
    quick: false,
    production: false,
    sections: [section],
  });
}

test("the target stands beside what was reached, with the verdict", () => {
  expect(runWith(2.1)).toContain("|  | them | 100 | 1.00 | 2.00 | 3.0 | 4.0 | 5.0 | 6 | 2.10 (1.00–3.00) | ≥ 2 | met |");
  expect(runWith(1.9)).toContain("1.90 (1.00–3.00) | ≥ 2 | **missed** |");
});

test("figures and faults are shown", () => {
  expect(runWith(1)).toContain("| idle | 3 % | ≤ 1 % | **missed** |");
  expect(runWith(1)).toContain("**FAULT** a lie");
});
