import { mkdtempSync, rmSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "../config/config.ts";

export interface Authority {
  /** Its own certificate, in PEM. */
  readonly cert: string;
  /** A certificate for names and addresses, of the authority, with its key. The first is also the common name. */
  issue(hosts: readonly [string, ...string[]]): Promise<TlsIdentity>;
}

/** A certificate authority of the test's own, by openssl; nothing of it stays on the disk. */
export async function createAuthority(name = "Test authority"): Promise<Authority> {
  const own = await inFolder(async (folder) => {
    await openssl(folder, [...new_key, "-x509", "-days", "2", "-subj", `/CN=${name}`, "-keyout", "key", "-out", "cert"]);
    return { cert: await text(folder, "cert"), key: await text(folder, "key") };
  });
  return {
    cert: own.cert,
    issue: (hosts) =>
      inFolder(async (folder) => {
        const names = hosts.map((host) => `${isIP(host) ? "IP" : "DNS"}:${host}`).join(",");
        await Promise.all([
          Bun.write(join(folder, "ca"), own.cert),
          Bun.write(join(folder, "ca.key"), own.key),
          Bun.write(join(folder, "extensions"), `subjectAltName=${names}`),
          openssl(folder, [...new_key, "-subj", `/CN=${hosts[0]}`, "-keyout", "key", "-out", "request"]),
        ]);
        await openssl(folder, [
          ...["x509", "-req", "-in", "request", "-CA", "ca", "-CAkey", "ca.key", "-days", "2"],
          ...["-extfile", "extensions", "-out", "cert"],
        ]);
        return { cert: await text(folder, "cert"), key: await text(folder, "key") };
      }),
  };
}

/** Made in milliseconds, where RSA takes up to a second. */
const new_key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function openssl(folder: string, command: readonly string[]): Promise<void> {
  const child = Bun.spawn(["openssl", ...command], { cwd: folder, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const complaint = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`openssl ${command[0]} failed:\n${complaint}`);
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "blog-certificates-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function text(folder: string, name: string): Promise<string> {
  return Bun.file(join(folder, name)).text();
}
