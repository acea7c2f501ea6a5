import { existsSync } from "node:fs";
import { Value } from "@sinclair/typebox/value";
import type { Report } from "../platform/report.ts";
import { type ControlMessage, ControlMessageSchema, silence_max_ms } from "./protocol.ts";

export interface ControlCall {
  readonly path: string;
  readonly command: string;
  readonly args: unknown;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

export type ControlOutcome = { readonly state: "not_running" } | { readonly state: "done"; readonly result: unknown };

/**
 * Has the process that holds a data folder run `command`. `not_running` when nobody listens there.
 * Throws what the command threw, and when the process ends or falls silent on the way.
 */
export async function callControl({ path, command, args, report, signal }: ControlCall): Promise<ControlOutcome> {
  if (!existsSync(path)) return { state: "not_running" };
  const silence = new AbortController();
  const fallSilent = () => silence.abort(new Error(`The running process has been silent for ${silence_max_ms / 1000} s.`));
  let timer = setTimeout(fallSilent, silence_max_ms);
  try {
    const response = await connect(path, command, args, AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]));
    if (response?.body == null) return { state: "not_running" };
    for await (const line of linesOf(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(fallSilent, silence_max_ms);
      const message = parseMessage(line);
      if ("result" in message) return { state: "done", result: message.result };
      if ("error" in message) throw new Error(message.error.message);
      if ("progress" in message) report.progress(message.progress.done, message.progress.total);
      if ("note" in message) report.note(message.note);
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error("The running process ended before it had answered.");
}

async function connect(path: string, command: string, args: unknown, signal: AbortSignal): Promise<Response | undefined> {
  try {
    return await fetch(`http://control/${command}`, { unix: path, method: "POST", body: JSON.stringify(args), signal });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // A socket that a killed process left behind: nobody answers.
    if (code === "ECONNREFUSED" || code === "ENOENT") return undefined;
    throw error;
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

function parseMessage(line: string): ControlMessage {
  const message: unknown = JSON.parse(line);
  if (!Value.Check(ControlMessageSchema, message)) {
    throw new Error("The running process answered in a way that this version does not know.");
  }
  return message;
}
