/** What else an error may tell a log: words of the system and of the schema, never a value that somebody sent. */
const told = ["code", "severity", "schema", "table", "column", "constraint", "routine", "syscall", "address"] as const;

/** As deep as causes are followed; a cycle ends here too. */
const causes_max = 5;

const withheld = "a value was refused; PostgreSQL's own words would show it";

/**
 * An error as it may stand in a log. Only properties that are known to hold nothing of an article, a request or a secret come along:
 * PostgreSQL's `detail` shows the row that it refused, Bun's `path` the URL that was fetched, search words and all.
 */
export function loggedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : { type: typeof error };
  const message = quotesData(error) ? withheld : error.message;
  const cause = depth < causes_max && error.cause !== undefined ? loggedError(error.cause, depth + 1) : undefined;
  return {
    type: error.name,
    message,
    ...Object.fromEntries(told.flatMap((name) => wordOf(error, name))),
    stack: `${message}${placesOf(error)}`,
    ...(cause !== undefined && { cause }),
  };
}

/** SQLSTATE class 22, data exceptions (PostgreSQL manual, appendix A): `invalid input syntax for type json: "…"`. */
function quotesData(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /^22[0-9A-Z]{3}$/.test(error.code);
}

function wordOf(error: Error, name: string): readonly (readonly [string, string])[] {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? [[name, value]] : [];
}

/** The stack without the message before it. */
function placesOf({ stack = "" }: Error): string {
  const first = stack.search(/^ +at /m);
  return first === -1 ? "" : `\n${stack.slice(first)}`;
}
