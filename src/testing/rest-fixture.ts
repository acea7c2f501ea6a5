import pino from "pino";
import { createRestHandler, type RestParts } from "../rest/rest-handler.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";
import { openAccess } from "./open-access.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, undefined without one. */
  readonly json: unknown;
}

export interface CallOptions {
  /** Sent as it is when it is text, bytes or a stream, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RestCaller = (method: string, path: string, options?: CallOptions) => Promise<Reply>;

/** Calls `handler` as a client would, without a socket. */
export function createRestCaller(handler: (request: Request) => Promise<Response>): RestCaller {
  return async (method, path, { body, headers = {} } = {}) => {
    const init: RequestInit = {
      method,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    };
    if (body !== undefined) init.body = isRaw(body) ? body : JSON.stringify(body);
    const response = await handler(new Request(`http://blog.test${path}`, init));
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream {
  return typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
}

export interface RestFixture {
  readonly store: MemoryStore;
  readonly call: RestCaller;
  /** What was logged, as JSON lines. */
  readonly logged: readonly string[];
}

/** The REST API over a store in memory; `now` moves by a second at each look. */
export function createRestFixture(overrides: (store: MemoryStore) => Partial<RestParts> = () => ({})): RestFixture {
  const store = createMemoryStore();
  const logged: string[] = [];
  let seconds = 0;
  const parts = {
    ...store,
    writable: true,
    access: openAccess,
    docs: true,
    now: () => new Date(Date.UTC(2026, 10, 23, 9, 30, seconds++)),
    log: pino({}, { write: (line: string) => logged.push(line) }),
    ...overrides(store),
  } as const;
  return { store, logged, call: createRestCaller(createRestHandler(parts as RestParts)) };
}

export const validInput = { title: "Hello, world", content: "The first article.", author: "Ada Lovelace" };
