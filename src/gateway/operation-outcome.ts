import { GraphQLError } from "graphql";
import { isOurFault } from "./graphql-errors.ts";

/**
 * `failed`: at least one error that the caller could have done nothing about. Of the others, `partial`: data with errors, `error`: none,
 * `refused`: never executed.
 */
export type OperationResult = "ok" | "partial" | "error" | "refused" | "failed";

/** `operation_type`: query, mutation, or unknown when the document says nothing that can be run. */
export type OnOperation = (operation_type: string, result: OperationResult, duration_ms: number) => void;

/** What became of an operation whose caller waits until `caller` aborts. */
export function outcomeOf(result: object, caller: AbortSignal): OperationResult {
  const errors: readonly unknown[] = "errors" in result && Array.isArray(result.errors) ? result.errors : [];
  const data = "data" in result ? result.data : undefined;
  if (errors.length === 0) return "ok";
  // Who has left gets errors that nobody sees.
  if (!caller.aborted && errors.some((error) => error instanceof GraphQLError && isOurFault(error))) return "failed";
  if (data === undefined) return "refused";
  return data === null ? "error" : "partial";
}
