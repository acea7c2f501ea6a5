import pino from "pino";
import pretty from "pino-pretty";

export type Logger = pino.Logger;

export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly format: "pretty" | "json";
}

/** Logs go to stderr: stdout is for results. */
export function createLog(config: LogConfig, fields: Readonly<Record<string, string>> = {}): Logger {
  const options: pino.LoggerOptions = {
    level: config.level,
    base: fields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  };
  if (config.format === "json") return pino(options, pino.destination({ dest: 2, sync: true }));
  return pino(options, forPeople());
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
    ignore: "pid,hostname,method,route,status,duration_ms,request_id,trace_id",
    messageFormat: ({ msg, method, route, status, duration_ms }) =>
      msg === "request" ? `${method} ${route} ${status} ${duration_ms} ms` : String(msg),
  });
}
