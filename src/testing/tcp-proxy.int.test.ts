import { afterEach, beforeEach, expect, test } from "bun:test";
import { createTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { waitFor } from "./wait-for.ts";

let target: Bun.TCPSocketListener<undefined>;
let proxy: TcpProxy;
let heard = "";

/** Says everything twice. */
beforeEach(async () => {
  heard = "";
  target = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, bytes) {
        heard += bytes.toString();
        socket.write(Buffer.concat([bytes, bytes]));
      },
    },
  });
  proxy = await createTcpProxy({ host: "127.0.0.1", port: target.port });
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  target.stop(true);
});

async function open() {
  const state = { heard: "", closed: false };
  const socket = await Bun.connect({
    hostname: proxy.host,
    port: proxy.port,
    socket: {
      data(_socket, bytes) {
        state.heard += bytes.toString();
      },
      close() {
        state.closed = true;
      },
      error() {},
    },
  });
  return { state, say: (text: string) => socket.write(text), hangUp: () => socket.end() };
}

test("forwards both ways and counts", async () => {
  const client = await open();
  client.say("ab");
  await waitFor("the echo", () => client.state.heard === "abab");
  expect(proxy.counters).toEqual({ connections: 1, open: 1, bytes_up: 2, bytes_down: 4 });
  client.hangUp();
  await waitFor("the end", () => proxy.counters.open === 0);
});

test("passes on more than the sockets hold, and loses nothing", async () => {
  const body = crypto.getRandomValues(new Uint8Array(1024)).toBase64().repeat(15_000);
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(body) });
  await using wire = await createTcpProxy({ host: "127.0.0.1", port: server.port ?? 0 });
  const answer = await fetch(`http://127.0.0.1:${wire.port}`);
  expect((await answer.text()) === body).toBe(true);
});

test("refuses: open connections end, new ones find nobody; forwarding again works on the same port", async () => {
  const client = await open();
  await proxy.setMode({ kind: "refuse" });
  await waitFor("the reset", () => client.state.closed);
  await expect(open()).rejects.toThrow();
  await proxy.setMode({ kind: "forward" });
  const again = await open();
  again.say("x");
  await waitFor("the echo", () => again.state.heard === "xx");
});

test("hangs: nothing passes, nothing ends, and all of it comes later", async () => {
  const before = await open();
  before.say("a");
  await waitFor("the echo", () => before.state.heard === "aa");
  await proxy.setMode({ kind: "hang" });
  const during = await open();
  before.say("b");
  during.say("c");
  await Bun.sleep(50);
  expect([heard, before.state.heard, during.state.heard, during.state.closed]).toEqual(["a", "aa", "", false]);
  await proxy.setMode({ kind: "forward" });
  await waitFor("both echoes", () => before.state.heard === "aabb" && during.state.heard === "cc");
});

test("delays", async () => {
  await proxy.setMode({ kind: "delay", delay_ms: 40 });
  const client = await open();
  const began = performance.now();
  client.say("a");
  await waitFor("the echo", () => client.state.heard === "aa", { interval_ms: 1 });
  expect(performance.now() - began).toBeGreaterThanOrEqual(79);
});

test("cuts in the middle of an answer", async () => {
  await proxy.setMode({ kind: "cut", after_bytes: 7 });
  const client = await open();
  client.say("abcdef");
  await waitFor("the cut", () => client.state.closed);
  expect(client.state.heard).toBe("abcdefa");
});

test("swallows answers: the question arrives", async () => {
  await proxy.setMode({ kind: "swallow" });
  const client = await open();
  client.say("a");
  await waitFor("the question", () => heard === "a");
  await Bun.sleep(20);
  expect(client.state).toEqual({ heard: "", closed: false });
});
