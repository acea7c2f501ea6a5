import type { Listen } from "../config/config.ts";
import type { Listener } from "./connection-limit.ts";
import { pause } from "./deadline.ts";

/** What Bun tells of the connection of a request, and takes for it. */
export type Connection = Pick<Bun.Server<undefined>, "requestIP" | "timeout">;

export interface PortParts {
  readonly role: string;
  readonly listen: Listen;
  readonly keep_alive_s: number;
  readonly fetch: (request: Request, connection: Connection) => Promise<Response>;
}

export interface Port extends Pick<Listener, "closeIdle">, AsyncDisposable {
  readonly url: string;
}

/** A request that is still answered after this long at stop is cut off: under the 10 s that container runtimes grant by default. */
const drain_timeout_ms = 8_000;

/** Listens until it is disposed of; then what is being answered is finished first. Throws PortTaken when another process listens there. */
export function openPort(parts: PortParts): Port {
  const { host, tls } = parts.listen;
  const server = startServer(parts);
  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    closeIdle: () => void server.closeIdleConnections(),
    async [Symbol.asyncDispose]() {
      // Resolves when the last byte of the last answer is out; connections that are merely kept alive do not hold it up.
      await Promise.race([server.stop(), pause(drain_timeout_ms)]);
      await server.stop(true);
    },
  };
}

export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

function startServer({ role, listen, keep_alive_s, fetch }: PortParts): Bun.Server<undefined> {
  try {
    return Bun.serve({
      hostname: listen.host,
      port: listen.port,
      ...(listen.tls === undefined ? {} : { tls: { ...listen.tls } }),
      // On, a second process would share the port without a word.
      reusePort: false,
      // The first headers of a connection have ten seconds; that is Bun's own, and not to be set.
      idleTimeout: keep_alive_s,
      development: false,
      // The routes read bodies with a limit of their own and answer with a problem document; this is only the net below.
      maxRequestBodySize: 64 * 1_048_576,
      fetch,
    });
  } catch (error) {
    throw explained(error, role, listen);
  }
}

/** Why nothing listens there, in words for who set it; an error that says enough by itself stays as it is. */
export function explained(error: unknown, role: string, { host, port }: Pick<Listen, "host" | "port">): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE": {
      const variable = `${role.toUpperCase()}_PORT`;
      return new PortTaken(
        `Port ${port} on ${host} is taken by another process: stop it, or set ${variable} to another port (0 takes a free one).`,
      );
    }
    case "EADDRNOTAVAIL":
    // A name that leads nowhere.
    case "EINVAL":
      return new Error(`${host} is not an address of this machine: set BLOG_LISTEN_HOST to one (0.0.0.0 means all).`);
    default:
      return error;
  }
}
