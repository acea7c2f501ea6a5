/**
 * A parameter as both drivers send it: text in PostgreSQL's input syntax, or bytes for bytea. Arrays become array literals,
 * other objects JSON, dates RFC 3339 in UTC. To pass a JSON array to a jsonb parameter, stringify it before.
 */
export function parameterText(value: unknown): string | Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return arrayLiteral(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** PostgreSQL manual, section 8.15.2: every element quoted, so that none needs a look. */
function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(element).join(",")}}`;
}

function element(value: unknown): string {
  if (Array.isArray(value)) return arrayLiteral(value);
  const text = parameterText(value);
  if (text === null) return "NULL";
  if (typeof text !== "string") return `"\\\\x${Buffer.from(text).toString("hex")}"`;
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
