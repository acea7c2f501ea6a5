import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { framed } from "./frame.ts";
import { delivery } from "./overview/delivery.ts";
import { health } from "./overview/health.ts";
import { processes } from "./overview/processes.ts";
import { requests } from "./overview/requests.ts";

export function overview(): Dashboard {
  return framed({
    uid: "blog-overview",
    title: "Blog / Overview",
    description: "Whether all is well: what users get, what is on its way to DB2, and what it costs.",
    processes: "build_info",
    sections: [health(), requests(), delivery(), processes()],
  });
}
