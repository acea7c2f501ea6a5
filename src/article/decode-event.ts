import { isUtf8 } from "node:buffer";
import type { TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler, type ValueError } from "@sinclair/typebox/compiler";
import type { ReceivedRecord } from "./event-log.ts";
import { ArticleEventSchema, type BlogEvent, eventTypes, ResyncCompletedEventSchema, ViewedEventSchema } from "./events.ts";
import { explainable } from "./explainable.ts";
import "./instant.ts";
import { hasMoreValues } from "./json-size.ts";
import { textProblem, typeName } from "./text.ts";

export type UndecodableReason = "malformed_json" | "unknown_schema_version" | "unknown_event_type" | "invalid_event";

/** Why a record is no event of ours, and never will be. */
export class UndecodableEvent extends Error {
  override readonly name = "UndecodableEvent";
  constructor(
    readonly reason: UndecodableReason,
    message: string,
  ) {
    super(message);
  }
}

const articleEvent = TypeCompiler.Compile(ArticleEventSchema);
const viewedEvent = TypeCompiler.Compile(ViewedEventSchema);
const resyncCompletedEvent = TypeCompiler.Compile(ResyncCompletedEventSchema);
const articleEventTypes: ReadonlySet<unknown> = new Set(eventTypes);
/** An event has 40; a later version of this program may add to them, but not thousands. */
const values_max = 10_000;
/** Enough to find the fault; a record can be wrong in thousands of places. */
const problems_max = 3;

/**
 * Reads an event out of a record that anyone may have written. Throws UndecodableEvent, whose message names the first problems, and
 * nothing else: any other error would be taken for one that may pass, and the line would stand still.
 */
export function decodeEvent(record: Pick<ReceivedRecord, "key" | "value">): BlogEvent {
  try {
    return decode(record);
  } catch (error) {
    if (error instanceof UndecodableEvent) throw error;
    throw new UndecodableEvent("invalid_event", `The event cannot be looked at: ${error}`);
  }
}

function decode({ key, value }: Pick<ReceivedRecord, "key" | "value">): BlogEvent {
  const event = checkShape(parse(value));
  if (event.event_type !== "resync.completed" && key?.toString() !== String(event.data.id)) {
    throw new UndecodableEvent(
      "invalid_event",
      `The record's key is ${quote(key?.toString())}, but /data/id is ${event.data.id}`,
    );
  }
  return event;
}

function parse(value: Buffer | null): object {
  if (value === null) throw new UndecodableEvent("malformed_json", "The record has no value");
  if (hasMoreValues(value, values_max))
    throw new UndecodableEvent("invalid_event", `The value holds more than ${values_max} values`);
  if (!isUtf8(value)) throw new UndecodableEvent("malformed_json", "The value is not UTF-8");
  const parsed = parseJson(value.toString());
  if (typeof parsed !== "object" || parsed === null)
    throw new UndecodableEvent("invalid_event", "The value is JSON, but no object");
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UndecodableEvent("malformed_json", error instanceof Error ? error.message : String(error));
  }
}

function checkShape(value: object): BlogEvent {
  const schema_version = "schema_version" in value ? value.schema_version : undefined;
  if (schema_version !== undefined && schema_version !== 1) {
    throw new UndecodableEvent(
      "unknown_schema_version",
      `The schema version is ${quote(schema_version)}; this program reads version 1`,
    );
  }
  const event_type = "event_type" in value ? value.event_type : undefined;
  if (articleEventTypes.has(event_type)) {
    if (articleEvent.Check(value)) return value;
    throw invalid(articleEvent, value);
  }
  if (event_type === "article.viewed") {
    if (viewedEvent.Check(value)) return value;
    throw invalid(viewedEvent, value);
  }
  if (event_type === "resync.completed") {
    if (resyncCompletedEvent.Check(value)) return value;
    throw invalid(resyncCompletedEvent, value);
  }
  if (typeof event_type === "string") throw new UndecodableEvent("unknown_event_type", `The event type is ${quote(event_type)}`);
  throw invalid(articleEvent, value);
}

function invalid(checker: TypeCheck<TSchema>, value: object): UndecodableEvent {
  const problems: string[] = [];
  const looked_at = "data" in value ? { ...value, data: explainable(value.data) } : value;
  for (const error of checker.Errors(looked_at)) {
    problems.push(`${error.path || "/"}: ${describe(error)}`);
    if (problems.length === problems_max) break;
  }
  return new UndecodableEvent("invalid_event", problems.join("; "));
}

function describe({ schema, value, message }: ValueError): string {
  const problem = schema["type"] === "string" && "maxLength" in schema ? textProblem(schema, value) : undefined;
  return problem ? `${problem.code} (${problem.found})` : message;
}

/** Short, since whatever is on the topic ends up here; an object could be too deep to be written. */
function quote(value: unknown): string {
  const text = typeof value === "object" ? typeName(value) : (JSON.stringify(value) ?? "missing");
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
