import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import pino from "pino";
import { createLog } from "../platform/log.ts";
import type { Report } from "../platform/report.ts";
import { callControl } from "./client.ts";
import { type ControlCommand, controlCommand, serveControl } from "./server.ts";

const log = createLog({ level: "silent", format: "json" });
const folder = mkdtempSync(join(tmpdir(), "blog-control-"));
const path = join(folder, "control.sock");
afterEach(() => rmSync(path, { force: true }));

function recorder() {
  const heard: string[] = [];
  const report: Report = {
    progress: (done, total) => heard.push(`${done}/${total}`),
    note: (text) => heard.push(text),
  };
  return { heard, report };
}

const serve = (commands: Record<string, ControlCommand>) => serveControl({ path, commands, log });

test("a command's result, progress and notes reach the caller", async () => {
  await using _server = serve({
    double: controlCommand(Type.Object({ n: Type.Integer() }), async ({ n }, report) => {
      report.note("begin");
      report.progress(1, 2);
      report.progress(2, 2);
      return { n: 2 * n };
    }),
  });
  const { heard, report } = recorder();
  const outcome = await callControl({ path, command: "double", args: { n: 21 }, report });
  expect(outcome).toEqual({ state: "done", result: { n: 42 } });
  expect(heard).toEqual(["begin", "1/2", "2/2"]);
});

test("what a command throws, the caller throws", async () => {
  await using _server = serve({ fail: controlCommand(Type.Unknown(), () => Promise.reject(new Error("no room"))) });
  await expect(callControl({ path, command: "fail", args: {}, report: recorder().report })).rejects.toThrow("no room");
});

test("arguments that do not fit and commands that are not known are refused", async () => {
  await using _server = serve({ one: controlCommand(Type.Object({ n: Type.Integer() }), async () => 1) });
  const { report } = recorder();
  await expect(callControl({ path, command: "one", args: { n: "x" }, report })).rejects.toThrow("do not fit");
  await expect(callControl({ path, command: "two", args: {}, report })).rejects.toThrow('no command "two"');
  await expect(callControl({ path, command: "constructor", args: {}, report })).rejects.toThrow("no command");
});

test("nothing of what is asked, or of what goes wrong, is logged but a command's name", async () => {
  const lines: string[] = [];
  const canary = "canary-4f1d";
  const fail = controlCommand(Type.Unknown(), () => Promise.reject(new Error(canary)));
  const heard = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  await using _server = serveControl({ path, commands: { fail }, log: heard });
  const { report } = recorder();
  await expect(callControl({ path, command: "fail", args: { id: canary }, report })).rejects.toThrow(canary);
  await expect(callControl({ path, command: canary, args: {}, report })).rejects.toThrow("no command");
  expect(lines).toEqual([expect.stringContaining('"command":"fail"')]);
  expect(lines.join()).not.toContain(canary);
});

test("only the owner may connect", async () => {
  await using _server = serve({});
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a socket that a killed process left behind counts as nobody, and the next one takes its place", async () => {
  const { report } = recorder();
  expect(await callControl({ path, command: "x", args: {}, report })).toEqual({ state: "not_running" });
  writeFileSync(path, "");
  await using _server = serve({ x: controlCommand(Type.Unknown(), async () => "here") });
  expect(await callControl({ path, command: "x", args: {}, report })).toEqual({ state: "done", result: "here" });
});

test("a command is told when its caller goes away", async () => {
  const started = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  await using _server = serve({
    wait: controlCommand(Type.Unknown(), (_args, _report, signal) => {
      signal.addEventListener("abort", () => gone.resolve());
      started.resolve();
      return gone.promise;
    }),
  });
  const caller = new AbortController();
  const call = callControl({ path, command: "wait", args: {}, report: recorder().report, signal: caller.signal });
  await started.promise;
  caller.abort(new Error("enough"));
  await expect(call).rejects.toThrow("enough");
  await gone.promise;
});

test("a caller whose server stops is not left waiting", async () => {
  const started = Promise.withResolvers<void>();
  const server = serve({
    wait: controlCommand(Type.Unknown(), (_args, _report, signal) => {
      started.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    }),
  });
  const call = callControl({ path, command: "wait", args: {}, report: recorder().report });
  call.catch(() => {});
  await started.promise;
  await server[Symbol.asyncDispose]();
  await expect(call).rejects.toThrow();
});
