import { Client } from "pg";
import type { TlsIdentity } from "../config/config.ts";

/** How a server of one's own shall encrypt. */
export interface ServerTls {
  readonly identity: TlsIdentity;
  /** Only clients with a certificate of this authority are let in. */
  readonly client_authority?: string;
}

/**
 * From here on the server lets nobody in without TLS but its superuser. Done over SQL, so that it is the same for a plain process and
 * for a container: the programs run in the server's data folder, as its user.
 */
export async function encryptPostgres(superuser_url: string, { identity, client_authority }: ServerTls): Promise<void> {
  const client_check = client_authority === undefined ? "" : " clientcert=verify-ca";
  const access = ["host all postgres all scram-sha-256", `hostssl all all all scram-sha-256${client_check}`];
  const files = {
    "server.crt": identity.cert,
    "server.key": identity.key,
    "client-ca.crt": client_authority ?? "",
    "pg_hba.conf": access.join("\n"),
  };
  const client = new Client({ connectionString: superuser_url });
  await client.connect();
  try {
    for (const [name, text] of Object.entries(files)) {
      const lines = `SELECT unnest(string_to_array(${client.escapeLiteral(text)}, ${client.escapeLiteral("\n")}))`;
      await client.query(`COPY (${lines}) TO PROGRAM 'umask 077; cat > ${name}'`);
    }
    await client.query("ALTER SYSTEM SET ssl = on");
    if (client_authority !== undefined) await client.query("ALTER SYSTEM SET ssl_ca_file = 'client-ca.crt'");
    await client.query("SELECT pg_reload_conf()");
  } finally {
    await client.end();
  }
}
