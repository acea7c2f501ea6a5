import { connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";

/** A container that does not take a connection in this time is as good as gone. */
const connect_timeout_ms = 1_000;
/** Longer than any request or kept-alive connection of the roles. */
const idle_timeout_ms = 15 * 60_000;
/** Each is two sockets; more than this machine's roles answer at once. */
const connections_max = 8_192;

export interface BalancerParts {
  readonly host: string;
  readonly port: number;
  readonly target_port: number;
  /** The addresses to try, in this order. */
  readonly inTurn: () => readonly string[];
  /** Told, in words, why a connection was closed without having been handed on. */
  readonly refused: (problem: string) => void;
}

/**
 * Hands each connection on to the first address that takes it; every byte is left as it is. Resolves when the port is open, rejects
 * when it is taken.
 */
export function startBalancer({ host, port, target_port, inTurn, refused }: BalancerParts): Promise<Server> {
  async function reach(): Promise<Socket | undefined> {
    for (const address of inTurn()) {
      const socket = await connected(address, target_port);
      if (socket) return socket;
    }
    return undefined;
  }

  async function handOn(client: Socket): Promise<void> {
    client.on("error", () => {});
    client.setTimeout(idle_timeout_ms, () => client.destroy());
    const upstream = await reach();
    if (upstream) await Promise.all([pipeline(client, upstream), pipeline(upstream, client)]).catch(() => upstream.destroy());
    else refused(`Nobody takes connections to ${port}: ${inTurn().length} addresses`);
    client.destroy();
  }

  // Half-open: who has sent everything still wants the answer.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, handOn);
  server.maxConnections = connections_max;
  return new Promise((listening, failed) => server.once("error", failed).listen(port, host, () => listening(server)));
}

function connected(address: string, port: number): Promise<Socket | undefined> {
  return new Promise((settle) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => give(undefined), connect_timeout_ms);
    function give(reached: Socket | undefined): void {
      clearTimeout(timer);
      if (!reached) socket.destroy();
      settle(reached);
    }
    socket.once("connect", () => give(socket));
    socket.on("error", () => give(undefined));
  });
}
