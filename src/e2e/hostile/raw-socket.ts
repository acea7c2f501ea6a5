/** A connection on which anything can be sent, at any pace. */
export interface RawSocket {
  write(bytes: string | Uint8Array): void;
  /** Sends FIN: nothing more will be sent, what comes is still read. */
  finish(): void;
  /** Without a word, as a crash would. */
  reset(): void;
  /** What has come, as Latin-1. */
  readonly received: () => string;
  /** Resolves with the milliseconds after which the other side closed. */
  readonly closed: Promise<number>;
}

export async function openSocket(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  const end = () => resolve(performance.now() - began);
  let received = "";
  let waiting = Buffer.alloc(0);
  const pump = (socket: Bun.Socket) => {
    const written = socket.write(waiting);
    if (written > 0) waiting = waiting.subarray(written);
  };
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    allowHalfOpen: true,
    socket: {
      data(_, chunk) {
        received += chunk.toString("latin1");
      },
      drain: pump,
      end,
      close: end,
      error: end,
    },
  });
  return {
    write(bytes) {
      waiting = Buffer.concat([waiting, typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes]);
      pump(socket);
    },
    finish: () => void socket.shutdown(),
    reset() {
      socket.terminate();
      end();
    },
    received: () => received,
    closed,
  };
}

/** The statuses of all answers in `received`. */
export function statusesIn(received: string): readonly number[] {
  return (received.match(/HTTP\/1\.1 \d{3}/g) ?? []).map((line) => Number(line.slice(-3)));
}
