import type { EventLog } from "../article/event-log.ts";
import type { Config, Role } from "../config/config.ts";
import { variables } from "../config/env.ts";
import { controlCommands } from "../control/commands.ts";
import { controlSocketPath } from "../control/protocol.ts";
import { serveControl } from "../control/server.ts";
import { watchEventLoop } from "../metrics/event-loop-lag.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { limitConnections } from "../platform/connection-limit.ts";
import { pause } from "../platform/deadline.ts";
import type { Health } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import { exitInTime } from "../platform/shutdown.ts";
import { type ReplayTarget, throughLog, throughOutbox } from "../replication/replay.ts";
import { createResync, type Resync } from "../replication/resync/resync.ts";
import { claimReplica } from "../store/fed-replica.ts";
import { createOutbox } from "../store/outbox.ts";
import { createParkedEvents } from "../store/parked-events.ts";
import { type RunningApi, startApi } from "./api.ts";
import { announce } from "./banner.ts";
import { buildInfo } from "./build-info.ts";
import { openRoleDatabases, prepareDatabase, StoppedWhileStarting } from "./database-parts.ts";
import { openEventLog } from "./event-log-parts.ts";
import { startGateway } from "./gateway.ts";
import { type HistoryWatch, watchHistory } from "./missing-history.ts";
import type { Databases } from "./open-databases.ts";
import type { RoleContext, RunningRole } from "./role-context.ts";
import { openRoleServer, type RoleServer } from "./role-server.ts";
import { type RunningSync, startSync } from "./sync.ts";
import { openProcessTracing } from "./tracing-parts.ts";

/** Between telling balancers that this process leaves and leaving: one round of their probes. */
const leave_after_ms = { development: 200, production: 2_000 } as const;

/**
 * Serves the configured roles until `stop` aborts, then closes everything in reverse order.
 * Throws when a part cannot be opened, or when one fails for good while it runs.
 */
export async function runRoles(config: Config, stop: AbortSignal, log: Logger): Promise<void> {
  const began = performance.now();
  // When one role cannot start, the others need not wait for their services any longer.
  const giveUp = new AbortController();
  const metrics = createMetrics(buildInfo);
  await using parts = new AsyncDisposableStack();
  // Opened first, so closed last: what is done while the others close is exported too.
  const tracing = config.tracing && parts.use(await openProcessTracing(config.tracing, { metrics, log }));
  const context: RoleContext = {
    config,
    build: buildInfo,
    metrics,
    log,
    tracing,
    stop: AbortSignal.any([stop, giveUp.signal]),
  };
  using _eventLoop = watchEventLoop(context.metrics.event_loop_lag);
  await using listening = new AsyncDisposableStack();

  const servers = openServers(context, listening);
  using _connections = watchConnections(context, servers);
  const databases = parts.use(await openRoleDatabases(context));
  const history = databases.replica && watchHistory({ replica: databases.replica, log, stop: context.stop });
  const eventLog = config.event_log && parts.use(openEventLog(context, (missing) => history?.onMissing(missing)));
  const roles = startRoles(context, servers, { databases, eventLog, history });
  // Wrong credentials for Kafka need not wait for a database to be told of.
  eventLog?.failed.catch(() => giveUp.abort());
  if (!(await allStarted(roles, parts, () => giveUp.abort()))) {
    if (!stop.aborted) await eventLog?.failed;
    return;
  }
  const api = await roles.api;
  const pipeline = api && pipelineOf(databases, eventLog);
  const resync = pipeline && createResync(pipeline);
  const health = [...servers.values()].map((server) => server.health);
  if (databases.folder && api && pipeline && resync) {
    parts.use(openControl(context, { databases, api, pipeline, resync, health }));
  }
  if (history && resync) parts.use(history.resyncWhenMissing(resync));
  announce(context, [...servers.values()], Math.round(performance.now() - began));

  const sync = await roles.sync;
  await orFailed(aborted(stop), [eventLog?.failed, sync?.failed], log);
  for (const role of health) role.enter("stopping");
  log.info("stopping");
  await pause(leave_after_ms[config.env]);
  // First whoever is being answered gets the answer; then what answers depend on may go.
  await listening.disposeAsync();
}

type Servers = ReadonlyMap<Role, RoleServer>;

/** All ports at once: a taken one ends the start before anything slow. */
function openServers(context: RoleContext, listening: AsyncDisposableStack): Servers {
  return new Map(context.config.roles.map((role) => [role, listening.use(openRoleServer(context, role))]));
}

