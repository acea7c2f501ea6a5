import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TlsIdentity } from "./config.ts";
import type { Variable } from "./env.ts";
import type { Reader } from "./reader.ts";
import { unreadable } from "./unreadable.ts";

interface IdentityVariables {
  readonly cert: Variable<string>;
  readonly key: Variable<string>;
}

/** The certificates in the file that `variable` names; undefined when it is not set, or the problem is noted. */
export function readCertificates(reader: Reader, variable: Variable<string>): string | undefined {
  return readChain(reader, variable)?.pem;
}

/** A certificate with its key, from two files that belong together; undefined when none is set, or the problem is noted. */
export function readIdentity(reader: Reader, { cert, key }: IdentityVariables): TlsIdentity | undefined {
  if (!reader.isSet(cert) && !reader.isSet(key)) return undefined;
  reader.demand(cert, `required since ${key.name} is set`);
  reader.demand(key, `required since ${cert.name} is set`);
  const chain = readChain(reader, cert);
  const private_key = readKey(reader, key);
  if (chain === undefined || private_key === undefined) return undefined;
  if (!chain.first.checkPrivateKey(private_key.object)) {
    reader.refuse(key, `${key.rule.allowed}; this is the key of another certificate than ${cert.name}'s first`);
    return undefined;
  }
  return { cert: chain.pem, key: private_key.pem };
}

function readChain(reader: Reader, variable: Variable<string>) {
  return readWith(reader, variable, "there is no certificate in it that can be read", (pem) => {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const [first] = blocks.map((block) => new X509Certificate(block));
    return first && { pem, first };
  });
}

function readKey(reader: Reader, variable: Variable<string>): { readonly pem: string; readonly object: KeyObject } | undefined {
  const complaint = "there is no key in it that can be read (one with a passphrase cannot be used)";
  return readWith(reader, variable, complaint, (pem) => ({ pem, object: createPrivateKey(pem) }));
}

function readWith<Parsed>(
  reader: Reader,
  variable: Variable<string>,
  complaint: string,
  parse: (pem: string) => Parsed | undefined,
): Parsed | undefined {
  const file = reader.optional(variable);
  if (file === undefined) return undefined;
  let pem: string;
  try {
    pem = readFileSync(file, "utf8");
  } catch (error) {
    reader.refuse(variable, `${variable.rule.allowed}; ${unreadable(error)}`);
    return undefined;
  }
  const parsed = attempt(() => parse(pem));
  if (parsed === undefined) reader.refuse(variable, `${variable.rule.allowed}; ${complaint}`);
  return parsed;
}

function attempt<Result>(make: () => Result | undefined): Result | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
