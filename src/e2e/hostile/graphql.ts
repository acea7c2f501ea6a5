import fc from "fast-check";
import { schemaText } from "../../gateway/schema-text.ts";
import { documentsOf } from "./graphql-documents.ts";
import { hostileHeader, hostileText } from "./hostile-text.ts";
import type { InputClass } from "./input-class.ts";
import { surpriseFromGraphql } from "./judge-graphql.ts";

/** Documents of the schema, run; and requests around them that are nearly GraphQL over HTTP. */
export const graphqlGenerated: InputClass = {
  name: "GraphQL: whatever is made from the schema is answered with data or a known error",
  async run({ gateway, ids }, trial) {
    const [valid, wild] = [documentsOf(schemaText(), ids, 0), documentsOf(schemaText(), ids, 5)];
    const documents = fc.oneof(valid, wild);
    await trial.each(250, documents, (query) => surpriseFromGraphql(gateway, { body: JSON.stringify({ query }) }));
    await trial.each(60, documents, (query) =>
      surpriseFromGraphql(gateway, {
        method: "GET",
        target: `/graphql?query=${encodeURIComponent(query.toWellFormed()).slice(0, 10_000)}`,
        headers: [],
      }),
    );
    await trial.each(120, requests, (request) => surpriseFromGraphql(gateway, { body: JSON.stringify(request) }));
    await trial.each(60, fc.tuple(hostileHeader, hostileHeader), ([type, accept]) =>
      surpriseFromGraphql(gateway, {
        headers: [
          ["content-type", type],
          ["accept", accept],
        ],
        body: '{"query":"{ __typename }"}',
      }),
    );
    await trial.each(60, hostileText, (body) => surpriseFromGraphql(gateway, { body }));
  },
};

const odd = fc.oneof(hostileText, fc.constantFrom(null, 0, true, [], {}, [[]]), fc.jsonValue());
const request = fc.record(
  {
    query: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          "{ __typename }",
          "query A { __typename } query B { __typename }",
          "query ($id: ID!) { article(id: $id) { id } }",
        ),
      },
      hostileText,
      odd,
    ),
    variables: fc.oneof(fc.record({ id: odd }), odd),
    operationName: fc.oneof(fc.constantFrom("A", "B", "C"), odd),
    extensions: fc.oneof(fc.record({ persistedQuery: fc.oneof(fc.record({ version: odd, sha256Hash: odd }), odd) }), odd),
    unknown: odd,
  },
  { requiredKeys: ["query"] },
);
const requests = fc.oneof(request, fc.array(request, { maxLength: 12 }));
