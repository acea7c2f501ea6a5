import type { RequestBounds } from "../config/config.ts";
import { createRoom } from "../platform/room.ts";
import type { WriteParts } from "./idempotent.ts";

export type WriteBounds = Pick<RequestBounds, "writes_max" | "bodies_bytes_max" | "body_timeout_ms">;

/** As with nothing configured. */
const usual: WriteBounds = { writes_max: 256, bodies_bytes_max: 134_217_728, body_timeout_ms: 10_000 };

/** What all writes of a handler share. */
export function openBounds(bounds: WriteBounds = usual): Pick<WriteParts, "room" | "body_timeout_ms"> {
  const { writes_max, bodies_bytes_max, body_timeout_ms } = bounds;
  return { room: createRoom({ requests_max: writes_max, bytes_max: bodies_bytes_max }), body_timeout_ms };
}
