import type { DatabaseSession } from "../faults/database-session.ts";
import type { Stack } from "./stack.ts";

/** SQL on DB1 from inside its container, as nobody outside may: the database is not published. */
export function primarySession(stack: Pick<Stack, "compose">): Pick<DatabaseSession, "query"> {
  return {
    async query(text) {
      const as_json = `SELECT coalesce(json_agg(found), '[]') FROM (${text}) AS found`;
      const psql = ["psql", "--username=postgres", "--dbname=blog_db", "--no-psqlrc", "--tuples-only", "--no-align"];
      return JSON.parse(await stack.compose("exec", "-T", "postgres-db1", ...psql, "--command", as_json));
    },
  };
}
