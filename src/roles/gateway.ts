import type { QueryList } from "../config/query-list.ts";
import { createGatewayHandler } from "../gateway/handler.ts";
import { createAutomaticPersistedQueries, createListedQueries, type PersistedQueries } from "../gateway/persisted-queries.ts";
import { createReplicaReads } from "../gateway/replica-reads.ts";
import { createSharedCalls } from "../gateway/shared-calls.ts";
import type { Check } from "../platform/health.ts";
import { startGatewayCounters } from "./counters-from-zero.ts";
import { openRateLimits } from "./rate-limits.ts";
import type { RoleContext, RunningRole } from "./role-context.ts";
import type { RoleServer } from "./role-server.ts";
import { openUpstream, type Upstream } from "./upstream.ts";

export interface GatewayRoleParts {
  readonly server: RoleServer;
  /** Of this process; asked where the configuration names no URL. */
  readonly api: RoleServer | undefined;
  readonly sync: RoleServer | undefined;
}

/** One more try may meet another process; waiting longer would eat up what the API has left of the deadline. */
const replica_attempts_max = 2;

/** GraphQL over the REST API, and over the replica's while the API cannot answer. */
export async function startGateway(context: RoleContext, { server, api, sync }: GatewayRoleParts): Promise<RunningRole> {
  const { config, metrics, tracing } = context;
  const log = context.log.child({ role: "gateway" });

  const primary = openUpstream({ name: "api", url: config.rest_api_url, server: api, metrics, log, tracing });
  const replica = openUpstream({
    name: "replica",
    url: config.replica_api_url,
    server: sync,
    // Nobody stands behind the replica: within its deadline a read waits rather than fails. So many there are at most.
    settings: { attempts_max: replica_attempts_max, queue_max: config.gateway.limits.concurrency_max },
    metrics,
    log,
    tracing,
  });
  startGatewayCounters(metrics);
  if (primary === undefined) throw new Error("this process has neither an API nor the address of one");

  const checks = [primary, replica].flatMap((upstream) => (upstream === undefined ? [] : [upstream.check]));
  server.health.watch([...checks, anyOf(checks)]);
  const handler = createGatewayHandler({
    restClient: createSharedCalls(replica === undefined ? primary.client : withReplica(primary, replica)),
    log,
    graphiql: config.web.docs && config.env === "development",
    introspection: config.gateway.introspection,
    limits: config.gateway.limits,
    persisted: persistedQueries(config.gateway.only_queries),
    bounds: config.bounds,
    open_writes: config.access.open_writes,
    cors_origins: config.web.cors_origins,
    rateLimit: openRateLimits(config.rate_limits, log).reads,
    hooks: {
      onOperation(operation_type, result) {
        metrics.graphql.operations.labels(operation_type, result).inc();
      },
    },
  });
  server.start(handler);
  // It opened nothing that has to be closed: its port is closed by whoever opened it.
  return { handler, health: server.health, async [Symbol.asyncDispose]() {} };

  function withReplica({ client }: Upstream, other: Upstream) {
    return createReplicaReads({
      primary: client,
      replica: other.client,
      hooks: {
        onReadFromReplica(reason) {
          metrics.graphql.stale_reads.labels(reason).inc();
          log.debug({ reason }, "a read turned to the replica");
        },
      },
    });
  }
}

function persistedQueries(only: QueryList | undefined): PersistedQueries {
  return only === undefined ? createAutomaticPersistedQueries() : createListedQueries(only);
}

/** Queries are answered as long as one of the two is there. */
function anyOf(checks: readonly Check[]): Check {
  return {
    name: "reads",
    required: true,
    async run() {
      const results = await Promise.allSettled(checks.map((check) => check.run()));
      const up = results.some((result) => result.status === "fulfilled" && result.value.state === "up");
      return up ? { state: "up" } : { state: "down", detail: "there is nobody to read from" };
    },
  };
}
