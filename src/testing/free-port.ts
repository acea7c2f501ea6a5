/**
 * A port on 127.0.0.1 that nobody listens on. Below the ephemeral range (32768 and up on Linux), so that a server that is
 * stopped for a while does not find its port taken by an outgoing connection.
 */
export function freePort(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
      return port;
    } catch {
      // Taken: try another.
    }
  }
  throw new Error("No free port found between 20000 and 32000 in 100 attempts");
}