function watchConnections({ config, log }: RoleContext, servers: Servers): Disposable {
  const { name } = variables.bounds.connections_max;
  return limitConnections({
    connections_max: config.bounds.connections_max,
    listeners: [...servers.values()].map(({ listener }) => listener),
    hooks: {
      onCrowded: (open) => log.warn({ open }, `more connections than ${name}: none is kept alive for a while`),
      onRoomAgain: (open) => log.info({ open }, "connections are kept alive again"),
    },
  });
}

interface StartingRoles {
  readonly sync: Promise<RunningSync> | undefined;
  readonly api: Promise<RunningApi> | undefined;
  readonly gateway: Promise<RunningRole> | undefined;
}

interface StartParts {
  readonly databases: Databases;
  readonly eventLog: EventLog | undefined;
  readonly history: HistoryWatch | undefined;
}

/** Starts the roles side by side, since each may wait for a service of its own. */
function startRoles(context: RoleContext, servers: Servers, { databases, eventLog, history }: StartParts): StartingRoles {
  const { primary, replica } = databases;
  const [syncServer, apiServer, gatewayServer] = [servers.get("sync"), servers.get("api"), servers.get("gateway")];
  const claim = claimOf(context, databases);
  const sync =
    syncServer && replica && eventLog && history && startSync(context, { server: syncServer, replica, eventLog, history, claim });
  const api = apiServer && primary && eventLog && startApi(context, { server: apiServer, primary, eventLog });
  const gateway = gatewayServer && startGateway(context, { server: gatewayServer, api: apiServer, sync: syncServer });
  return { sync, api, gateway };
}

/** False when asked to stop meanwhile. Throws the first failure, when the others have given up too. */
async function allStarted(
  { sync, api, gateway }: StartingRoles,
  parts: AsyncDisposableStack,
  giveUp: () => void,
): Promise<boolean> {
  // In the order of closing, last to first: what reads closes before what it reads from.
  const starting = [sync, api, gateway].filter((role) => role !== undefined);
  for (const role of starting) role.catch(giveUp);
  const outcomes = await Promise.allSettled(starting);
  for (const outcome of outcomes) if (outcome.status === "fulfilled") parts.use(outcome.value);
  const reasons = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
  const [failure] = reasons.filter((reason) => !(reason instanceof StoppedWhileStarting));
  if (failure !== undefined) throw failure;
  return reasons.length === 0;
}

/** Without Kafka, DB1 feeds one replica for good. */
function claimOf(context: RoleContext, { primary, replica }: Databases): (() => Promise<void>) | undefined {
  if (context.config.event_log?.kind !== "in-process" || !primary || !replica) return undefined;
  return async () => {
    await prepareDatabase(context, primary);
    await claimReplica(primary, replica);
  };
}

/** What a process that has both databases can compare and repair. */
function pipelineOf({ primary, replica }: Databases, eventLog: EventLog | undefined) {
  if (!primary || !replica || !eventLog) return undefined;
  // The relay looks by itself, without a break while it finds something.
  return { primary, replica, outbox: createOutbox(primary), eventLog, onWritten() {} };
}

interface ControlledParts {
  readonly databases: Databases;
  readonly api: RunningApi;
  readonly pipeline: NonNullable<ReturnType<typeof pipelineOf>>;
  readonly resync: Resync;
  readonly health: readonly Health[];
}

function openControl(
  { config, log }: RoleContext,
  { databases, api, pipeline, resync, health }: ControlledParts,
): AsyncDisposable {
  const both = [databases.primary, databases.replica].filter((database) => database !== undefined);
  const commands = controlCommands({
    databases: both,
    writes: api.writes,
    pipeline,
    resync,
    dead_letters: { ...pipeline, target: replayTarget(config, pipeline) },
    health,
    log,
  });
  return serveControl({ path: controlSocketPath(config.data_dir), commands, log });
}

function replayTarget({ event_log }: Config, { eventLog, primary }: ControlledParts["pipeline"]): ReplayTarget {
  return event_log?.kind === "kafka" ? throughLog(eventLog) : throughOutbox(createParkedEvents(primary));
}

/** Throws the first failure; what then hangs while it closes does not keep the process. */
async function orFailed(end: Promise<void>, failures: readonly (Promise<never> | undefined)[], log: Logger): Promise<void> {
  try {
    await Promise.race([end, ...failures.filter((failure) => failure !== undefined)]);
  } catch (error) {
    log.fatal({ err: error }, "failed for good: stopping");
    exitInTime(log);
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
