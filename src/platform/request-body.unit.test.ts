import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { waitFor } from "../testing/wait-for.ts";
import { BodyRefused, readBytes } from "./request-body.ts";
import { createRoom } from "./room.ts";

const large = { take: () => Promise.reject(new Error("nothing is worked on here")) };
const room = createRoom({ requests_max: 1, bytes_max: 150_000, large });
const bounds = { bytes_max: 100_000, timeout_ms: 200, room };
const outcomes: string[] = [];
let server: Bun.Server<undefined>;

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const outcome = await readBytes(request, bounds).then(
        (bytes) => {
          room.drop(bytes.byteLength);
          return `${bytes.byteLength} bytes`;
        },
        (error: unknown) => (error instanceof BodyRefused ? error.reason : String(error)),
      );
      outcomes.push(outcome);
      return new Response(outcome, { headers: { connection: "close" } });
    },
  });
});
afterAll(() => server.stop(true));

/** Sends a head and the pieces of a body, some milliseconds apart; closes its side when `then_close`. Answers how the body was read. */
async function outcomeOf(
  head: string,
  pieces: readonly string[] = [],
  { apart_ms = 5, then_close = false } = {},
): Promise<string> {
  const before = outcomes.length;
  const socket = await Bun.connect({ hostname: "127.0.0.1", port: Number(server.port), socket: { data() {}, error() {} } });
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
  for (const piece of pieces) {
    socket.write(piece);
    await Bun.sleep(apart_ms);
  }
  if (then_close) socket.terminate();
  const outcome = await waitFor("the body to be read", () => outcomes[before]);
  socket.terminate();
  return outcome;
}

const sized = (length: number) => `Content-Length: ${length}`;
const chunked = "Transfer-Encoding: chunked";
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const endless = Array.from({ length: 100 }, () => chunk("a"));

describe("a body", () => {
  test.each([
    ["of a known length is read", sized(5), ["hel", "lo"], "5 bytes"],
    ["in chunks is read", chunked, [chunk("hel"), chunk("lo"), "0\r\n\r\n"], "5 bytes"],
    ["that is none has no bytes", "X-Nothing: 1", [], "0 bytes"],
    ["that announces too much is refused before it comes", sized(100_001), [], "too_large"],
    [
      "in chunks is refused with the first byte too many",
      chunked,
      [chunk("a".repeat(60_000)), chunk("a".repeat(40_001))],
      "too_large",
    ],
    ["of a great length is read", sized(80_000), ["a".repeat(40_000), "a".repeat(40_000)], "80000 bytes"],
    ["that does not come is not waited for", sized(5), ["he"], "too_slow"],
    ["in chunks that does not end is not waited for", chunked, [chunk("he")], "too_slow"],
    ["in chunks that drips is refused, however steadily", chunked, endless, "too_slow"],
    ["of a known length that drips is refused", sized(900), endless.map(() => "a"), "too_slow"],
  ] as const)("%s", async (_, head, pieces, expected) => {
    expect(await outcomeOf(head, pieces)).toBe(expected);
  });

  test("for which there is no room is refused, and what came of it is dropped", async () => {
    room.hold(100_000);
    expect(await outcomeOf(sized(80_000), ["a".repeat(40_000), "a".repeat(40_000)])).toBe("no_room");
    expect(await outcomeOf(sized(50_001), ["a".repeat(50_001)])).toBe("no_room");
    expect(await outcomeOf(sized(50_000), ["a".repeat(50_000)])).toBe("50000 bytes");
    room.drop(100_000);
    expect(room.hold(150_000)).toBe(true);
    room.drop(150_000);
  });

  test.each([sized(5), chunked])("that breaks off is refused (%s)", async (head) => {
    expect(await outcomeOf(head, ["1\r\n"], { then_close: true })).toBe("broken_off");
  });
});
