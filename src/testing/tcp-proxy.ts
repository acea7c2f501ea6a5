import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.ts";

/**
 * What happens to the bytes:
 * - `forward`: passed on;
 * - `refuse`: open connections are reset, new ones refused;
 * - `hang`: connections open and stay open, nothing passes any more;
 * - `delay`: each chunk is passed on so much later, in both directions;
 * - `cut`: a connection is reset once so many bytes of answer have passed, counted from its opening or from the change to this mode;
 * - `swallow`: questions get through, answers do not.
 */
export type ProxyMode =
  | { readonly kind: "forward" | "refuse" | "hang" | "swallow" }
  | { readonly kind: "delay"; readonly delay_ms: number }
  | { readonly kind: "cut"; readonly after_bytes: number };

export interface TcpProxy extends AsyncDisposable {
  readonly host: "127.0.0.1";
  /** The same in every mode. */
  readonly port: number;
  readonly counters: { connections: number; open: number; bytes_up: number; bytes_down: number };
  /** Holds for open connections and new ones, from now on. */
  setMode(mode: ProxyMode): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Bytes of answer since the connection opened or the mode changed. */
  answered_bytes: number;
}

/** A wire that can be cut between a client and a server on this machine. */
export async function createTcpProxy(
  target: { readonly host: string; readonly port: number },
  port = freePort(),
): Promise<TcpProxy> {
  const counters = { connections: 0, open: 0, bytes_up: 0, bytes_down: 0 };
  const links = new Set<Link>();
  let mode: ProxyMode = { kind: "forward" };
  let server: Server | undefined = await listen();

  function accept(client: Socket) {
    const link: Link = { client, upstream: connect(target), answered_bytes: 0 };
    counters.connections++;
    counters.open = links.add(link).size;
    client.on("data", (chunk: Uint8Array) => pass(link, "up", chunk));
    link.upstream.on("data", (chunk: Uint8Array) => pass(link, "down", chunk));
    for (const socket of [client, link.upstream]) {
      socket.setNoDelay(true);
      socket.on("error", () => close(link));
      socket.on("close", () => close(link));
      socket.on("end", () => close(link));
    }
    if (mode.kind === "hang") setFlowing(link, false);
  }

  function pass(link: Link, direction: "up" | "down", chunk: Uint8Array) {
    const [from, to] = direction === "up" ? [link.client, link.upstream] : [link.upstream, link.client];
    switch (mode.kind) {
      case "delay":
        setTimeout(() => write(link, from, to, direction, chunk), mode.delay_ms);
        return;
      case "swallow":
        if (direction === "up") write(link, from, to, direction, chunk);
        return;
      case "cut":
        if (direction === "down") return cut(link, chunk, mode.after_bytes);
        write(link, from, to, direction, chunk);
        return;
      case "forward":
      // What was read just before the change: too late to hold back, and too early to lose.
      case "hang":
      case "refuse":
        write(link, from, to, direction, chunk);
        return;
      default:
        mode satisfies never;
    }
  }

  function cut(link: Link, chunk: Uint8Array, after_bytes: number) {
    const allowed = chunk.subarray(0, Math.max(0, after_bytes - link.answered_bytes));
    link.answered_bytes += chunk.length;
    if (allowed.length === chunk.length) return write(link, link.upstream, link.client, "down", chunk);
    counters.bytes_down += allowed.length;
    // Only what has been sent off can arrive before the reset.
    link.client.write(allowed, () => close(link));
  }

  function write(link: Link, from: Socket, to: Socket, direction: "up" | "down", chunk: Uint8Array) {
    if (to.destroyed) return;
    counters[direction === "up" ? "bytes_up" : "bytes_down"] += chunk.length;
    if (to.write(chunk)) return;
    from.pause();
    to.once("drain", () => {
      if (mode.kind !== "hang" && links.has(link)) from.resume();
    });
  }

  function close(link: Link) {
    if (!links.delete(link)) return;
    counters.open = links.size;
    link.client.resetAndDestroy();
    link.upstream.resetAndDestroy();
  }

  function listen(): Promise<Server> {
    const { promise, resolve, reject } = Promise.withResolvers<Server>();
    const opened = createServer({ allowHalfOpen: false }, accept);
    opened.once("error", reject);
    opened.listen(port, "127.0.0.1", () => resolve(opened));
    return promise;
  }

  function closeAll() {
    const closed = Promise.withResolvers<void>();
    if (server) server.close(() => closed.resolve());
    else closed.resolve();
    server = undefined;
    for (const link of links) close(link);
    return closed.promise;
  }

  return {
    host: "127.0.0.1",
    port,
    counters,
    async setMode(next) {
      mode = next;
      if (next.kind === "refuse") return await closeAll();
      server ??= await listen();
      for (const link of links) {
        link.answered_bytes = 0;
        setFlowing(link, next.kind !== "hang");
      }
    },
    [Symbol.asyncDispose]: closeAll,
  };
}

function setFlowing(link: Link, flowing: boolean) {
  for (const socket of [link.client, link.upstream]) {
    if (flowing) socket.resume();
    else socket.pause();
  }
}
