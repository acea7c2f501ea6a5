import { Client, type QueryResultRow } from "pg";
import type { PostgresConfig } from "../../config/config.ts";

/** SQL on a database, past the executable. */
export interface DatabaseSession {
  /** On a connection of its own: the server may have been restarted since. */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Holds a lock that every write to `articles` waits for, while `work` runs. */
  whileLocked<Result>(work: () => Promise<Result>): Promise<Result>;
}

const timeout_ms = 10_000;

export function createDatabaseSession(config: PostgresConfig): DatabaseSession {
  async function withClient<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = new Client({
      host: config.host,
      port: config.port,
      database: config.name,
      user: config.user,
      password: config.password,
      application_name: "fault-suite",
      connectionTimeoutMillis: timeout_ms,
      statement_timeout: timeout_ms,
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  return {
    query: (text, values = []) => withClient(async (client) => (await client.query(text, [...values])).rows),
    whileLocked: (work) =>
      withClient(async (client) => {
        await client.query("BEGIN");
        await client.query("LOCK TABLE articles IN SHARE ROW EXCLUSIVE MODE");
        try {
          return await work();
        } finally {
          await client.query("COMMIT");
        }
      }),
  };
}
