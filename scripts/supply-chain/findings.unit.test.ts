import { expect, test } from "bun:test";
import { judge, readFindings } from "./findings.ts";
import { isAllowed } from "./licences.ts";
import { parseLockfile } from "./lockfile.ts";

const answer = JSON.stringify({
  pg: [{ id: 7, url: "https://example.org/GHSA-aaaa-bbbb-cccc", title: "t", severity: "high", vulnerable_versions: "<9" }],
});
const judgement = { id: "GHSA-aaaa-bbbb-cccc", package: "pg", why: "w", until: "2027-01-01" } as const;
const before = new Date("2026-12-31");

test("a finding counts unless it is judged, for its package, until the judgement's day", () => {
  const findings = readFindings(answer) ?? [];
  expect(judge(findings, [], before).unjudged).toHaveLength(1);
  expect(judge(findings, [judgement], before)).toMatchObject({ unjudged: [], judged: [{ why: "w" }], idle: [] });
  expect(judge(findings, [{ ...judgement, package: "pg-pool" }], before).unjudged).toHaveLength(1);
  expect(judge(findings, [judgement], new Date("2027-01-02")).unjudged).toHaveLength(1);
});

test("a judgement of what is no longer found is told of", () => {
  expect(judge([], [judgement], before).idle).toEqual([judgement]);
});

test("no answer is not the answer that there is nothing", () => {
  expect(readFindings("{}")).toEqual([]);
  for (const text of ["", "error: 405", "null", "[]"]) expect(readFindings(text)).toBeUndefined();
});

test("of alternative licences one has to be allowed, of joint ones all", () => {
  expect(["MIT", "(MIT OR GPL-3.0)", "MIT AND ISC"].map(isAllowed)).toEqual([true, true, true]);
  expect(["GPL-3.0", "MIT AND GPL-3.0", undefined].map(isAllowed)).toEqual([false, false, false]);
});

test("a package finds what it uses as an import would, the nearest first", () => {
  const lock = parseLockfile(`{
    "workspaces": { "": { "dependencies": { "a": "1.0.0" } } },
    "packages": {
      "a": ["a@1.0.0", "", { "dependencies": { "@s/b": "^1", "c": "^1" } }, "sha512-x"],
      "@s/b": ["@s/b@2.0.0", "", {}, "sha512-x"],
      "a/@s/b": ["@s/b@1.0.0", "", { "optionalDependencies": { "c": "^1", "nowhere": "^1" } }, "sha512-x"],
      "c": ["c@1.0.0", "", {}, "sha512-x"],
    },
  }`);
  expect(lock.packages.get("a")).toMatchObject({ version: "1.0.0", uses: ["a/@s/b", "c"] });
  expect(lock.packages.get("a/@s/b")?.uses).toEqual(["c"]);
});
