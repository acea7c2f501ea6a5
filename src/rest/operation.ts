import type { ErrorCode } from "../article/errors.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { AccessRule, Caller } from "./access/access.ts";
import type { Answer } from "./answer.ts";
import { requireAcceptsJson } from "./negotiation.ts";
import { type ParameterTable, type QueryValues, readParameters } from "./parameters.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request on its way through a route. */
export interface Call {
  readonly request: Request;
  readonly context: RequestContext;
  readonly params: Readonly<Record<string, string>>;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly caller: Caller;
  /** Takes a body of so many bytes into account, where callers may have only so much. */
  readonly chargeBody: ((bytes: number) => void) | undefined;
}

/** What the OpenAPI document says of an operation, beside what follows from its parameters. */
export interface OperationDoc {
  readonly id: string;
  readonly tag: "articles" | "operations";
  readonly summary: string;
  readonly description?: string;
  /** Request headers that it reads, by the names in the document's `parameters`. */
  readonly headers?: readonly string[];
  /** Name of the body's schema and its media types. */
  readonly body?: { readonly schema: string; readonly media_types: readonly string[] };
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  readonly errors: readonly ErrorCode[];
}

export interface AnswerDoc {
  readonly description: string;
  readonly headers?: readonly string[];
  readonly schema?: string;
  readonly media_type?: string;
}

export interface Operation {
  /** Who may call it. */
  readonly access: AccessRule;
  readonly parameters: ParameterTable;
  readonly doc: OperationDoc;
  run(call: Call): Promise<Answer>;
}

/** A path of the API and what can be done with it. */
export interface Route {
  /** As in OpenAPI and as metrics' label: `/api/v1/articles/{id}`. */
  readonly template: string;
  readonly operations: Readonly<Partial<Record<Method, Operation>>>;
}

export interface OperationParts<Table extends ParameterTable> {
  readonly access: AccessRule;
  readonly parameters: Table;
  readonly doc: OperationDoc;
  /** What a request that is well formed waits for. */
  readonly first?: (call: Call) => Promise<void>;
  handle(call: Call, query: QueryValues<Table>): Promise<Answer>;
}

/** An operation that answers JSON: what the caller accepts and the query parameters are checked before `handle` runs. */
export function operation<Table extends ParameterTable>({
  access,
  parameters,
  doc,
  first,
  handle,
}: OperationParts<Table>): Operation {
  return {
    access,
    parameters,
    doc,
    async run(call) {
      requireAcceptsJson(call.request);
      const query = readParameters(call.request.url, parameters);
      await first?.(call);
      return handle(call, query);
    },
  };
}
