import { type DocumentNode, type ExecutionResult, getOperationAST } from "graphql";
import { createLRUCache } from "graphql-yoga";
import { contextOf } from "../platform/request-context.ts";
import type { createExecution } from "./execution.ts";
import type { OnInternalError } from "./graphql-errors.ts";
import type { GraphqlRequest } from "./graphql-request.ts";
import { formatResult, respond } from "./graphql-response.ts";
import { negotiate } from "./media-types.ts";
import type { OperationContext } from "./operation-context.ts";
import { type OnOperation, outcomeOf } from "./operation-outcome.ts";
import { schema } from "./schema.ts";

/** Texts of queries are few where programs ask; at 64 KiB each this many cost at most 32 MiB of text. */
const documents_max = 500;

/** Documents by their text, as yoga keeps them, and which of them it has found valid and within limits. */
export function createDocuments() {
  const valid = new WeakSet<DocumentNode>();
  const caches = {
    documentCache: createLRUCache<DocumentNode>({ max: documents_max }),
    // What fails to parse is rarely sent twice.
    errorCache: createLRUCache<Error>({ max: 50 }),
  };
  return {
    caches,
    byText: (text: string): DocumentNode | undefined => caches.documentCache.get(text),
    onValid: (document: DocumentNode): void => void valid.add(document),
    validByText(text: string): DocumentNode | undefined {
      const document = caches.documentCache.get(text);
      return document !== undefined && valid.has(document) ? document : undefined;
    },
  };
}

export type Documents = ReturnType<typeof createDocuments>;

export interface KnownOperationsParts {
  readonly documents: Documents;
  readonly execution: ReturnType<typeof createExecution>;
  readonly contextFor: (request: Request) => OperationContext;
  readonly onOperation: OnOperation;
  readonly onInternalError: OnInternalError;
}

/**
 * The short way: a single operation whose text has been found valid before is executed at once. Measured: yoga's pipeline costs
 * some 90 µs of CPU around the 15 to 30 of the execution. Undefined for everything else, which goes through yoga.
 */
export function createKnownOperations({
  documents,
  execution,
  contextFor,
  onOperation,
  onInternalError,
}: KnownOperationsParts): (request: Request, asked: GraphqlRequest) => Promise<Response> | undefined {
  async function run(request: Request, args: Parameters<typeof execution>[0], type: string): Promise<Response> {
    const began = performance.now();
    const result: ExecutionResult = await execution(args);
    onOperation(type, outcomeOf(result, request.signal), performance.now() - began);
    const formatted = formatResult(result, contextOf(request).request_id, onInternalError);
    return respond(formatted, negotiate(request.headers.get("accept")) ?? "application/json");
  }

  return (request, asked) => {
    if (Array.isArray(asked)) return undefined;
    const { query = "", operationName, variables } = asked;
    const document = documents.validByText(query);
    const operation = document && getOperationAST(document, operationName);
    if (!document || !operation) return undefined;
    // What is refused is refused by yoga alone, in its own words.
    if (operation.operation !== "query" && request.method !== "POST") return undefined;
    if (negotiate(request.headers.get("accept")) === undefined) return undefined;
    const contextValue = contextFor(request);
    return run(request, { schema, document, operationName, variableValues: variables, contextValue }, operation.operation);
  };
}
