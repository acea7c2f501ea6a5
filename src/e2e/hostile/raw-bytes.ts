import fc from "fast-check";
import type { InputClass } from "./input-class.ts";
import { openSocket, statusesIn } from "./raw-socket.ts";

const body = '{"title":"T","content":"C","author":"A"}';
const head = (line: string, ...headers: readonly string[]) => `${[line, "Host: x", ...headers].join("\r\n")}\r\n\r\n`;
const wholeRequests = [
  head("GET /api/v1/articles?per_page=1 HTTP/1.1"),
  `${head("POST /api/v1/articles HTTP/1.1", "Content-Type: application/json", `Content-Length: ${body.length}`)}${body}`,
  `${head("POST /api/v1/articles HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked")}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  head("GET /graphql?query={__typename} HTTP/1.1", "Accept: application/json"),
  head("OPTIONS /api/v1/articles HTTP/1.1"),
];

const special = fc.constantFrom(
  "\r\n",
  "\n",
  "\r",
  "\0",
  " ",
  "\t",
  ":",
  "HTTP/1.1",
  "HTTP/9.9",
  "%",
  "\xff",
  "\x80",
  ";",
  ",",
  "0",
  "-1",
  "Content-Length: 1\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: h2c\r\n",
  "Connection: upgrade\r\n",
  "A".repeat(20_000),
);
const spoiled = fc
  .tuple(
    fc.constantFrom(...wholeRequests),
    fc.array(
      fc.tuple(
        fc.constantFrom("insert", "drop", "flip", "double", "cut"),
        fc.double({ min: 0, max: 1, noNaN: true }),
        special,
        fc.nat({ max: 255 }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([request, changes]) =>
    changes.reduce(
      (text, [how, where, extra, byte]) => changed(text, how, Math.floor(where * text.length), extra, byte),
      request,
    ),
  );

function changed(text: string, how: string, at: number, extra: string, byte: number): string {
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (how) {
    case "insert":
      return before + extra + after;
    case "drop":
      return before + after.slice(1 + (byte % 8));
    case "flip":
      return before + String.fromCharCode(byte) + after.slice(1);
    case "double":
      return before + after + after;
    default:
      return before;
  }
}

const noise = fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString("latin1"));

/** Two programs may disagree where one request ends and the next begins; here the second is never answered. */
const smuggling: Readonly<Record<string, string>> = {
  "both lengths": `${head("POST /api/v1/articles HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked")}0\r\n\r\n${wholeRequests[0]}`,
  "two lengths": `${head("POST /api/v1/articles HTTP/1.1", "Content-Length: 0", "Content-Length: 50")}${wholeRequests[0]}`,
  "a list of lengths": `${head("POST /api/v1/articles HTTP/1.1", "Content-Length: 0, 50")}${wholeRequests[0]}`,
  "a length with a sign": `${head("POST /api/v1/articles HTTP/1.1", "Content-Length: +0")}${wholeRequests[0]}`,
  "a length of 2^64": head("POST /api/v1/articles HTTP/1.1", "Content-Length: 18446744073709551616"),
  "an encoding that is not chunked": `${head("POST /api/v1/articles HTTP/1.1", "Transfer-Encoding: identity")}${wholeRequests[0]}`,
  "chunked twice": `${head("POST /api/v1/articles HTTP/1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")}0\r\n\r\n${wholeRequests[0]}`,
  "chunked behind a tab": `${head("POST /api/v1/articles HTTP/1.1", "Transfer-Encoding:\x0bchunked")}0\r\n\r\n${wholeRequests[0]}`,
  "a chunk of a negative size": `${head("POST /api/v1/articles HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked")}-1\r\n${wholeRequests[0]}`,
  "a space before the colon": `${head("POST /api/v1/articles HTTP/1.1", "Content-Length : 50")}${wholeRequests[0]}`,
  "a folded header": `${head("POST /api/v1/articles HTTP/1.1", "X: a\r\n Content-Length: 50")}${wholeRequests[0]}`,
  "line feeds alone": "GET /api/v1/articles HTTP/1.1\nHost: x\n\nGET /api/v1/articles HTTP/1.1\nHost: x\n\n",
};

const at_once = 20;
const patience_ms = 120;
const closed_within_ms = 3_000;

export const rawBytes: InputClass = {
  name: "raw bytes: what is no HTTP is refused or closed, and smuggles no second request",
  async run({ api, gateway }, trial) {
    const several = (bytes: fc.Arbitrary<string>) => fc.array(bytes, { minLength: at_once, maxLength: at_once });
    for (const url of [api, gateway]) {
      const all = async (texts: readonly string[]) =>
        (await Promise.all(texts.map((text) => surprise(url, text)))).find((found) => found !== undefined);
      await trial.each(8, several(spoiled), all, at_once);
      await trial.each(3, several(noise), all, at_once);
    }
    for (const [name, text] of Object.entries(smuggling)) {
      await trial.one(name, async () => {
        const answered = await exchange(api, text);
        if (typeof answered === "string") return answered;
        return answered.length <= 1 && answered.every((status) => status >= 400) ? undefined : `answered ${answered.join(", ")}`;
      });
    }
  },
};

async function surprise(url: string, text: string): Promise<string | undefined> {
  const answered = await exchange(url, text);
  if (typeof answered === "string") return answered;
  // 505 is Bun's word for another version of HTTP.
  const failed = answered.find((status) => status >= 500 && status !== 505);
  return failed === undefined ? undefined : `answered ${failed}`;
}

/** The statuses that came, or what was wrong. Who half-closes is closed by Bun: that ends what was sent as half of a request. */
async function exchange(url: string, text: string): Promise<readonly number[] | string> {
  const socket = await openSocket(url);
  socket.write(text);
  await Promise.race([socket.closed, Bun.sleep(patience_ms)]);
  socket.finish();
  const ended = await Promise.race([socket.closed.then(() => true), Bun.sleep(closed_within_ms).then(() => false)]);
  socket.reset();
  return ended ? statusesIn(socket.received()) : `not closed ${closed_within_ms} ms after our half of it was`;
}
