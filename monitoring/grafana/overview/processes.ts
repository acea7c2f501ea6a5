import { line, type Section } from "../frame.ts";
import { states, timeSeries } from "../panels.ts";
import { of, quantile } from "../promql.ts";

/** What each process costs, how it feels, and which build it is. */
export function processes(): Section {
  return { title: "Processes", lines: [line(8, cpu(), memory(), eventLoop()), line(9, checks(), builds())] };
}

function cpu() {
  return timeSeries(
    {
      title: "CPU",
      description:
        "Processor time of each process; 100 % is one core. Requests are worked on by one thread. Good: under 80 %, the dashed line. If it stays above: start more processes of this role (`docker compose up -d --scale api=2`).",
      unit: "percentunit",
      queries: [{ expr: `rate(${of("process_cpu_seconds_total")}[$__rate_interval])`, legend: "{{role}} {{instance}}" }],
    },
    ["green", [0.8, "red"]],
  );
}

function memory() {
  return timeSeries({
    title: "Memory",
    description:
      "Resident memory of each process. Good: level, or a saw. If it climbs for hours without coming back: note the time and the traffic, restart the process (nothing is lost), and tell the developers. The containers' limits are in compose.yml.",
    unit: "bytes",
    queries: [{ expr: of("process_resident_memory_bytes"), legend: "{{role}} {{instance}}" }],
  });
}

function eventLoop() {
  return timeSeries(
    {
      title: "Event loop lag (p99)",
      description:
        "How late a timer of the process fires: so long does every request wait for its turn. Good: under 50 ms. If it rises with *CPU*: add processes. If it rises alone: something occupies the thread, such as a huge answer, or a slow statement of the embedded database.",
      unit: "s",
      queries: [{ expr: quantile(0.99, "event_loop_lag_seconds", ["role", "instance"]), legend: "{{role}} {{instance}}" }],
    },
    ["green", [0.05, "yellow"], [0.25, "red"]],
  );
}

function checks() {
  return states(
    {
      title: "Health checks",
      description:
        "What each role depends on, as /api/v1/health tells it. Good: all green. Red: *Health and liveness* in docs/operations.md has a line for each check; `blog health --url=…` tells the reason. A gap: the process did not run.",
      unit: "none",
      queries: [{ expr: `min by (service, check) (${of("service_check_up")})`, legend: "{{service}} {{check}}" }],
    },
    { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } },
  );
}

function builds() {
  return timeSeries({
    title: "Processes by build",
    description:
      "Processes that run, by role and build. Good: as many as were started, all of one build but during an upgrade. A line that comes and goes: a process that restarts; its last log line, of level `fatal`, says why.",
    unit: "short",
    alerts: ["BlogRoleDown", "BlogInstanceDown"],
    queries: [{ expr: `count by (role, version, commit) (${of("build_info")})`, legend: "{{role}} {{version}} ({{commit}})" }],
  }).decimals(0);
}
