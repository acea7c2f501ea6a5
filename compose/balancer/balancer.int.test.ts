import { afterEach, expect, test } from "bun:test";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { startBalancer } from "./balancer.ts";

const servers: Server[] = [];
const refusals: string[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Says back what it hears, and ends when it has heard the end. */
function startEcho(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  servers.push(server);
  return new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(portOf(server))));
}

async function startBefore(target_port: number, addresses: readonly string[]): Promise<number> {
  const refused = (problem: string) => refusals.push(problem);
  const balancer = await startBalancer({ host: "127.0.0.1", port: 0, target_port, inTurn: () => addresses, refused });
  servers.push(balancer);
  return portOf(balancer);
}

/** Sends the text, then says that nothing more comes; gives back all that was answered. */
function talk(port: number, text: string | Buffer): Promise<Buffer> {
  return new Promise((done, failed) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    socket.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
    socket.on("close", () => done(Buffer.concat(chunks)));
    socket.on("error", failed);
    socket.on("end", () => socket.destroy());
    socket.end(text);
  });
}

test("every byte goes through and comes back, also after the caller has said that it was the last", async () => {
  const port = await startBefore(await startEcho(), ["127.0.0.1"]);
  const sent = Buffer.alloc(3_000_000, "0123456789abcdef-");
  expect((await talk(port, sent)).equals(sent)).toBe(true);
});

test("an address where nobody listens is passed over", async () => {
  const target = createServer((socket) => socket.end("here\n"));
  servers.push(target);
  await new Promise<void>((listening) => target.listen(0, "127.0.0.1", listening));
  const port = await startBefore(portOf(target), ["127.0.0.2", "127.0.0.1"]);
  expect((await talk(port, "")).toString()).toBe("here\n");
});

test("a connection is closed when nobody behind the name takes it, and the balancer goes on", async () => {
  const port = await startBefore(await startEcho(), []);
  for (let asked = 0; asked < 2; asked++) expect(await talk(port, "hello")).toHaveLength(0);
  expect(refusals).toEqual(["Nobody takes connections to 0: 0 addresses", "Nobody takes connections to 0: 0 addresses"]);
});
