import { chmodSync, rmSync } from "node:fs";
import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Logger } from "../platform/log.ts";
import type { Report } from "../platform/report.ts";
import { alive_every_ms, type ControlMessage, socket_path_bytes_max } from "./protocol.ts";

/** What another process of the same owner may ask of the one that holds the data folder. */
export interface ControlCommand {
  run(args: unknown, report: Report, signal: AbortSignal): Promise<unknown>;
}

export interface ControlParts {
  readonly path: string;
  readonly commands: Readonly<Record<string, ControlCommand>>;
  readonly log: Logger;
}

/** A command whose arguments are checked by `schema` before it runs; throws what `run` throws, or that the arguments do not fit. */
export function controlCommand<Args extends TSchema>(
  schema: Args,
  run: (args: Static<Args>, report: Report, signal: AbortSignal) => Promise<unknown>,
): ControlCommand {
  return {
    async run(args, report, signal) {
      if (!Value.Check(schema, args)) throw new Error("The arguments do not fit; is the running process of another version?");
      return run(args, report, signal);
    },
  };
}

/** Arguments are a few numbers, or ids that a person typed. */
const args_bytes_max = 1_048_576;
/** More often than this nobody can read it. */
const progress_every_ms = 100;

/**
 * Listens on a socket in the data folder, for its owner only (mode 0600): `POST /<command>` with JSON arguments is answered
 * by lines of JSON (see ControlMessage). The caller holds the folder's lock, so a socket that is already there is stale.
 * A path too long for a socket is logged, and nothing listens: the process itself works all the same.
 */
export function serveControl({ path, commands, log }: ControlParts): AsyncDisposable {
  if (Buffer.byteLength(path) > socket_path_bytes_max) {
    log.warn({ path }, "the data folder's path is too long for a control socket: commands cannot reach this process");
    return { async [Symbol.asyncDispose]() {} };
  }
  const stopped = new AbortController();

  async function answer(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (request.method !== "POST" || command === undefined) {
      const message = `The running process knows no command "${name}"; is it of another version?`;
      return lines([{ error: { message } }], 404);
    }
    const args: unknown = await request.json().catch(() => undefined);
    log.debug({ command: name }, "command from the control socket");
    return stream(command, args, AbortSignal.any([request.signal, stopped.signal]));
  }

  rmSync(path, { force: true });
  // Between bind and chmod nobody else may connect either.
  const umask = process.umask(0o177);
  const server = (() => {
    try {
      return Bun.serve({ unix: path, maxRequestBodySize: args_bytes_max, development: false, fetch: answer });
    } finally {
      process.umask(umask);
    }
  })();
  chmodSync(path, 0o600);

  return {
    async [Symbol.asyncDispose]() {
      stopped.abort(new Error("The process is stopping."));
      await server.stop(true);
    },
  };
}

function stream(command: ControlCommand, args: unknown, signal: AbortSignal): Response {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (message: ControlMessage) => {
        if (!signal.aborted) controller.enqueue(encode(message));
      };
      const alive = setInterval(() => send({ alive: true }), alive_every_ms);
      try {
        const result = await command.run(args, reportTo(send), signal);
        send({ result: result ?? null });
      } catch (error) {
        send({ error: { message: error instanceof Error ? error.message : String(error) } });
      } finally {
        clearInterval(alive);
        if (!signal.aborted) controller.close();
      }
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}

function reportTo(send: (message: ControlMessage) => void): Report {
  let last_ms = Number.NEGATIVE_INFINITY;
  return {
    progress(done, total) {
      const now_ms = performance.now();
      if (done < total && now_ms - last_ms < progress_every_ms) return;
      last_ms = now_ms;
      send({ progress: { done, total } });
    },
    note: (text) => send({ note: text }),
  };
}

function lines(messages: readonly ControlMessage[], status: number): Response {
  return new Response(Buffer.concat(messages.map(encode)), { status, headers: { "content-type": "application/x-ndjson" } });
}

function encode(message: ControlMessage): Uint8Array {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}
