import { type PanelBuilder, states } from "./panels.ts";

/** Which alerts fire, and since when; Prometheus keeps a series of each. */
export function firingAlerts(): PanelBuilder {
  return states(
    {
      title: "Alerts",
      description:
        "Alerts that fire (`critical`: now, `warning`: today), as Prometheus' rules in monitoring/prometheus have it. Good: none. Each has its page in the dashboard *Runbooks*: what it means, how to confirm it, and what to do.",
      unit: "none",
      queries: [
        {
          expr:
            'max by (alertname, severity) (ALERTS{alertstate="firing"})' +
            ' or on () label_replace(vector(0), "alertname", "none", "", "")',
          legend: "{{alertname}} {{severity}}",
        },
      ],
    },
    { 0: { text: "all quiet", color: "green" }, 1: { text: "firing", color: "red" } },
  );
}
