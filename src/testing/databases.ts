import { Client } from "pg";
import type { PostgresConfig } from "../config/config.ts";

/** Makes a database of its own, owned by an ordinary role of its own. `admin_url` is a superuser's, or of one who may make roles and databases. */
export async function createDatabase(admin_url: string): Promise<PostgresConfig> {
  const name = `blog_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const password = crypto.randomUUID();
  await asAdmin(admin_url, async (admin) => {
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    // Since PostgreSQL 16 who is not a superuser must be a member to hand ownership over.
    await admin.query(`GRANT ${name} TO CURRENT_USER`);
    await admin.query(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  });
  const { hostname, port } = new URL(admin_url);
  return {
    kind: "postgres",
    host: hostname,
    port: Number(port || 5432),
    name,
    user: name,
    password,
    ssl_mode: "disable",
    pool_max: 10,
  };
}

/** Drops what `createDatabase` made, also under connections that are still open. */
export async function dropDatabase(admin_url: string, name: string): Promise<void> {
  await asAdmin(admin_url, async (admin) => {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS ${name}`);
  });
}

async function asAdmin(connectionString: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString, connectionTimeoutMillis: 10_000, statement_timeout: 30_000 });
  admin.on("error", () => {});
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
