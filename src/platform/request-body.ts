import type { Room } from "./room.ts";

export interface BodyBounds {
  readonly bytes_max: number;
  /** From when its reading begins, which is when the head is complete. */
  readonly timeout_ms: number;
  /** Where the bytes are held as they come; they stay held until whoever asked for them drops them. */
  readonly room: Pick<Room, "hold" | "drop">;
}

/** Why a body was not read to its end. */
export class BodyRefused extends Error {
  override readonly name = "BodyRefused";
  constructor(
    readonly reason: "too_large" | "too_slow" | "broken_off" | "no_room",
    cause?: unknown,
  ) {
    super(`the body of a request is ${reason}`, { cause });
  }
}

/** Bodies up to this size are taken in one go, which costs half as much as a stream. */
const at_once_bytes_max = 65_536;

/**
 * The body as bytes. Throws BodyRefused as soon as more than `bytes_max` are announced or have come, whatever Content-Length says or
 * leaves out; when it is not complete in time, however steadily it comes; when there is no room; and when it breaks off. Bun reads from
 * the socket no faster than is read here, so what is refused is never in memory.
 */
export async function readBytes(request: Request, bounds: BodyBounds): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > bounds.bytes_max) throw new BodyRefused("too_large");
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new BodyRefused("too_slow")), bounds.timeout_ms);
  try {
    // The server holds a body to its Content-Length.
    if (announced === null || Number(announced) > at_once_bytes_max) return await readStream(request, bounds, late);
    const bytes = await Promise.race([request.bytes(), late]);
    if (bytes.byteLength > bounds.bytes_max) throw new BodyRefused("too_large");
    if (!bounds.room.hold(bytes.byteLength)) throw new BodyRefused("no_room");
    return bytes;
  } catch (error) {
    throw error instanceof BodyRefused ? error : new BodyRefused("broken_off", error);
  } finally {
    clearTimeout(timer);
  }
}

async function readStream(request: Request, { bytes_max, room }: BodyBounds, late: Promise<never>): Promise<Uint8Array> {
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let held_bytes = 0;
  try {
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), late]);
      if (done) return Buffer.concat(chunks, held_bytes);
      if (held_bytes + value.byteLength > bytes_max) throw new BodyRefused("too_large");
      if (!room.hold(value.byteLength)) throw new BodyRefused("no_room");
      held_bytes += value.byteLength;
      chunks.push(value);
    }
  } catch (error) {
    room.drop(held_bytes);
    reader.cancel().catch(() => {});
    throw error;
  }
}
