import { join } from "node:path";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { root } from "../steps.ts";

const folder = join(root, "node_modules/@cyclonedx/cyclonedx-library/res/schema");

const namespace = "http://cyclonedx.org/schema/";
const fileOf = (name: string) => `${name}.SNAPSHOT.schema.json`;

/** Tells what is wrong with a document, by the JSON schema of CycloneDX 1.6: nothing when it is valid. */
export async function createCyclonedxCheck(): Promise<(document: string) => readonly string[]> {
  const schema = (name: string) => Bun.file(join(folder, fileOf(name))).json();
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Formats of draft 2019, which nothing here fills in.
  for (const format of ["idn-email", "iri-reference"]) ajv.addFormat(format, true);
  // Under the names of their files, by which they refer to each other.
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) ajv.addSchema(await schema(name), `${namespace}${fileOf(name)}`);
  const validate = ajv.compile(await schema("bom-1.6"));
  return (document) => {
    validate(JSON.parse(document));
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
  };
}
