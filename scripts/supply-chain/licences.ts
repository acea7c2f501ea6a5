import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf, type LockedPackage } from "./lockfile.ts";

/** Licences under which a package may go into the executable: all let it be passed on, without a condition on our own code. */
export const allowedLicences: ReadonlySet<string> = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

export interface PackageLicence {
  /** An SPDX expression, as its package.json has it; undefined when that names none. */
  readonly expression: string | undefined;
  readonly author: string | undefined;
  /** The files in which it says so, with their names. */
  readonly texts: readonly { readonly file: string; readonly text: string }[];
}

/** Undefined for a package that is not installed on this machine, as one for another operating system. */
export function licenceOf({ path }: LockedPackage): PackageLicence | undefined {
  const folder = folderOf(path);
  const manifest = readManifest(folder);
  if (manifest === undefined) return undefined;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  return {
    expression: expressionOf(manifest),
    author: authorOf(manifest["author"]),
    texts: files.sort().map((file) => ({ file, text: readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim() })),
  };
}

/** Whether one may choose only what is allowed: of `A OR B` one is enough, of `A AND B` both are needed. */
export function isAllowed(expression: string | undefined): boolean {
  if (expression === undefined) return false;
  const alternatives = expression.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return alternatives.some((all) => all.split(" AND ").every((one) => allowedLicences.has(one)));
}

/** package.json of an installed package. */
export function readManifest(folder: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null ? { ...manifest } : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** `licenses`, a list, is how it was written until 2015. */
function expressionOf({ license, licenses }: Readonly<Record<string, unknown>>): string | undefined {
  const first: unknown = Array.isArray(licenses) ? licenses[0] : undefined;
  const named = license ?? (typeof first === "object" && first !== null && "type" in first ? first.type : first);
  return typeof named === "string" ? named : undefined;
}

function authorOf(author: unknown): string | undefined {
  const name = typeof author === "object" && author !== null && "name" in author ? author.name : author;
  return typeof name === "string" ? name.replace(/ *[<(].*/, "") : undefined;
}
