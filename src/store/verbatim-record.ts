import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { RecordContent } from "../article/event-log.ts";

/** A record that is to reach the log byte for byte, whatever it holds: base64, since PostgreSQL's text takes neither NUL nor broken UTF-8. */
const VerbatimSchema = Type.Object({
  key: Type.Union([Type.String(), Type.Null()]),
  value: Type.Union([Type.String(), Type.Null()]),
  headers: Type.Record(Type.String(), Type.String()),
});
const checker = TypeCompiler.Compile(VerbatimSchema);

export function encodeVerbatim({ key, value, headers }: RecordContent): string {
  const verbatim: Static<typeof VerbatimSchema> = {
    key: base64(key),
    value: base64(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, base64(header) ?? ""])),
  };
  return JSON.stringify(verbatim);
}

/** Throws when the text is not `encodeVerbatim`'s: then somebody changed the outbox by hand. */
export function decodeVerbatim(text: string): RecordContent {
  const verbatim: unknown = JSON.parse(text);
  if (!checker.Check(verbatim)) throw new Error("A verbatim row of the outbox is not what this program wrote");
  return {
    key: bytes(verbatim.key),
    value: bytes(verbatim.value),
    headers: Object.fromEntries(Object.entries(verbatim.headers).map(([name, header]) => [name, Buffer.from(header, "base64")])),
  };
}

function base64(content: string | Buffer | null): string | null {
  return content === null ? null : Buffer.from(content).toString("base64");
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, "base64");
}
