import { beforeAll, expect, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { createCyclonedxCheck } from "./cyclonedx-schema.ts";
import { packagesWithScripts, whyBlocked } from "./install-scripts.ts";
import { isAllowed, licenceOf } from "./licences.ts";
import { type LockedPackage, type Lockfile, readLockfile } from "./lockfile.ts";
import { createSbom } from "./sbom.ts";
import { shippedPackages } from "./shipped.ts";
import { file, thirdPartyLicences } from "./third-party-licences.ts";

let lock: Lockfile;
let shipped: readonly LockedPackage[];
let problemsOf: (document: string) => readonly string[];

beforeAll(async () => {
  lock = await readLockfile();
  shipped = await shippedPackages(lock);
  problemsOf = await createCyclonedxCheck();
});

test("package.json names exact versions, and nothing from beside the registry", () => {
  const { dependencies, devDependencies, overrides } = packageJson;
  const ranges = Object.entries({ ...dependencies, ...devDependencies, ...overrides }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(ranges).toEqual([]);
});

test("bun.lock is package.json's, and every package in it has a checksum", () => {
  expect(lock.dependencies).toEqual(packageJson.dependencies);
  expect(lock.dev_dependencies).toEqual(packageJson.devDependencies);
  const unchecked = [...lock.packages.values()].filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity));
  expect(unchecked.map(({ path }) => path)).toEqual([]);
});

test("every script that runs at installation is trusted by name, or blocked with a reason", () => {
  const unnamed = packagesWithScripts(lock).filter(
    (name) => !packageJson.trustedDependencies.includes(name) && whyBlocked(name) === undefined,
  );
  expect(unnamed).toEqual([]);
  expect(packageJson.trustedDependencies.map(whyBlocked)).toEqual(packageJson.trustedDependencies.map(() => undefined));
});

test("what is in the executable has a licence that allows it, and stands in THIRD_PARTY_LICENSES.txt", async () => {
  expect(shipped.map(({ name }) => name)).toContain("kafkajs");
  const refused = shipped.filter((entry) => !isAllowed(licenceOf(entry)?.expression));
  expect(refused.map(({ name }) => name)).toEqual([]);
  expect(await Bun.file(file).text(), "run `bun run licences:write`").toBe(thirdPartyLicences(shipped));
});

test("the bill of materials is valid, and tells what is in the executable from what is not", async () => {
  const document = createSbom(lock, shipped, new Date(0));
  expect(problemsOf(document)).toEqual([]);
  const { components } = JSON.parse(document);
  const scopeOf = (ref: string) => components.find((component: { "bom-ref": string }) => component["bom-ref"] === ref)?.scope;
  expect(components).toHaveLength(lock.packages.size);
  expect(["kafkajs", "bun", "fast-check", "@scarf/scarf"].map(scopeOf)).toEqual(["required", "required", "excluded", "excluded"]);
});

test("the schema refuses what is no bill of materials", async () => {
  const document = JSON.parse(createSbom(lock, shipped, new Date(0)));
  delete document.components[0].name;
  expect(problemsOf(JSON.stringify(document))).not.toEqual([]);
});
