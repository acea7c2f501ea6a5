import type { InputClass } from "./input-class.ts";
import { openSocket, statusesIn } from "./raw-socket.ts";

/** With REQUEST_TIMEOUT_SECONDS and KEEP_ALIVE_SECONDS as the ground sets them. */
export const slow_ground = { REQUEST_TIMEOUT_SECONDS: "3", KEEP_ALIVE_SECONDS: "3" } as const;
const body_ms = 3_000;
/** Bun's own ten seconds for the first headers of a connection, and its clock of four. */
const first_head_ms = 10_000;
const clock_ms = 4_000;
const tolerance_ms = 1_500;

const json = "Content-Type: application/json\r\n";
const post = (path: string, length: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\n${json}${length}\r\n\r\n`;
const whole = "GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n";

interface Sender {
  readonly first: string;
  readonly drip: string;
  readonly every_ms: number;
  readonly within_ms: number;
  readonly status?: number;
}

const chunks = "Transfer-Encoding: chunked";
const steadily = { every_ms: 100 };
const senders: Readonly<Record<string, Sender>> = {
  "nothing at all": { first: "", drip: "", every_ms: 1_000, within_ms: first_head_ms + clock_ms },
  "a header that never ends": { first: "GET / HTTP/1.1\r\nX: ", drip: "a", ...steadily, within_ms: first_head_ms + clock_ms },
  "headers line by line": { first: "GET / HTTP/1.1\r\n", drip: "X: a\r\n", ...steadily, within_ms: first_head_ms + clock_ms },
  "a second request's headers": {
    first: `${whole}GET / HTTP/1.1\r\n`,
    drip: "X",
    ...steadily,
    within_ms: body_ms + clock_ms,
    status: 200,
  },
  "nothing after an answer": { first: whole, drip: "", every_ms: 1_000, within_ms: body_ms + clock_ms, status: 200 },
  "a body that stops": {
    first: post("/api/v1/articles", "Content-Length: 1000"),
    drip: "",
    every_ms: 1_000,
    within_ms: body_ms,
    status: 408,
  },
  "a body that drips": {
    first: post("/api/v1/articles", "Content-Length: 1000000"),
    drip: "a",
    ...steadily,
    within_ms: body_ms,
    status: 408,
  },
  "a body that comes at 200 kB/s, for seven megabytes": {
    first: post("/api/v1/articles", "Content-Length: 7000000"),
    drip: "a".repeat(20_000),
    ...steadily,
    within_ms: body_ms,
    status: 408,
  },
  "chunks that drip": {
    first: post("/api/v1/articles", chunks),
    drip: "1\r\na\r\n",
    ...steadily,
    within_ms: body_ms,
    status: 408,
  },
  "chunks that stop": { first: post("/api/v1/articles", chunks), drip: "", every_ms: 1_000, within_ms: body_ms, status: 408 },
  "a chunk whose size never ends": {
    first: post("/api/v1/articles", chunks),
    drip: "0",
    ...steadily,
    within_ms: body_ms,
    status: 408,
  },
};

export const slowSenders: InputClass = {
  name: "slow senders: headers and bodies that do not come are not waited for, however steadily they drip",
  async run({ api, gateway }, trial) {
    const all = Object.entries(senders).flatMap(([name, sender]) => [
      trial.one(`${name}, at the API`, () => outcome(api, sender)),
      trial.one(`${name}, at the gateway`, () =>
        outcome(gateway, { ...sender, first: sender.first.replace("/api/v1/articles", "/graphql") }),
      ),
    ]);
    await Promise.all(all);
  },
};

async function outcome(url: string, { first, drip, every_ms, within_ms, status }: Sender): Promise<string | undefined> {
  const socket = await openSocket(url);
  socket.write(first);
  const dripping = setInterval(() => drip && socket.write(drip), every_ms);
  const late = Bun.sleep(within_ms + tolerance_ms).then(() => undefined);
  const closed_after_ms = await Promise.race([socket.closed, late]);
  clearInterval(dripping);
  socket.reset();
  const statuses = statusesIn(socket.received());
  if (closed_after_ms === undefined)
    return `still open after ${within_ms + tolerance_ms} ms, answered ${statuses.join() || "nothing"}`;
  const expected = status === undefined ? [] : [status];
  return JSON.stringify(statuses) === JSON.stringify(expected)
    ? undefined
    : `answered ${statuses.join() || "nothing"} instead of ${expected.join() || "nothing"}`;
}
