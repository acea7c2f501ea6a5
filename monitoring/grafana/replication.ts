import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { framed } from "./frame.ts";
import { applying } from "./replication/applying.ts";
import { lag } from "./replication/lag.ts";
import { publishing } from "./replication/publishing.ts";
import { standing } from "./replication/standing.ts";

export function replication(): Dashboard {
  return framed({
    uid: "blog-replication",
    title: "Blog / Replication",
    description: "The way of an event from DB1's outbox through Kafka into DB2, and what got stuck on it.",
    processes: "build_info",
    sections: [standing(), publishing(), lag(), applying()],
  });
}
