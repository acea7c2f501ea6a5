import { call, createArticle } from "../api-client.ts";
import type { Ground } from "./ground.ts";
import type { InputClass } from "./input-class.ts";
import { openSocket, type RawSocket, statusesIn } from "./raw-socket.ts";

const answer_within_ms = 1_000;
const idle_connections = 5_000;
const opened_at_once = 250;

/** What clients do to connections, by intent or by crashing. */
export const connections: InputClass = {
  name: "connections: pipelined, reset, half-closed, and 5,000 idle ones, while others are answered",
  async run(ground, trial) {
    const { api, gateway, ids } = ground;
    await trial.one("a hundred requests in one write are answered in their order", () => pipelined(ground));
    await trial.one(`${idle_connections} idle ones`, () => answeredAmid(api));
    for (const url of [api, gateway]) {
      await trial.one("a hundred bodies that break off", () =>
        answeredAfter(url, 100, (socket) =>
          socket.write(
            "POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{",
          ),
        ),
      );
      await trial.one("a hundred chunks that break off", () =>
        answeredAfter(url, 100, (socket) =>
          socket.write(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n{",
          ),
        ),
      );
      await trial.one("a hundred who ask and go", () =>
        answeredAfter(url, 100, (socket) => socket.write(`GET /api/v1/articles/${ids[1]} HTTP/1.1\r\nHost: x\r\n\r\n`)),
      );
      await trial.one("a hundred who write and go", () =>
        answeredAfter(url, 100, (socket) =>
          socket.write(
            'POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"title":"T","content":"C","author":"A"}',
          ),
        ),
      );
      await trial.one("a hundred half-closed ones", () => answeredAfter(url, 100, (socket) => socket.finish()));
    }
  },
};

async function pipelined({ api }: Ground): Promise<string | undefined> {
  // Of its own: those that are shared may have been deleted by what else is tried.
  const ids = [(await createArticle(api, { title: "One" })).id, (await createArticle(api, { title: "Two" })).id];
  const socket = await openSocket(api);
  const asked = Array.from({ length: 100 }, (_, n) => ids[n % ids.length] ?? 0);
  socket.write(
    asked
      .map(
        (id, n) =>
          `GET /api/v1/articles/${id}?fields=id HTTP/1.1\r\nHost: x\r\n${n === asked.length - 1 ? "Connection: close\r\n" : ""}\r\n`,
      )
      .join(""),
  );
  const ended = await Promise.race([socket.closed, Bun.sleep(5 * answer_within_ms)]);
  socket.reset();
  const answered = Array.from(socket.received().matchAll(/\{"id":(\d+)\}/g), ([, id]) => Number(id));
  // Bun does not answer those that were sent before the first of them was answered; it closes, and the client asks again.
  if (ended !== undefined && answered.length < asked.length && answered.every((id, n) => id === asked[n])) return undefined;
  return JSON.stringify(answered) === JSON.stringify(asked)
    ? undefined
    : `answered ${answered.length} of ${asked.length}: ${statusesIn(socket.received()).join()}`;
}

/** Does something on so many connections, resets them all, and asks as anybody would. */
async function answeredAfter(url: string, count: number, act: (socket: RawSocket) => void): Promise<string | undefined> {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(url)));
  for (const socket of sockets) act(socket);
  await Bun.sleep(5);
  for (const socket of sockets) socket.reset();
  return await slowAnswer(url);
}

async function answeredAmid(url: string): Promise<string | undefined> {
  const sockets: RawSocket[] = [];
  try {
    while (sockets.length < idle_connections)
      sockets.push(...(await Promise.all(Array.from({ length: opened_at_once }, () => openSocket(url)))));
    return await slowAnswer(url);
  } finally {
    for (const socket of sockets) socket.reset();
  }
}

/** The best of three: a busy machine is no fault of the server's. */
async function slowAnswer(url: string): Promise<string | undefined> {
  const took: number[] = [];
  for (let n = 0; n < 3; n++) {
    const began = performance.now();
    const { status } = await call(`${url}/api/v1/health/live`);
    took.push(performance.now() - began);
    if (status !== 200) return `live answered ${status}`;
  }
  return Math.min(...took) < answer_within_ms ? undefined : `an answer took ${took.map(Math.round).join(", ")} ms`;
}
