import { type ExecutionArgs, type ExecutionResult, execute } from "graphql";
import type { GatewayLimits } from "../config/config.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import type { OperationContext } from "./operation-context.ts";
import { costOf } from "./query-cost.ts";

export interface OperationArgs extends ExecutionArgs {
  readonly contextValue: OperationContext;
}

/** Runs an operation that is valid: refuses one that asks for too much, and says in its extensions what of the answer is stale. */
export function createExecution({ cost_max }: Pick<GatewayLimits, "cost_max">) {
  return async (args: OperationArgs): Promise<ExecutionResult> => {
    const cost = costOf(args);
    if (cost !== undefined && cost > cost_max) return { errors: [limitExceeded("cost", cost, cost_max)] };
    const result = await execute(args);
    const stale = args.contextValue.staleness();
    return stale === undefined || !("data" in result) ? result : { ...result, extensions: { ...result.extensions, stale } };
  };
}
