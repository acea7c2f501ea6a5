import { type DocumentNode, GraphQLError, getOperationAST, NoSchemaIntrospectionCustomRule } from "graphql";
import { createLRUCache, type Plugin } from "graphql-yoga";
import { AppError } from "../article/errors.ts";
import type { GatewayLimits } from "../config/config.ts";
import { contextOf } from "../platform/request-context.ts";
import { isOurFault, type OnInternalError } from "./graphql-errors.ts";
import { readGraphqlRequest } from "./graphql-request.ts";
import { formatResult, respond } from "./graphql-response.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import { mediaTypes, negotiate } from "./media-types.ts";
import type { OperationContext } from "./operation-context.ts";
import type { PersistedQueries } from "./persisted-queries.ts";
import { costOf } from "./query-cost.ts";
import { limitRule, parseWithin } from "./query-limits.ts";

export interface GraphqlPluginParts {
  readonly limits: GatewayLimits;
  readonly introspection: boolean;
  readonly persisted: PersistedQueries;
  readonly hooks: GraphqlHooks;
}

export interface GraphqlHooks {
  /** `operation_type`: query, mutation, or unknown when the document says nothing that can be run. */
  onOperation(operation_type: string, result: OperationResult, duration_ms: number): void;
  onInternalError: OnInternalError;
}

/**
 * `failed`: at least one error that the caller could have done nothing about. Of the others, `partial`: data with errors, `error`: none,
 * `refused`: never executed.
 */
export type OperationResult = "ok" | "partial" | "error" | "refused" | "failed";

/** Texts of queries are few where programs ask; at 64 KiB each this many cost at most 32 MiB of text. */
const cached_documents_max = 500;

export function createDocumentCaches() {
  return {
    documentCache: createLRUCache<DocumentNode>({ max: cached_documents_max }),
    // What fails to parse is rarely sent twice.
    errorCache: createLRUCache<Error>({ max: 50 }),
  };
}

/** GraphQL over HTTP as it is read, refused and answered here; yoga between the two. */
export function createGraphqlPlugin(
  { limits, introspection, persisted, hooks }: GraphqlPluginParts,
  { documentCache }: ReturnType<typeof createDocumentCaches>,
): Plugin<OperationContext> {
  const parse = parseWithin(limits);
  const withinLimits = limitRule(limits);
  return {
    onRequestParse({ request, setRequestParser }) {
      // Before anything runs: a mutation whose answer nobody can read must not happen.
      if (negotiate(request.headers.get("accept")) === undefined) {
        throw refusal(new AppError("not_acceptable", `Nothing in Accept can be given; there is ${mediaTypes.join(" and ")}.`));
      }
      setRequestParser(async (given) => {
        try {
          return await readGraphqlRequest(given, { limits, persisted });
        } catch (error) {
          throw refusal(error);
        }
      });
    },
    onParse({ setParseFn }) {
      setParseFn(parse);
    },
    onValidate({ addValidationRule }) {
      addValidationRule(withinLimits);
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
    onExecute({ args, setResultAndStopExecution }) {
      const cost = costOf(args);
      if (cost !== undefined && cost > limits.cost_max) {
        setResultAndStopExecution({ errors: [limitExceeded("cost", cost, limits.cost_max)] });
        return undefined;
      }
      return {
        onExecuteDone({ result, setResult, args: { contextValue } }) {
          const stale = contextValue.staleness();
          if (stale !== undefined && "data" in result) setResult({ ...result, extensions: { ...result.extensions, stale } });
        },
      };
    },
    onParams({ params, request, paramsHandler, setParamsHandler }) {
      const began = performance.now();
      setParamsHandler(async (payload) => {
        const result = await paramsHandler(payload);
        const document = documentCache.get(params.query ?? "");
        const type = document && getOperationAST(document, params.operationName)?.operation;
        hooks.onOperation(type ?? "unknown", outcomeOf(result, request.signal), performance.now() - began);
        return result;
      });
    },
    onResultProcess({ request, result, setResultProcessor }) {
      const { request_id } = contextOf(request);
      const media_type = negotiate(request.headers.get("accept")) ?? "application/json";
      setResultProcessor(() => {
        const format = (single: object) => formatResult(single, request_id, hooks.onInternalError);
        return respond(Array.isArray(result) ? result.map(format) : format(result), media_type);
      }, media_type);
    },
  };
}

/** Yoga takes an error with `errors`, as AppError has, for a bag of errors, and loses the AppError itself. */
function refusal(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const original = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(original.message, { originalError: original });
}

function outcomeOf(result: object, caller: AbortSignal): OperationResult {
  const errors: readonly unknown[] = "errors" in result && Array.isArray(result.errors) ? result.errors : [];
  const data = "data" in result ? result.data : undefined;
  if (errors.length === 0) return "ok";
  // Who has left gets errors that nobody sees.
  if (!caller.aborted && errors.some((error) => error instanceof GraphQLError && isOurFault(error))) return "failed";
  if (data === undefined) return "refused";
  return data === null ? "error" : "partial";
}
