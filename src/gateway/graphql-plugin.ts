import { GraphQLError, getOperationAST, NoSchemaIntrospectionCustomRule } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../article/errors.ts";
import type { GatewayLimits } from "../config/config.ts";
import { contextOf } from "../platform/request-context.ts";
import type { createExecution } from "./execution.ts";
import type { OnInternalError } from "./graphql-errors.ts";
import type { GraphqlRequest } from "./graphql-request.ts";
import { formatResult, respond } from "./graphql-response.ts";
import type { Documents } from "./known-operations.ts";
import { mediaTypes, negotiate } from "./media-types.ts";
import type { OperationContext } from "./operation-context.ts";
import { type OnOperation, outcomeOf } from "./operation-outcome.ts";
import { limitRule, parseWithin } from "./query-limits.ts";

export interface GraphqlPluginParts {
  readonly limits: GatewayLimits;
  readonly introspection: boolean;
  readonly documents: Documents;
  readonly execution: ReturnType<typeof createExecution>;
  /** What the body or URL of a request asks for. */
  readonly read: (request: Request) => Promise<GraphqlRequest>;
  readonly hooks: GraphqlHooks;
}

export interface GraphqlHooks {
  readonly onOperation: OnOperation;
  readonly onInternalError: OnInternalError;
}

/** GraphQL over HTTP as it is read, refused and answered here; yoga between the two. */
export function createGraphqlPlugin({
  limits,
  introspection,
  documents,
  execution,
  read,
  hooks,
}: GraphqlPluginParts): Plugin<OperationContext> {
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
          return await read(given);
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
    onExecute({ args, setExecuteFn }) {
      // Here a document has passed every rule; next time it takes the short way.
      documents.onValid(args.document);
      setExecuteFn(() => execution(args));
    },
    onParams({ params, request, paramsHandler, setParamsHandler }) {
      const began = performance.now();
      setParamsHandler(async (payload) => {
        const result = await paramsHandler(payload);
        const document = documents.byText(params.query ?? "");
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
