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
  // In this thread: a worker-thread transport cannot be found inside a compiled executable.
  const stream = pretty({
    destination: 2,
    sync: true,
    ignore: "pid,hostname,role",
    translateTime: "SYS:HH:MM:ss.l",
    colorize: process.stderr.isTTY === true,
  });
  return pino(options, stream);
}
