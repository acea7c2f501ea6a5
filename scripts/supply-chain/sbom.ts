/**
 * `bun run sbom [FILE]`: the bill of materials, as CycloneDX 1.6, in dist/blog.cdx.json. Every package of bun.lock is in it: `required` if
 * something of it is in the executable, else `excluded`, as what builds and tests.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ComponentScope, ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  type License,
  LicenseExpression,
  NamedLicense,
  SpdxLicense,
  Tool,
} from "@cyclonedx/cyclonedx-library/Models";
import { JsonSerializer, JSON as Normalize } from "@cyclonedx/cyclonedx-library/Serialize";
import { isSupportedSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import packageJson from "../../package.json" with { type: "json" };
import { root } from "../steps.ts";
import { createCyclonedxCheck } from "./cyclonedx-schema.ts";
import { licenceOf } from "./licences.ts";
import { type LockedPackage, type Lockfile, readLockfile } from "./lockfile.ts";
import { shippedPackages } from "./shipped.ts";

/** The document as text. `shipped` are those packages of `lock` that are in the executable. */
export function createSbom(lock: Lockfile, shipped: readonly LockedPackage[], made_at: Date): string {
  const required = new Set(shipped.map(({ path }) => path));
  const components = new Map([...lock.packages.values()].map((entry) => [entry.path, toComponent(entry, required)]));
  for (const { path, uses } of lock.packages.values()) dependOn(components.get(path), uses, components);

  const bom = new Bom({ serialNumber: `urn:uuid:${crypto.randomUUID()}` });
  bom.metadata.timestamp = made_at;
  bom.metadata.tools.tools.add(new Tool({ name: "scripts/supply-chain/sbom.ts", version: packageJson.version }));
  const { name, version } = packageJson;
  const application = new Component(ComponentType.Application, name, { version, bomRef: `${name}@${version}` });
  application.licenses.add(toLicence(packageJson.license));
  bom.metadata.component = application;
  dependOn(application, Object.keys({ ...lock.dependencies, ...lock.dev_dependencies }), components);
  for (const component of components.values()) bom.components.add(component);
  return new JsonSerializer(new Normalize.Normalize.Factory(Spec1dot6)).serialize(bom, { sortLists: true, space: 2 });
}

function dependOn(component: Component | undefined, paths: readonly string[], all: ReadonlyMap<string, Component>): void {
  for (const path of paths) {
    const used = all.get(path);
    if (used !== undefined) component?.dependencies.add(used.bomRef);
  }
}

function toComponent(entry: LockedPackage, required: ReadonlySet<string>): Component {
  const { path, name, version, integrity } = entry;
  const [, group, short = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  // The runtime is no module of ours, and all of it is in the executable.
  const in_executable = required.has(path) || path === "bun";
  const component = new Component(path === "bun" ? ComponentType.Platform : ComponentType.Library, short, {
    version,
    bomRef: path,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    scope: in_executable ? ComponentScope.Required : ComponentScope.Excluded,
  });
  if (group !== undefined) component.group = group;
  component.hashes.set(HashAlgorithm["SHA-512"], Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex"));
  const licence = licenceOf(entry);
  if (licence?.expression !== undefined) component.licenses.add(toLicence(licence.expression));
  return component;
}

function toLicence(expression: string): License {
  if (isSupportedSpdxId(expression)) return new SpdxLicense(expression);
  return / (OR|AND|WITH) /.test(expression) ? new LicenseExpression(expression) : new NamedLicense(expression);
}

if (import.meta.main) {
  const file = process.argv[2] ?? join(root, "dist/blog.cdx.json");
  const lock = await readLockfile();
  const document = createSbom(lock, await shippedPackages(lock), new Date());
  const problems = (await createCyclonedxCheck())(document);
  if (problems.length > 0) throw new Error(`The bill of materials is not valid:\n${problems.join("\n")}`);
  mkdirSync(dirname(file), { recursive: true });
  await Bun.write(file, document);
  process.stdout.write(`${file}: ${lock.packages.size} packages, valid CycloneDX 1.6\n`);
}
