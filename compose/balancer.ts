/**
 * Holds ports that several containers share: `balancer.ts 5000=api:5000 …` hands each connection on to one of the addresses that
 * the name has at that moment. It knows TCP only, and leaves every byte as it is.
 * `balancer.ts --health 5000 …` exits 0 if something answers HTTP behind one of the ports.
 */
import { lookup } from "node:dns/promises";
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
  /** The name behind which the containers are, and their port. */
  readonly target: { readonly name: string; readonly port: number };
  /** The addresses that a name has now. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  /** Told, in words, why a connection was closed without having been handed on. */
  readonly refused?: (problem: string) => void;
}

/** Resolves when the port is open; rejects when it is taken. Connections are closed when nobody behind the name takes them. */
export function startBalancer(parts: BalancerParts): Promise<Server> {
  const { host, port, target, resolve = addressesOf, refused = warn } = parts;
  let turn = 0;

  /** The next address in turn; those after it only when it does not answer. */
  async function reach(): Promise<Socket> {
    const addresses = [...(await resolve(target.name))].sort();
    const first = turn++;
    for (let tried = 0; tried < addresses.length; tried++) {
      const address = addresses[(first + tried) % addresses.length];
      const socket = address === undefined ? undefined : await connected(address, target.port);
      if (socket) return socket;
    }
    throw new Error(`none of ${addresses.length} addresses of ${target.name} takes a connection`);
  }

  // Half-open: who has sent everything still wants the answer.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, async (client) => {
    client.on("error", () => {});
    client.setTimeout(idle_timeout_ms, () => client.destroy());
    try {
      const upstream = await reach();
      await Promise.all([pipeline(client, upstream), pipeline(upstream, client)]).catch(() => upstream.destroy());
    } catch (error) {
      refused(error instanceof Error ? error.message : String(error));
    }
    client.destroy();
  });
  server.maxConnections = connections_max;
  return new Promise((listening, failed) => server.once("error", failed).listen(port, host, () => listening(server)));
}

/** Asks anew each time: `resolve4` would keep Docker's answer for ten minutes, and with it the addresses of containers that are gone. */
async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true, family: 4 })).map(({ address }) => address);
}

function warn(problem: string): void {
  process.stderr.write(`${problem}\n`);
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

async function someoneAnswers(ports: readonly string[]): Promise<boolean> {
  const asked = ports.map((port) => fetch(`http://127.0.0.1:${port}/api/v1/health/live`, { signal: AbortSignal.timeout(3_000) }));
  return await Promise.any(asked).then(
    () => true,
    () => false,
  );
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "--health") process.exit((await someoneAnswers(args.slice(1))) ? 0 : 1);
  for (const arg of args) {
    const [, port, name = "", target_port] = /^(\d+)=([\w.-]+):(\d+)$/.exec(arg) ?? [];
    if (port === undefined) throw new Error(`${arg} is not PORT=NAME:PORT`);
    await startBalancer({ host: "0.0.0.0", port: Number(port), target: { name, port: Number(target_port) } });
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
}

if (import.meta.main) await main(process.argv.slice(2));
