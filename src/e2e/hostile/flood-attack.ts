/**
 * A process of its own, so that its load is not the reader's: holds idle and slow connections, and floods with bodies until it is told
 * to stop by the end of its input; then it prints what came of them.
 */
import { openSocket, type RawSocket, statusesIn } from "./raw-socket.ts";

export interface Attack {
  readonly api: string;
  readonly gateway: string;
  readonly writer: string;
  readonly idle: number;
  readonly slow: number;
  /** Connections that send one body of 1 MiB after the other: by strangers, by an author, to GraphQL. */
  readonly floods: number;
}

const mebibyte = 1_048_576;
/** At random, since no thousand callers come back in the same moment. */
const reopened_within_ms = 5_000;
let stopping = false;
const counts: Record<string, number> = {};
const count = (what: string) => {
  counts[what] = (counts[what] ?? 0) + 1;
};

/** Each connection has an address of its own, as a botnet has. */
let addresses = 0;
function address(): string {
  const n = ++addresses;
  return `X-Forwarded-For: 10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}\r\n`;
}

/** Opens a connection again whenever it is closed. */
async function hold(
  url: string,
  what: string,
  use: (socket: RawSocket, closed: Promise<unknown>) => Promise<void>,
): Promise<void> {
  while (!stopping) {
    const socket = await openSocket(url).catch(() => undefined);
    if (socket === undefined) {
      count(`${what}: refused`);
      await Bun.sleep(Math.random() * reopened_within_ms);
      continue;
    }
    held.add(socket);
    await use(socket, socket.closed).catch(() => {});
    held.delete(socket);
    for (const status of statusesIn(socket.received())) count(`${what}: ${status}`);
    count(`${what}: closed`);
    socket.reset();
    if (!stopping) await Bun.sleep(Math.random() * reopened_within_ms);
  }
}
const held = new Set<RawSocket>();
const holding: Promise<void>[] = [];

const live = "GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n";

async function idle(socket: RawSocket, closed: Promise<unknown>, n: number): Promise<void> {
  if (n % 2 === 0) socket.write(live);
  await closed;
}

async function drip(socket: RawSocket, closed: Promise<unknown>, first: string, piece: string): Promise<void> {
  socket.write(first);
  const timer = setInterval(() => socket.write(piece), 500);
  await closed;
  clearInterval(timer);
}

/** One request after the other, each when the one before was answered. */
async function flood(socket: RawSocket, closed: Promise<unknown>, request: () => Buffer): Promise<void> {
  let over = false;
  void closed.then(() => {
    over = true;
  });
  for (let answered = 0; !over && !stopping; ) {
    socket.write(request());
    while (!over && !stopping && statusesIn(socket.received()).length <= answered) await Bun.sleep(5);
    answered = statusesIn(socket.received()).length;
  }
}

function post(path: string, body: Buffer, headers: string): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.byteLength}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const content = "lorem ipsum dolor ".repeat(Math.ceil(mebibyte / 18)).slice(0, mebibyte - 1_000);
const article = Buffer.from(JSON.stringify({ title: "Flood", content, author: "Nobody" }));
const query = "mutation ($input: ArticleInput!) { createArticle(input: $input) { id } }";
const mutation = Buffer.from(JSON.stringify({ query, variables: { input: { title: "Flood", content, author: "Nobody" } } }));

async function attack({ api, gateway, writer, idle: idle_count, slow, floods }: Attack): Promise<void> {
  for (let n = 0; n < idle_count; n++) {
    holding.push(hold(n % 3 === 0 ? gateway : api, "idle", (socket, closed) => idle(socket, closed, n)));
    if (n % 100 === 0) await Bun.sleep(5);
  }
  const slowOnes: readonly (readonly [string, string])[] = [
    ["GET /api/v1/articles HTTP/1.1\r\nHost: x\r\nX: ", "a"],
    [
      `POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${writer}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{`,
      " ",
    ],
    ["POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"],
    [`${live}GET / HTTP/1.1\r\n`, "X"],
  ];
  for (let n = 0; n < slow; n++) {
    const [first, piece] = slowOnes[n % slowOnes.length] ?? ["", ""];
    holding.push(hold(n % 4 === 2 ? gateway : api, "slow", (socket, closed) => drip(socket, closed, first, piece)));
  }
  for (let n = 0; n < floods; n++) {
    const from = address();
    const by: readonly (readonly [string, string, () => Buffer])[] = [
      ["strangers", api, () => post("/api/v1/articles", article, from)],
      ["an author", api, () => post("/api/v1/articles", article, `${from}Authorization: Bearer ${writer}\r\n`)],
      ["GraphQL", gateway, () => post("/graphql", mutation, from)],
    ];
    const [who, url, request] = by[n % by.length] ?? ["nobody", api, () => Buffer.alloc(0)];
    holding.push(hold(url, `1 MiB by ${who}`, (socket, closed) => flood(socket, closed, request)));
  }
}

if (import.meta.main) {
  await attack(JSON.parse(process.argv[2] ?? "{}"));
  process.stdout.write("attacking\n");
  for await (const _ of process.stdin) {
    // Until it ends.
  }
  stopping = true;
  for (const socket of held) socket.reset();
  await Promise.all(holding);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  process.exit(0);
}
