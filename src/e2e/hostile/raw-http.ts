/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case, in the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly duration_ms: number;
}

/** The connection was closed without an answer, or nothing had come when the time was up. */
export type Silence = { readonly silence: "closed" | "hung"; readonly duration_ms: number };

/** A request that no client library would send: everything as it is given, byte by byte (text is Latin-1). */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** Instead of the server's own; none with HTTP/1.0. */
  readonly host?: string;
  readonly version?: "1.0" | "1.1";
}

const answer_within_ms = 10_000;

/** Sends one request on a connection of its own and reads to the end of its answer. */
export async function sendRequest(
  url: string,
  { method, target, headers = [], body, host, version = "1.1" }: RawRequest,
): Promise<RawAnswer | Silence> {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const length: readonly (readonly [string, string])[] =
    bytes === undefined ? [] : [["content-length", String(bytes.byteLength)]];
  const hosts: readonly (readonly [string, string])[] = version === "1.0" ? [] : [["host", host ?? new URL(url).host]];
  const lines = [...hosts, ["connection", "close"], ...length, ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/${version}\r\n${lines.join("")}\r\n`, "latin1");
  return (await exchange(url, Buffer.concat([head, bytes ?? new Uint8Array()]))).answer;
}

/** Sends bytes as they are, and reads until the other side closes, `answer_within_ms` passes, or an answer is complete that ends the connection. */
export async function exchange(url: string, bytes: Uint8Array): Promise<{ answer: RawAnswer | Silence; received: string }> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  const { promise: ended, resolve } = Promise.withResolvers<"closed" | "hung">();
  const timer = setTimeout(() => resolve("hung"), answer_within_ms);
  const chunks: Buffer[] = [];
  let sent = 0;
  const pump = (socket: Bun.Socket) => {
    while (sent < bytes.byteLength) {
      const written = socket.write(bytes.subarray(sent));
      if (written <= 0) return;
      sent += written;
    }
  };
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data: (_, chunk) => void chunks.push(Buffer.from(chunk)),
      drain: pump,
      close: () => resolve("closed"),
      error: () => resolve("closed"),
    },
  });
  pump(socket);
  const end = await ended;
  clearTimeout(timer);
  socket.terminate();
  const received = Buffer.concat(chunks).toString("latin1");
  const duration_ms = performance.now() - began;
  return { answer: parseAnswer(received, duration_ms) ?? { silence: end, duration_ms }, received };
}

/** The first answer in `received`; undefined when its head is not complete. */
export function parseAnswer(received: string, duration_ms: number): RawAnswer | undefined {
  const end = received.indexOf("\r\n\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1];
  if (end === -1 || status === undefined) return undefined;
  const headers = received
    .slice(0, end)
    .split("\r\n")
    .slice(1)
    .map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  const body = Buffer.from(bodyOf(received.slice(end + 4), headers), "latin1").toString();
  return { status: Number(status), headers, body, duration_ms };
}

function bodyOf(text: string, headers: RawAnswer["headers"]): string {
  if (!headers.some(([name, value]) => name === "transfer-encoding" && value === "chunked")) {
    const length = headers.find(([name]) => name === "content-length")?.[1];
    return length === undefined ? text : text.slice(0, Number(length));
  }
  let rest = text;
  let body = "";
  for (;;) {
    const size = Number.parseInt(rest, 16);
    const start = rest.indexOf("\r\n") + 2;
    if (!(size > 0)) return body;
    body += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
}

export function isSilence(answer: RawAnswer | Silence): answer is Silence {
  return "silence" in answer;
}

export function headerOf(answer: RawAnswer, name: string): string | undefined {
  return answer.headers.find(([given]) => given === name)?.[1];
}
