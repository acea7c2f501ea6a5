import { expect, test } from "bun:test";
import pino from "pino";
import { logBatch, logDeadLetter } from "./event-lines.ts";

function recordingLog(level: "info" | "debug" = "debug") {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level, base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

const ids = ["a", "b", "c"].map((digit) => digit.repeat(32));
const record = (traceparent?: string | Buffer) => ({ headers: traceparent === undefined ? {} : { traceparent } });
const written = (id: string | undefined) => record(`00-${id}-${"1".repeat(16)}-01`);

test("a batch is one line at info, with each of its traces once", () => {
  const { log, lines } = recordingLog("info");
  logBatch(log, "events applied", [...ids, ids[0]].map(written));
  expect(lines).toEqual([{ level: 30, events: 4, trace_ids: ids, msg: "events applied" }]);
});

test("no line of a large batch is longer than Docker takes, and none of its traces is left out", () => {
  const { log, lines } = recordingLog("info");
  const all = Array.from({ length: 1000 }, () => crypto.randomUUID().replaceAll("-", ""));
  logBatch(log, "events published", all.map(written));
  expect(lines.flatMap(({ trace_ids }) => trace_ids)).toEqual(all);
  expect(lines.map(({ events }) => Number(events)).reduce((sum, events) => sum + events)).toBe(1000);
  expect(Math.max(...lines.map((line) => JSON.stringify(line).length))).toBeLessThan(16_000);
});

test("what no request caused is told at debug only", () => {
  const { log, lines } = recordingLog();
  logBatch(log, "events applied", [record(), record()]);
  expect(lines).toEqual([{ level: 20, events: 2, trace_ids: [], msg: "events applied" }]);
});

test("a header that is no traceparent, whoever wrote it, is not logged", () => {
  const { log, lines } = recordingLog();
  const bad = ["canary", "", `00-${"0".repeat(32)}-${"1".repeat(16)}-01`, `00-${ids[0]}-${"1".repeat(16)}-01\ncanary`];
  logBatch(log, "events applied", [...bad.map((text) => record(Buffer.from(text))), written(ids[1])]);
  expect(lines).toEqual([{ level: 20 + 10, events: 5, trace_ids: [ids[1]], msg: "events applied" }]);
});

test("a dead letter's line says where it stands and why, and quotes nothing of it", () => {
  const { log, lines } = recordingLog();
  logDeadLetter(log, {
    record: {
      key: Buffer.from("canary"),
      value: Buffer.from("canary"),
      headers: { canary: Buffer.from("canary") },
      offset: "17",
    },
    topic: "article-events",
    partition: 3,
    reason: "malformed_json",
    error: 'JSON Parse error: Unexpected identifier "canary"',
    failed_at: "2026-11-23T06:00:00.000Z",
    attempts: 1,
  });
  expect(lines).toMatchObject([{ level: 50, dead_letter: "3-17", partition: 3, offset: "17", reason: "malformed_json" }]);
  expect(JSON.stringify(lines)).not.toContain("canary");
});
