import { join, relative } from "node:path";
import { type Static, Type } from "@sinclair/typebox";

/** One line of an answer. The last one is `result` or `error`; `alive` only shows that the process still works on it. */
export const ControlMessageSchema = Type.Union([
  Type.Object({ result: Type.Unknown() }),
  Type.Object({ error: Type.Object({ message: Type.String() }) }),
  Type.Object({ progress: Type.Object({ done: Type.Number(), total: Type.Number() }) }),
  Type.Object({ note: Type.String() }),
  Type.Object({ alive: Type.Literal(true) }),
]);
export type ControlMessage = Static<typeof ControlMessageSchema>;

/** Also keeps the connection from the idle time-out of Bun.serve (10 s). A silent process is taken for dead after several of these. */
export const alive_every_ms = 2_000;
export const silence_max_ms = 15_000;

/** sun_path holds 108 bytes on Linux and 104 on macOS, with the NUL at its end (unix(7), unix(4)). */
export const socket_path_bytes_max = 103;

/** Where the holder of a data folder listens: relative where that is shorter, because the path's length is limited. */
export function controlSocketPath(data_dir: string): string {
  const absolute = join(data_dir, "control.sock");
  const fromHere = relative(process.cwd(), absolute);
  return fromHere.length < absolute.length ? fromHere : absolute;
}
