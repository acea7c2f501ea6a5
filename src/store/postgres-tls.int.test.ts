import { afterAll, beforeAll, expect, test } from "bun:test";
import type { PostgresConfig } from "../config/config.ts";
import { createLog } from "../platform/log.ts";
import { type Authority, createAuthority } from "../testing/certificates.ts";
import { type Controls, describeWith, postgres } from "../testing/services.ts";
import { connectionAdvice } from "./connection-advice.ts";
import { openPostgres } from "./postgres.ts";

const log = createLog({ level: "silent", format: "json" });

type Server = Controls & { readonly config: PostgresConfig };

/** How the connection to `config` is encrypted; rejects with the advice where it does not come about. */
async function encryption(config: PostgresConfig): Promise<string | undefined> {
  await using database = openPostgres({ ...config, pool_max: 1 }, { name: "primary", application_name: "blog-test", log });
  try {
    const text = "SELECT coalesce(version, 'none') AS version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    return (await database.query<{ version: string }>({ text })).rows[0]?.version;
  } catch (error) {
    throw new Error(connectionAdvice(error, "DB1"), { cause: error });
  }
}

describeWith([postgres], "PostgreSQL that lets nobody in without TLS", () => {
  let authority: Authority;
  let other: Authority;
  let server: Server;
  /** As its certificate names the server; its address is not in there. */
  const named = (more: Partial<PostgresConfig>): PostgresConfig => ({ ...server.config, host: "localhost", ...more });

  beforeAll(async () => {
    [authority, other] = await Promise.all([createAuthority(), createAuthority("Another authority")]);
    server = await postgres.startOwn({ tls: { identity: await authority.issue(["localhost"]) } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(["prefer", "require", "verify-ca", "verify-full"] as const)("%s is encrypted", async (ssl_mode) => {
    const trusting = ssl_mode === "verify-ca" || ssl_mode === "verify-full" ? { ssl_root_cert: authority.cert } : {};
    expect(await encryption(named({ ssl_mode, ...trusting }))).toStartWith("TLSv1.");
  });

  test("disable is turned away, and told what to set", async () => {
    await expect(encryption(named({ ssl_mode: "disable" }))).rejects.toThrow("set DB1_SSLMODE=verify-full");
  });

  test.each(["verify-ca", "verify-full"] as const)("%s refuses a server of another authority", async (ssl_mode) => {
    const wrong = encryption(named({ ssl_mode, ssl_root_cert: other.cert }));
    await expect(wrong).rejects.toThrow("set DB1_SSLROOTCERT to the file of the one that has");
    await expect(encryption(named({ ssl_mode }))).rejects.toThrow("DB1_SSLROOTCERT");
  });

  test("verify-full refuses a certificate for another name, verify-ca does not look at it", async () => {
    const by_address = named({ host: "127.0.0.1", ssl_root_cert: authority.cert });
    await expect(encryption({ ...by_address, ssl_mode: "verify-full" })).rejects.toThrow("set DB1_HOST to a name in it");
    expect(await encryption({ ...by_address, ssl_mode: "verify-ca" })).toStartWith("TLSv1.");
  });

  test("a wrong password is told of as such, over TLS too", async () => {
    const wrong = named({ ssl_mode: "verify-full", ssl_root_cert: authority.cert, password: "wrong" });
    await expect(encryption(wrong)).rejects.toThrow("check DB1_USER and DB1_PASSWORD");
  });
});

describeWith([postgres], "PostgreSQL that asks for a certificate", () => {
  test("lets in who shows one of its authority, at the address that its own certificate names", async () => {
    const authority = await createAuthority();
    const identity = await authority.issue(["127.0.0.1"]);
    await using server = await postgres.startOwn({ tls: { identity, client_authority: authority.cert } });
    const config = { ...server.config, ssl_mode: "verify-full", ssl_root_cert: authority.cert } as const;

    expect(await encryption({ ...config, ssl_identity: await authority.issue(["blog"]) })).toStartWith("TLSv1.");
    await expect(encryption(config)).rejects.toThrow("set DB1_SSLCERT");
    // How, hangs on what arrives first: the server's alert, or the end of the connection.
    const stranger = await (await createAuthority("Another authority")).issue(["blog"]);
    await expect(encryption({ ...config, ssl_identity: stranger })).rejects.toThrow();
  });
});

describeWith([postgres], "PostgreSQL without TLS", () => {
  test("is refused by all modes that demand it, with what to do", async () => {
    const { config, drop } = await postgres.createDatabase();
    await expect(encryption({ ...config, ssl_mode: "require" })).rejects.toThrow("turn ssl on there (or set DB1_SSLMODE=disable");
    await drop();
  });
});
