import { isUtf8 } from "node:buffer";
import { type Static, Type } from "@sinclair/typebox";

const Nullable = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** Bytes as a person can read them: text where they are UTF-8, else base64. */
export const ReadableBytesSchema = Type.Object({
  encoding: Type.Union([Type.Literal("utf-8"), Type.Literal("base64")]),
  text: Type.String(),
});
export type ReadableBytes = Static<typeof ReadableBytesSchema>;

/** An event that was given up on: `PARTITION-OFFSET` of its source, or `outbox-N` for one that never got into the log. */
export const DeadLetterSummarySchema = Type.Object({
  id: Type.String(),
  source: Type.Union([Type.Object({ topic: Type.String(), partition: Type.Integer(), offset: Type.Integer() }), Type.Null()]),
  key: Type.Union([ReadableBytesSchema, Type.Null()]),
  event_type: Nullable(Type.String()),
  reason: Type.String(),
  error: Type.String(),
  failed_at: Type.String(),
  attempts: Nullable(Type.Integer()),
  replayed_at: Nullable(Type.String()),
  /** The dead letter that came back as this one. */
  replay_of: Nullable(Type.String()),
});
export type DeadLetterSummary = Static<typeof DeadLetterSummarySchema>;

export const DeadLetterDetailSchema = Type.Composite([
  DeadLetterSummarySchema,
  Type.Object({
    headers: Type.Record(Type.String(), ReadableBytesSchema),
    value: Type.Union([ReadableBytesSchema, Type.Null()]),
    /** The value as JSON; null where it is none. */
    event: Type.Unknown(),
  }),
]);
export type DeadLetterDetail = Static<typeof DeadLetterDetailSchema>;

/** Which dead letters are meant. */
export interface DeadLetterFilter {
  readonly limit: number;
  readonly reason?: string;
  /** RFC 3339. */
  readonly since?: string;
}

/** The header by which a replay is known: the id of the dead letter that it repeats. */
export const replay_header = "dlq_replay_of";

/** Ids as people type them. */
export const dead_letter_id = /^(?:\d{1,10}-\d{1,19}|outbox-\d{1,16})$/;

/** The N of `outbox-N`; undefined for the id of another dead letter. */
export function parkedIdOf(id: string): number | undefined {
  return id.startsWith("outbox-") ? Number(id.slice("outbox-".length)) : undefined;
}

export function parkedLetterId(id: number): string {
  return `outbox-${id}`;
}

export function readable(bytes: Buffer | Uint8Array): ReadableBytes {
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer)
    ? { encoding: "utf-8", text: buffer.toString() }
    : { encoding: "base64", text: buffer.toString("base64") };
}

/** The value as JSON, null where it is none. */
export function eventOf(value: ReadableBytes | null): unknown {
  if (value?.encoding !== "utf-8") return null;
  try {
    return JSON.parse(value.text);
  } catch {
    return null;
  }
}
