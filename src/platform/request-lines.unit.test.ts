import { expect, setSystemTime, test } from "bun:test";
import pino from "pino";
import { createRequestLines, type RequestLine } from "./request-lines.ts";

const line: RequestLine = {
  method: "GET",
  route: "/api/v1/articles/{id}",
  status: 200,
  duration_ms: 1.25,
  request_id: "01a207ad-719d-76a0-afed-d32a5fc486d8",
  trace_id: "20225c2e18a6d46603845869159f8d89",
};

function open(level: string, bindings: Record<string, string>) {
  const lines: string[] = [];
  const options: pino.LoggerOptions = {
    level,
    base: { service: "blog" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (name) => ({ level: name }) },
  };
  const log = pino(options, { write: (text: string) => void lines.push(text) }).child(bindings);
  return { log, lines };
}

test.each(["debug", "info", "error"] as const)("a line at %s is pino's, letter by letter", (level) => {
  const { log, lines } = open("debug", { role: "api" });
  const write = createRequestLines(log);
  try {
    for (const instant of ["2026-11-23T09:00:00.000Z", "2026-11-23T09:00:00.001Z"]) {
      setSystemTime(new Date(instant));
      log[level](line, "request");
      write(level, line);
    }
  } finally {
    setSystemTime();
  }
  expect(lines).toHaveLength(4);
  expect(lines[1]).toBe(lines[0] ?? "");
  expect(lines[3]).toBe(lines[2] ?? "");
  expect(lines[3]).not.toBe(lines[1] ?? "");
});

test("a line below the log's level is not written", () => {
  const { log, lines } = open("warn", {});
  createRequestLines(log)("info", line);
  expect(lines).toEqual([]);
});
