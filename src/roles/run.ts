import type { EventLog } from "../article/event-log.ts";
import type { Config } from "../config/config.ts";
import { controlCommands } from "../control/commands.ts";
import { controlSocketPath } from "../control/protocol.ts";
import { serveControl } from "../control/server.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { pause } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import { claimReplica } from "../store/fed-replica.ts";
import { type RunningApi, startApi } from "./api.ts";
import { announce } from "./banner.ts";
import { buildInfo } from "./build-info.ts";
import { type Databases, openDatabases, prepareDatabase, StoppedWhileStarting } from "./database-parts.ts";
import { openEventLog } from "./event-log-parts.ts";
import { startGateway } from "./gateway.ts";
import type { RoleContext, RunningRole } from "./role-context.ts";
import { startSync } from "./sync.ts";

/** Between telling balancers that this process leaves and leaving: one round of their probes. */
const leave_after_ms = { development: 0, production: 2_000 } as const;

/**
 * Serves the configured roles until `stop` aborts, then closes everything in reverse order.
 * Throws when a part cannot be opened, or when one fails for good while it runs.
 */
export async function runRoles(config: Config, stop: AbortSignal, log: Logger): Promise<void> {
  const context: RoleContext = { config, build: buildInfo, metrics: createMetrics(buildInfo), log, stop };
  const began = performance.now();
  await using parts = new AsyncDisposableStack();

  const databases = parts.use(await openDatabases(context, `blog-${config.roles.join("-")}`));
  const eventLog = config.event_log && parts.use(openEventLog(context));
  const roles = await startRoles(context, databases, eventLog, parts);
  if (roles === undefined) return;
  if (databases.folder && roles.api) parts.use(openControl(context, databases, roles.api));
  announce(context, roles.all, Math.round(performance.now() - began));

  await Promise.race([aborted(stop), ...(eventLog ? [eventLog.failed] : [])]);
  for (const { server } of roles.all) server.health.enter("stopping");
  log.info("stopping");
  await pause(leave_after_ms[config.env]);
}

interface StartedRoles {
  readonly all: readonly RunningRole[];
  readonly api: RunningApi | undefined;
}

/** Starts the roles side by side, since each may wait for a service of its own. Undefined when asked to stop meanwhile. */
async function startRoles(
  context: RoleContext,
  databases: Databases,
  eventLog: EventLog | undefined,
  parts: AsyncDisposableStack,
): Promise<StartedRoles | undefined> {
  const { roles } = context.config;
  const { primary, replica } = databases;
  const sync =
    roles.includes("sync") &&
    replica &&
    eventLog &&
    startSync(context, { replica, eventLog, claim: claimOf(context, databases) });
  const api = roles.includes("api") && primary && eventLog && startApi(context, { primary, eventLog });
  const gateway = roles.includes("gateway") && startGateway(context, { api: api || undefined, sync: sync || undefined });

  // In the order of closing, last to first: what reads closes before what it reads from.
  const starting = [sync, api, gateway].filter((role) => role !== false && role !== undefined);
  const outcomes = await Promise.allSettled(starting);
  for (const outcome of outcomes) if (outcome.status === "fulfilled") parts.use(outcome.value);
  const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
  const [failure] = failures.filter((reason) => !(reason instanceof StoppedWhileStarting));
  if (failure !== undefined) throw failure;
  if (failures.length > 0) return undefined;
  const all = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  return { all, api: api ? await api : undefined };
}

/** Without Kafka, DB1 feeds one replica for good. */
function claimOf(context: RoleContext, { primary, replica }: Databases): (() => Promise<void>) | undefined {
  if (context.config.event_log?.kind !== "in-process" || !primary || !replica) return undefined;
  return async () => {
    await prepareDatabase(context, primary);
    await claimReplica(primary, replica);
  };
}

function openControl({ config, log }: RoleContext, { primary, replica }: Databases, api: RunningApi): AsyncDisposable {
  const databases = [primary, replica].filter((database) => database !== undefined);
  const commands = controlCommands({ databases, writes: api.writes, health: api.server.health, log });
  return serveControl({ path: controlSocketPath(config.data_dir), commands, log });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
