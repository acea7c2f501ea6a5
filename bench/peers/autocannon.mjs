// Runs autocannon on the load that the file in the first argument holds, and prints what came of it as JSON.
import { readFileSync } from "node:fs";
import autocannon from "autocannon";

const { url, load, connections, duration_s } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const random = (items) => items[Math.floor(Math.random() * items.length)];

const result = await autocannon({
  url,
  connections,
  duration: duration_s,
  requests: [
    {
      method: load.method,
      headers: { ...load.headers, ...(load.bodies && { "content-type": "application/json" }) },
      setupRequest: (request) => ({ ...request, path: random(load.paths), ...(load.bodies && { body: random(load.bodies) }) }),
    },
  ],
});

process.stdout.write(
  JSON.stringify({
    requests: result.requests.total,
    duration_s: result.duration,
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
    refused: result["4xx"] + result["5xx"],
    unanswered: result.errors + result.timeouts,
  }),
);
