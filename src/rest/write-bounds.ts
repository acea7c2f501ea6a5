import { AppError } from "../article/errors.ts";
import type { RequestBounds } from "../config/config.ts";
import { createRoom } from "../platform/room.ts";
import { createSlots } from "../platform/slots.ts";
import type { WriteParts } from "./idempotent.ts";

export type WriteBounds = Pick<RequestBounds, "writes_max" | "bodies_bytes_max" | "body_timeout_ms">;

/** As with nothing configured. */
const usual: WriteBounds = { writes_max: 256, bodies_bytes_max: 134_217_728, body_timeout_ms: 10_000 };

/** More at once would only make everything else wait, here and in the database. */
const large_at_once = 1;
/** What a caller waits for, with a large article, when many others have one too. */
const large_wait_max_ms = 8_000;
/** What is behind a large write, on its way to DB2, takes as long as the write itself; then it is the readers' turn. */
const rest_max_ms = 250;

/** What all writes of a handler share. */
export function openBounds(bounds: WriteBounds = usual): Pick<WriteParts, "room" | "body_timeout_ms"> {
  const { writes_max, bodies_bytes_max, body_timeout_ms } = bounds;
  const large = createSlots({
    at_once: large_at_once,
    waiting_max: writes_max,
    wait_max_ms: large_wait_max_ms,
    rest_max_ms,
    refused: () => new AppError("unavailable", "Too many large articles are being written.", { retry_after_s: 1 }),
  });
  return { room: createRoom({ requests_max: writes_max, bytes_max: bodies_bytes_max, large }), body_timeout_ms };
}
