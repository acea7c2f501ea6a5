import { limits } from "../article/article.ts";
import type { Call } from "./operation.ts";
import { wholeNumber } from "./parameter-kinds.ts";
import { invalidParameters } from "./parameters.ts";

/** The id in the path. Throws invalid_parameter unless it is a number from 1 to 2^53−1, digits only. */
export function articleIdOf({ params }: Call): number {
  // The router gives null for what it could not decode.
  const id = wholeNumber(String(params["id"]), 1, limits.id_max);
  if (id !== undefined) return id;
  const detail = `id is not a whole number from 1 to ${limits.id_max}, in digits without leading zeros.`;
  throw invalidParameters([{ pointer: "id", detail, code: "wrong_value" }]);
}
