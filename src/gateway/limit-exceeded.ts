import { type ASTNode, GraphQLError } from "graphql";

/** The error of a query that asks for too much. It names the limit, what was found, and what is allowed. */
export function limitExceeded(limit: string, found: number | string, allowed: number, node?: ASTNode): GraphQLError {
  const amount = Number.isFinite(found) || typeof found === "string" ? found : "more than can be counted";
  return new GraphQLError(`The request is over the limit of ${limit}: it has ${amount}, allowed are ${allowed}.`, {
    ...(node === undefined ? {} : { nodes: node }),
    extensions: { code: "LIMIT_EXCEEDED", limit, found: amount, allowed },
  });
}
