import { type ExecutionArgs, type ExecutionResult, execute } from "graphql";
import type { GatewayLimits } from "../config/config.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import type { OperationContext } from "./operation-context.ts";
import { costOf } from "./query-cost.ts";
import { countValues } from "./variables.ts";

export interface OperationArgs extends ExecutionArgs {
  readonly contextValue: OperationContext;
}

/** Each is told with the value that it is about, which may be the whole of the variables. */
const variable_errors_max = 5;

/** Runs an operation that is valid: refuses one that asks for too much, and says in its extensions what of the answer is stale. */
export function createExecution({ cost_max, variables_max }: Pick<GatewayLimits, "cost_max" | "variables_max">) {
  return async (args: OperationArgs): Promise<ExecutionResult> => {
    if (countValues(args.variableValues, variables_max) > variables_max)
      return { errors: [limitExceeded("variables", `more than ${variables_max}`, variables_max)] };
    const cost = costOf(args);
    if (cost !== undefined && cost > cost_max) return { errors: [limitExceeded("cost", cost, cost_max)] };
    const result = await execute({ ...args, options: { maxCoercionErrors: variable_errors_max } });
    const stale = args.contextValue.staleness();
    return stale === undefined || !("data" in result) ? result : { ...result, extensions: { ...result.extensions, stale } };
  };
}
