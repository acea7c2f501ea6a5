import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

const rfc3339 = /^\d{4}-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** As what goes out is written. */
const canonical = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** RFC 3339 in both directions; what goes out is always UTC with milliseconds, and a date that no calendar has is refused. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: "DateTime",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: (value) => (typeof value === "string" && canonical.test(value) && dayExists(value) ? value : instant(value)),
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

/** The articles of a site are of a few thousand days, and asked for again and again. */
const existing_days_max = 10_000;
const existing_days = new Set<string>();

/** Date.parse lets February 30 roll over into March. */
function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  if (existing_days.has(day)) return true;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return false;
  if (existing_days.size < existing_days_max) existing_days.add(day);
  return true;
}
