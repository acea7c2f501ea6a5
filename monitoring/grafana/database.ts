import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { connections } from "./database/connections.ts";
import { slowest } from "./database/slowest.ts";
import { statements } from "./database/statements.ts";
import { framed } from "./frame.ts";

export function database(): Dashboard {
  return framed({
    uid: "blog-database",
    title: "Blog / Database",
    description: "DB1 (primary) and DB2 (replica) as our processes see them: connections, statements, and the slowest of those.",
    processes: "db_pool_connections",
    sections: [connections(), statements(), slowest()],
  });
}
