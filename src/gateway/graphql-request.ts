import type { GraphQLParams } from "graphql-yoga";
import { AppError } from "../article/errors.ts";
import { typeName } from "../article/text.ts";
import type { GatewayLimits } from "../config/config.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import { parseContentType } from "./media-types.ts";
import type { PersistedQueries } from "./persisted-queries.ts";

export interface RequestReaderParts {
  /** How much of a request is read at all. */
  readonly limits: Pick<GatewayLimits, "body_bytes_max" | "query_bytes_max" | "batch_operations_max">;
  readonly persisted: PersistedQueries;
}

/** An operation, or a batch of them. */
export type GraphqlRequest = GraphQLParams | GraphQLParams[];

/** The operations of a GraphQL request over HTTP, each with its text. Throws AppErrors and GraphQLErrors that say what is wrong with it. */
export async function readGraphqlRequest(request: Request, { limits, persisted }: RequestReaderParts): Promise<GraphqlRequest> {
  const read = (parameters: unknown) => withText(checkParameters(parameters), limits, persisted);
  if (request.method === "GET") return read(queryParameters(request.url));
  checkContentType(request);
  const body = parseJson(await readText(request, limits.body_bytes_max), "The body");
  if (!Array.isArray(body)) return read(body);
  if (body.length === 0) throw new AppError("invalid_parameter", "A batch has at least one operation; this one has none.");
  if (body.length > limits.batch_operations_max)
    throw limitExceeded("batch_operations", body.length, limits.batch_operations_max);
  return body.map(read);
}

/**
 * Browsers send forms and text to other sites without asking (no CORS preflight), with the user's cookies and network position.
 * JSON they ask for first, and we never say yes: so only JSON is taken.
 */
function checkContentType(request: Request): void {
  const header = request.headers.get("content-type");
  const { type, utf8 } = parseContentType(header);
  if (type === "application/json" && utf8) return;
  const found = header === null ? "missing" : JSON.stringify(header);
  throw new AppError("unsupported_media_type", `Content-Type is ${found}; allowed is application/json (UTF-8).`);
}

async function readText(request: Request, bytes_max: number): Promise<string> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? "0") > bytes_max) throw tooLarge(bytes_max);
  // The server holds a body to its Content-Length: what is announced as small may be taken in one go.
  const bytes = declared === null ? await readStream(request, bytes_max) : await request.bytes();
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AppError("malformed_json", "The body is not UTF-8.", { cause });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

async function readStream(request: Request, bytes_max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytes_max) throw tooLarge(bytes_max);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function tooLarge(bytes_max: number): AppError {
  return new AppError("payload_too_large", `The body is too large; allowed are ${bytes_max} bytes.`);
}

function queryParameters(url: string): Readonly<Record<string, unknown>> {
  const { searchParams } = new URL(url);
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of searchParams) {
    if (Object.hasOwn(parameters, name)) throw invalid(name, "is given more than once");
    const json = name === "variables" || name === "extensions";
    parameters[name] = json && value !== "" ? parseJson(value, name) : value;
  }
  return parameters;
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = text.trim() === "" ? "is empty" : "is not JSON";
    throw new AppError("malformed_json", `${what} ${problem}.`, { cause });
  }
}

const parameterTypes: Readonly<Record<string, "string" | "object">> = {
  query: "string",
  operationName: "string",
  variables: "object",
  extensions: "object",
};

/** A hash that came without its text is looked up; then a text there must be. */
function withText(
  parameters: GraphQLParams,
  { query_bytes_max }: RequestReaderParts["limits"],
  persisted: PersistedQueries,
): GraphQLParams {
  const { query: sent = "", extensions } = parameters;
  const bytes = Buffer.byteLength(sent);
  if (bytes > query_bytes_max) throw limitExceeded("query_bytes", bytes, query_bytes_max);
  const query = persisted.textOf(sent, extensions);
  if (query === "") throw invalid("query", "is missing");
  return { ...parameters, query };
}

function checkParameters(parameters: unknown): GraphQLParams {
  if (!isRecord(parameters)) {
    throw new AppError("invalid_parameter", `A GraphQL request is a JSON object; this one is ${typeName(parameters)}.`);
  }
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const type = Object.hasOwn(parameterTypes, name) ? parameterTypes[name] : undefined;
    if (type === undefined) throw invalid(name, "is not known; allowed are query, operationName, variables and extensions");
    // An empty text in a URL is how a form says that there is none.
    if (value === null || (value === "" && name !== "query")) continue;
    const fits = type === "string" ? typeof value === "string" : isRecord(value);
    if (!fits) throw invalid(name, `is ${typeName(value)}; allowed is a${type === "object" ? "n object" : " string"}`);
    checked[name] = value;
  }
  return checked;
}

function invalid(name: string, problem: string): AppError {
  const detail = `${name} ${problem}.`;
  return new AppError("invalid_parameter", detail, { errors: [{ pointer: name, detail, code: "invalid_parameter" }] });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
