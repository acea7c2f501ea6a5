/** `bun run licences:write`: THIRD_PARTY_LICENSES.txt, what goes with every copy of the executable. */
import { join } from "node:path";
import { root } from "../steps.ts";
import { licenceOf, type PackageLicence } from "./licences.ts";
import { type LockedPackage, readLockfile } from "./lockfile.ts";
import { shippedPackages } from "./shipped.ts";

export const file = join(root, "THIRD_PARTY_LICENSES.txt");

const head = `This executable contains the following software of others. Each has the licence that stands with it.

Bun, the runtime: MIT. It is linked with others' libraries, among them JavaScriptCore (LGPL-2.0); all of them, and how to
link anew, are described in Bun's documentation under "License". Bun is used as it is published, unchanged.

Inside packages: @electric-sql/pglite has PostgreSQL (PostgreSQL License), swagger-ui-dist and @graphql-yoga/render-graphiql have the
libraries of their pages (Swagger UI, GraphiQL, Monaco, React and others: MIT, BSD-3-Clause and Apache-2.0).

The container image has, beside the executable, the C library of Debian (glibc: LGPL-2.1) and Mozilla's list of certificate authorities
(MPL-2.0), both unchanged.
`;

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

const rule = "-".repeat(80);

/** The whole file; throws when a package that is shipped does not say what its licence is. */
export function thirdPartyLicences(packages: readonly LockedPackage[]): string {
  const licensed = packages.map((entry) => ({ ...entry, licence: licenceOf(entry) }));
  const list = licensed.map(({ name, version, licence }) => `  ${name} ${version}: ${licence?.expression}`);
  const entries = licensed.map(({ name, version, licence }) => {
    if (licence?.expression === undefined) throw new Error(`${name} is not installed, or names no licence`);
    return `${rule}\n${name} ${version}, ${licence.expression}\n\n${words(licence)}\n`;
  });
  const last = `${rule}\nThe MIT License, of the packages that have no text of it\n\n${mit}`;
  return `${head}\n${[...new Set(list)].join("\n")}\n\n${[...new Set(entries), last].join("\n")}`;
}

function words({ texts, expression, author }: PackageLicence): string {
  if (texts.length === 0) {
    if (expression !== "MIT") throw new Error(`A package has no text of its licence, ${expression}: add it`);
    return `Copyright (c) ${author ?? "its contributors"}. The text stands at the end.`;
  }
  return texts.map(({ text }) => text).join("\n\n");
}

if (import.meta.main) await Bun.write(file, thirdPartyLicences(await shippedPackages(await readLockfile())));
