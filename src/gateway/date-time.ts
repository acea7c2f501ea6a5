import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

const rfc3339 = /^\d{4}-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339 in both directions; what goes out is always UTC with milliseconds, and a date that no calendar has is refused. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: "DateTime",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: instant,
  parseValue: instant,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING) throw new GraphQLError("DateTime must be a string.", { nodes: node });
    return instant(node.value);
  },
});

function instant(value: unknown): string {
  const parts = typeof value === "string" ? rfc3339.exec(value) : null;
  const time_ms = parts === null ? Number.NaN : Date.parse(parts[0]);
  if (parts === null || Number.isNaN(time_ms) || !dayExists(parts[0])) {
    throw new GraphQLError("DateTime must be an instant as RFC 3339 writes it, such as 2026-11-23T09:30:00.000Z.");
  }
  return new Date(time_ms).toISOString();
}

/** Date.parse lets February 30 roll over into March. */
function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().slice(0, 10) === day;
}
