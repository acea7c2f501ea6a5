import pino from "pino";
import pretty from "pino-pretty";
import { loggedError } from "./logged-error.ts";

export type Logger = pino.Logger;

export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly format: "pretty" | "json";
}

/** Logs go to stderr: stdout is for results. */
export function createLog(config: LogConfig, fields: Readonly<Record<string, string>> = {}): Logger {
  const options: pino.LoggerOptions = {
    level: config.level,
    serializers: { err: loggedError },
    base: fields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  };
  return pino(options, config.format === "json" ? oncePerTurn() : forPeople());
}

/**
 * Lines of one turn of the event loop go out in one write: under load a write for each costs as much as what it tells of. What a
 * process logged before it ends is written, also by a crash, unless SIGKILL meets it in the middle of a turn.
 */
function oncePerTurn(): pino.DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true });
  let lines = "";
  // Not the destination's own flushSync, which has the disk write a file through.
  const flushSync = () => {
    if (lines !== "") destination.write(lines);
    lines = "";
  };
  process.on("exit", flushSync);
  return Object.assign(
    {
      write(line: string) {
        if (lines === "") setImmediate(flushSync);
        lines += line;
      },
    },
    // pino calls it behind a fatal line.
    { flushSync },
  );
}

/** In this thread: a worker-thread transport cannot be found inside a compiled executable. */
function forPeople() {
  return pretty({
    destination: 2,
    sync: true,
    singleLine: true,
    colorize: process.stderr.isTTY === true,
    translateTime: "SYS:HH:MM:ss.l",
    // What a request's line says in its message; ids are for machines, and stand in the JSON format.
    ignore: "pid,hostname,method,route,status,duration_ms,request_id,trace_id,trace_ids",
    messageFormat: ({ msg, method, route, status, duration_ms }) =>
      msg === "request" ? `${method} ${route} ${status} ${duration_ms} ms` : String(msg),
  });
}
