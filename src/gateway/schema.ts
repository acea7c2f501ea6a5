import type { GraphQLSchema } from "graphql";
import { createSchema } from "graphql-yoga";
import type { OperationContext } from "./operation-context.ts";
import { resolvers } from "./resolvers.ts";
import { typeDefs } from "./type-defs.ts";

export const schema: GraphQLSchema = createSchema<OperationContext>({ typeDefs, resolvers });
