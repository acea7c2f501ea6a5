import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * What is answered:
 * - `forward`: what the target answers;
 * - `unavailable`: to `share` of the calls, at random, 503 with `Retry-After`, and the target does not see them;
 * - `garbage`: 200, and a body that is not the API's.
 */
export type HttpFault =
  | { readonly kind: "forward" | "garbage" }
  | { readonly kind: "unavailable"; readonly share: number; readonly retry_after_s: number };

export interface CountedCall {
  readonly at_ms: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly bytes: number;
}

export interface HttpProxy extends AsyncDisposable {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Every call that came, but health probes; also those that the target never saw. */
  readonly calls: readonly CountedCall[];
  forget(): void;
  setFault(fault: HttpFault): void;
}

/** A proxy that counts the calls to an HTTP server, and can answer in its place. A target that is not there resets the caller's connection. */
export async function createHttpProxy(target: string): Promise<HttpProxy> {
  const calls: CountedCall[] = [];
  let fault: HttpFault = { kind: "forward" };

  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => resolve());
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/" } = incoming;
    const count = (bytes: number) => {
      if (!path.startsWith("/api/v1/health")) calls.push({ at_ms: performance.now(), method, path, bytes });
    };
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk);

    if (fault.kind === "garbage") {
      count(0);
      outgoing.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome to the guest network</html>");
      return;
    }
    if (fault.kind === "unavailable" && Math.random() < fault.share) {
      count(0);
      outgoing.writeHead(503, { "retry-after": String(fault.retry_after_s) }).end();
      return;
    }
    const leaving = new AbortController();
    outgoing.on("close", () => leaving.abort());
    try {
      const response = await fetch(`${target}${path}`, {
        method,
        headers: endToEnd(incoming),
        signal: leaving.signal,
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      const body = await response.bytes();
      count(body.byteLength);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body);
    } catch (error) {
      count(0);
      throw error;
    }
  }

  return {
    host: "127.0.0.1",
    port: address.port,
    calls,
    forget() {
      calls.length = 0;
    },
    setFault(next) {
      fault = next;
    },
    async [Symbol.asyncDispose]() {
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => close());
      server.closeAllConnections();
      await closed;
    },
  };
}

/** RFC 9110, section 7.6.1: what belongs to one connection stays there. */
function endToEnd({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !["connection", "host", "keep-alive", "content-length"].includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
