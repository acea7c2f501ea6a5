import { Client, type QueryResultRow } from "pg";
import type { PostgresConfig } from "../../src/config/config.ts";

export interface Sql extends AsyncDisposable {
  rows<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The first column of the first row, as a number. */
  number(text: string, values?: readonly unknown[]): Promise<number>;
  /** Calls `hear` with what is told on the channel from now on. */
  listen(channel: string, hear: (payload: string) => void): Promise<void>;
}

/** One connection, for the harness itself. */
export async function connect(url: string): Promise<Sql> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  async function rows<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await client.query<Row>(text, [...values])).rows;
  }
  return {
    rows,
    async number(text, values) {
      const [row] = await rows(text, values);
      return Number(Object.values(row ?? {})[0]);
    },
    async listen(channel, hear) {
      client.on("notification", (told) => {
        if (told.channel === channel) hear(told.payload ?? "");
      });
      await client.query(`LISTEN ${channel}`);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** The URL by which libpq and pg reach a database. */
export function urlOf({ host, port, name, user, password }: PostgresConfig): string {
  return `postgres://${user}:${password}@${host}:${port}/${name}`;
}
