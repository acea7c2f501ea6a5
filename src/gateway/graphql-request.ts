import type { GraphQLParams } from "graphql-yoga";
import { AppError } from "../article/errors.ts";
import { typeName } from "../article/text.ts";
import type { GatewayLimits } from "../config/config.ts";
import { type GraphqlBodyBounds, parseJson, readJson } from "./graphql-body.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import type { PersistedQueries } from "./persisted-queries.ts";

export interface RequestReaderParts {
  /** How much of a request is read at all. */
  readonly limits: Pick<GatewayLimits, "query_bytes_max" | "batch_operations_max" | "variables_max">;
  readonly bodies: Omit<GraphqlBodyBounds, "values_max">;
  readonly persisted: PersistedQueries;
}

/** An operation, or a batch of them. */
export type GraphqlRequest = GraphQLParams | GraphQLParams[];

/** The operations of a GraphQL request over HTTP, each with its text. Throws AppErrors and GraphQLErrors that say what is wrong with it. */
export async function readGraphqlRequest(
  request: Request,
  { limits, persisted, bodies }: RequestReaderParts,
): Promise<GraphqlRequest> {
  const read = (parameters: unknown) => withText(checkParameters(parameters), limits, persisted);
  if (request.method === "GET") return read(queryParameters(request.url));
  const body = await readJson(request, {
    ...bodies,
    values_max: limits.batch_operations_max * (limits.variables_max + parameters_max),
  });
  if (!Array.isArray(body)) return read(body);
  if (body.length === 0) throw new AppError("invalid_parameter", "A batch has at least one operation; this one has none.");
  if (body.length > limits.batch_operations_max)
    throw limitExceeded("batch_operations", body.length, limits.batch_operations_max);
  return body.map(read);
}

function queryParameters(url: string): Readonly<Record<string, unknown>> {
  const start = url.indexOf("?");
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(start === -1 ? "" : url.slice(start).split("#", 1)[0])) {
    if (Object.hasOwn(parameters, name)) throw invalid(name, "is given more than once");
    const json = name === "variables" || name === "extensions";
    parameters[name] = json && value !== "" ? parseJson(value, name) : value;
  }
  return parameters;
}

/** Of one operation, beside its variables, with room for extensions. */
const parameters_max = 100;

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
