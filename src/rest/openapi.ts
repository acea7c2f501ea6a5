import type { ErrorCode } from "../article/errors.ts";
import type { AccessRule } from "./access/access.ts";
import { headerComponents, headerParameters } from "./openapi-headers.ts";
import { schemaComponents } from "./openapi-schemas.ts";
import type { AnswerDoc, Operation, Route } from "./operation.ts";
import type { Parameter } from "./parameters.ts";
import { problemMediaType, statusOf, titleOf } from "./problem.ts";

type Json = Record<string, unknown>;

/** Errors that any operation can answer. */
const everywhere: readonly ErrorCode[] = ["rate_limited", "internal", "unavailable", "timeout"];

export interface DocumentSettings {
  /** Whether writes are taken without a token. */
  readonly access: { readonly open_writes: boolean };
}

/** Of the API, as in its paths. Which build answers is not for strangers. */
const api_version = "1";

/** The OpenAPI 3.1 document of `routes`: derived from the tables that serve them, so that it cannot drift from them. */
export function createOpenApiDocument(routes: readonly Route[], { access }: DocumentSettings): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Blog API",
      version: api_version,
      description: "Articles, written and read. Errors are problem documents (RFC 9457) with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "articles", description: "Write and read articles" },
      { name: "operations", description: "Health and metrics" },
    ],
    paths: Object.fromEntries(routes.filter(hasOperations).map((route) => [route.template, pathItem(route, access.open_writes)])),
    components: {
      schemas: schemaComponents(),
      parameters: optionalHeaders(),
      headers: headerComponents,
      securitySchemes: { accessToken },
    },
  };
}

const accessToken = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description:
    "From `blog token`. Scopes: articles:read for what is not public, articles:write, articles:admin; each includes the former.",
};

/** Role names beside a scheme say which scope is needed (OpenAPI 3.1, Security Requirement Object); `{}` makes it optional. */
function security(access: AccessRule, open_writes: boolean): Json {
  switch (access) {
    case "anyone":
      return {};
    case "read":
      return { security: [{}, { accessToken: ["articles:read"] }] };
    case "write":
      return { security: [...(open_writes ? [{}] : []), { accessToken: ["articles:write"] }] };
    default:
      return access satisfies never;
  }
}

/** What a caller may be told by whoever looks at its token. */
const refusals: Readonly<Record<AccessRule, readonly ErrorCode[]>> = {
  anyone: [],
  read: ["unauthorized"],
  write: ["unauthorized", "forbidden"],
};

function hasOperations({ operations }: Route): boolean {
  return Object.keys(operations).length > 0;
}

function pathItem({ template, operations }: Route, open_writes: boolean): Json {
  const id = {
    name: "id",
    in: "path",
    required: true,
    schema: { $ref: "#/components/schemas/Article/properties/id" },
    example: 1,
  };
  return {
    ...(template.includes("{id}") && { parameters: [id] }),
    ...Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method.toLowerCase(), operationObject(operation, open_writes)]),
    ),
  };
}

function operationObject({ access, parameters, doc }: Operation, open_writes: boolean): Json {
  const query = Object.entries(parameters).map(([name, parameter]) => queryParameter(name, parameter));
  const headers = (doc.headers ?? []).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  const errors = doc.tag === "articles" ? [...doc.errors, ...refusals[access], ...everywhere] : doc.errors;
  return {
    operationId: doc.id,
    tags: [doc.tag],
    summary: doc.summary,
    ...security(access, open_writes),
    ...(doc.description !== undefined && { description: doc.description }),
    ...(query.length + headers.length > 0 && { parameters: [...query, ...headers] }),
    ...(doc.body !== undefined && { requestBody: { required: true, content: content(doc.body.media_types, doc.body.schema) } }),
    responses: {
      ...Object.fromEntries(Object.entries(doc.answers).map(([status, answer]) => [status, answerObject(answer)])),
      ...problemResponses(errors),
    },
  };
}

function queryParameter(name: string, { description, schema, example, required, list }: Parameter<unknown>): Json {
  return {
    name,
    in: "query",
    description,
    required: required ?? false,
    ...(list && { style: "form", explode: false }),
    ...(required === true && example !== undefined ? { schema, example } : { schema: suggesting(schema, example) }),
  };
}

/** Pages to try an API with fill in a parameter's `example`: all of the optional ones at once make no sense. A schema's they only show. */
function suggesting(schema: object, example: unknown): Json {
  return example === undefined ? { ...schema } : { ...schema, examples: [example] };
}

function optionalHeaders(): Json {
  return Object.fromEntries(
    Object.entries(headerParameters).map(([name, { schema, example, ...header }]) => [
      name,
      { ...header, schema: suggesting(schema, example) },
    ]),
  );
}

function answerObject({ description, headers = [], schema, media_type = "application/json" }: AnswerDoc): Json {
  const common = ["RequestId", ...headers];
  return {
    description,
    headers: Object.fromEntries(common.map((name) => [headerName(name), { $ref: `#/components/headers/${name}` }])),
    ...(schema !== undefined && { content: content([media_type], schema) }),
  };
}

const headerNames = new Map([
  ["RequestId", "X-Request-Id"],
  ["LastModified", "Last-Modified"],
]);

function headerName(component: string): string {
  return headerNames.get(component) ?? component;
}

/** Codes that share a status share a response. */
function problemResponses(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(codes, statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `${titleOf(code)} (\`${code}\`)`).join("; "),
        content: content([problemMediaType], "Problem"),
      },
    ]),
  );
}

function content(mediaTypes: readonly string[], schema: string): Json {
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema: { $ref: `#/components/schemas/${schema}` } }]));
}
