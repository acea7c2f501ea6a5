import { type Static, Type } from "@sinclair/typebox";
import type { Report } from "../platform/report.ts";
import type { Resync } from "../replication/resync/resync.ts";

export const ResyncArgsSchema = Type.Object({ restart: Type.Boolean() });
export type ResyncArgs = Static<typeof ResyncArgsSchema>;

export const ResyncResultSchema = Type.Object({
  epoch: Type.Integer(),
  sent: Type.Integer(),
  continued: Type.Boolean(),
  duration_ms: Type.Integer(),
});
export type ResyncResult = Static<typeof ResyncResultSchema>;

/** Rebuilds DB2 from DB1, for a person who waits for it. Throws as Resync.run does. */
export async function resyncReplica(
  { resync }: { readonly resync: Resync },
  { restart }: ResyncArgs,
  report: Report,
  signal: AbortSignal,
): Promise<ResyncResult> {
  const result = await resync.run({ restart }, report, signal);
  if (result === undefined) throw new Error("The process was stopped before the resync began");
  return result;
}
