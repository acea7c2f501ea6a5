import type { PostgresConfig } from "../config/config.ts";

/** The variables that point a process at a database of `services.ts`. */
export function databaseEnv(prefix: "DB1" | "DB2", config: PostgresConfig): Record<string, string> {
  const { host, port, name, user, password, ssl_mode } = config;
  const values = { HOST: host, PORT: String(port), NAME: name, USER: user, PASSWORD: password, SSLMODE: ssl_mode };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}_${key}`, value]));
}
