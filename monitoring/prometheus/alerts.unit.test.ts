import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readRules, readRuleTests } from "../../src/testing/prometheus/rules.ts";
import { anchorOf, queriesOf, readRunbooks, repository } from "../../src/testing/prometheus/runbooks.ts";
import { selectorsOf } from "../../src/testing/prometheus/selectors.ts";

const { alerts, recordings } = readRules();
const tested = readRuleTests();
const runbooks = readRunbooks();

test("there are as many alerts as cases in which one fires, and each has one in which it must not", () => {
  expect([...tested.fired].sort()).toEqual(alerts.map(({ alert, labels }) => `${alert} ${labels.severity}`).sort());
  expect([...tested.quiet].sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
});

test("each alert has its severity, and a page in the runbooks that it links to", () => {
  for (const { alert, labels, annotations } of alerts) {
    expect(labels.severity).toBeOneOf(["critical", "warning"]);
    expect(annotations.runbook_url).toBe(`monitoring/runbooks.md#${anchorOf(alert)}`);
  }
  const linked = [...new Set(alerts.map(({ annotations }) => annotations.runbook_url))];
  expect(runbooks.map(({ url }) => url)).toEqual(linked);
});

test("each page says what the alert means, how to confirm it by a command, and what to do by a command", () => {
  for (const { title, text } of runbooks) {
    const parts = ["**Meaning.**", "**Confirm.**", "**Do.**"].map((part) => text.indexOf(part));
    expect(parts, title).toEqual(parts.toSorted((a, b) => a - b));
    const [meaning = -1, confirm = -1, act = -1] = parts;
    expect(meaning, title).toBeGreaterThanOrEqual(0);
    expect(text.slice(confirm, act), title).toContain("```sh\n");
    expect(text.slice(act), title).toContain("```sh\n");
  }
});

test("what the runbooks tell people to ask is PromQL, of metrics that this program or a rule makes", () => {
  const known = new Set(recordings.map(({ record }) => record));
  for (const page of runbooks) {
    for (const selector of queriesOf(page).flatMap(selectorsOf)) {
      const [name = ""] = selector.split("{");
      expect(known.has(name) || /^[a-z_]+$/.test(name), `${page.title}: ${selector}`).toBeTrue();
    }
  }
});

test("links of the runbooks lead somewhere", () => {
  const file = join(repository, "monitoring/runbooks.md");
  const links = [...readFileSync(file, "utf8").matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)];
  expect(links.length).toBeGreaterThan(0);
  for (const [, path = "", anchor] of links) {
    const target = join(dirname(file), path);
    expect(existsSync(target), path).toBeTrue();
    if (anchor === undefined) continue;
    const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
    expect(headings, path).toContain(anchor);
  }
});

test("an expression that a rule looks at by name is one that a rule makes", () => {
  const made = new Set(recordings.map(({ record }) => record));
  const named = [...alerts, ...recordings]
    .flatMap(({ expr }) => selectorsOf(expr))
    .map((selector) => selector.split("{")[0] ?? "");
  expect(named.filter((name) => name.includes(":") && !made.has(name))).toEqual([]);
});
