import fc from "fast-check";
import type { ApiDocument, DocumentedOperation, DocumentedParameter } from "./api-document.ts";
import type { Ground } from "./ground.ts";
import { encoded, hostileHeader, hostileText } from "./hostile-text.ts";
import type { InputClass } from "./input-class.ts";
import { surpriseFromRest } from "./judge-rest.ts";
import type { RawRequest } from "./raw-http.ts";
import { fitting, nearlyFitting } from "./values.ts";

/** Requests of every documented operation, fitting or nearly so, at the API. */
export const restGenerated: InputClass = {
  name: "REST: whatever is made from the OpenAPI document is answered as the document says",
  async run({ api, document, ids, tokens }, trial) {
    for (const operation of document.operations) {
      const requests = requestsOf(document, operation, { ids, tokens });
      await trial.each(40, requests, (request) => surpriseFromRest(api, document, request, operation));
    }
  },
};

/** The same at the replica, which has the reads alone. */
export const replicaGenerated: InputClass = {
  name: "REST from the replica: whatever is made from its OpenAPI document is answered as the document says",
  async run({ replica, replicaDocument, ids, tokens }, trial) {
    for (const operation of replicaDocument.operations) {
      const requests = requestsOf(replicaDocument, operation, { ids, tokens });
      await trial.each(25, requests, (request) => surpriseFromRest(replica, replicaDocument, request, operation));
    }
  },
};

/** Requests of `operation`: each parameter left out, fitting or hostile, and a body that fits, nearly fits or is none. */
export function requestsOf(
  document: ApiDocument,
  operation: DocumentedOperation,
  { ids, tokens }: Pick<Ground, "ids" | "tokens">,
): fc.Arbitrary<RawRequest> {
  const of = (place: DocumentedParameter["in"]) => operation.parameters.filter((parameter) => parameter.in === place);
  // The articles that all operations share are not deleted.
  const known = operation.method === "DELETE" ? [Number.MAX_SAFE_INTEGER] : ids;
  const path = fc.tuple(...of("path").map(() => pathValue(known))).map((values) => filled(operation.template, values));
  const query = fc.tuple(...of("query").map((parameter) => queryPair(document, parameter)), unknownPair);
  const headers = fc.tuple(...of("header").map((parameter) => headerPair(document, parameter)), authorization(tokens), accept);
  const method = operation.method === "GET" ? fc.constantFrom("GET", "GET", "GET", "HEAD") : fc.constant(operation.method);
  return fc
    .record({ method, path, query, headers, body: bodyOf(document, operation) })
    .map(({ method, path, query, headers, body }): RawRequest => {
      const pairs = query.filter((pair) => pair !== undefined);
      return {
        method,
        target: pairs.length === 0 ? path : `${path}?${pairs.join("&")}`,
        headers: [...headers.filter((header) => header !== undefined), ...(body?.headers ?? [])],
        ...(body === undefined ? {} : { body: body.text }),
      };
    });
}

function pathValue(ids: readonly number[]): fc.Arbitrary<string> {
  const garbage = hostileText.map(encoded).filter((text) => !["", ".", "..", "search"].includes(text));
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...ids.map(String)) }, fc.nat().map(String), garbage);
}

function filled(template: string, values: readonly string[]): string {
  return values.reduce((path, value) => path.replace(/\{\w+\}/, () => value), template);
}

function queryPair(document: ApiDocument, { name, schema }: DocumentedParameter): fc.Arbitrary<string | undefined> {
  const value = fc.oneof({ weight: 6, arbitrary: fitting(document, schema).map(String) }, { weight: 1, arbitrary: hostileText });
  return seldom(
    3,
    value.map((text) => `${name}=${encoded(text).slice(0, 3_000)}`),
  );
}

const unknownPair = seldom(
  20,
  fc.tuple(hostileText, hostileText).map(([name, value]) => `${encoded(name)}=${encoded(value)}`.slice(0, 3_000)),
);

/** One request in `n` has it. */
function seldom<Value>(n: number, value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: n - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

type Header = readonly [name: string, value: string];

function headerPair(document: ApiDocument, { name, schema }: DocumentedParameter): fc.Arbitrary<Header | undefined> {
  // A version that is waited for takes its 2 s and is 503 then, as it should.
  const documented = name === "Blog-Min-Version" ? hostileHeader : fitting(document, schema).map(String);
  const value = fc.oneof(documented, hostileHeader, fc.constantFrom('"1"', "*", 'W/"1"', '"1", "2"'));
  const header = value.map((text): Header => [name, text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?")]);
  return seldom(4, header);
}

function authorization({ reader, writer }: Ground["tokens"]): fc.Arbitrary<Header | undefined> {
  const value = fc.oneof(fc.constantFrom(`Bearer ${writer}`, `Bearer ${reader}`, "Bearer", "Basic YTpi"), hostileHeader);
  return seldom(
    6,
    value.map((text): Header => ["authorization", text]),
  );
}

const accept: fc.Arbitrary<Header | undefined> = seldom(
  10,
  fc
    .oneof(fc.constantFrom("*/*", "application/json", "text/html", "application/json;q=0"), hostileHeader)
    .map((text): Header => ["accept", text]),
);

interface Body {
  readonly headers: readonly Header[];
  readonly text: string;
}

function bodyOf(document: ApiDocument, { body }: DocumentedOperation): fc.Arbitrary<Body | undefined> {
  if (body === undefined)
    return seldom(
      5,
      hostileText.map((text): Body => ({ headers: [], text })),
    );
  const text = fc.oneof(
    { weight: 8, arbitrary: nearlyFitting(document, body.schema).map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: hostileText },
  );
  const type = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...body.media_types) },
    fc.constantFrom("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/json;;;"),
    hostileHeader,
  );
  return fc.record({ text, type }).map(({ text, type }): Body => ({ headers: [["content-type", type]], text }));
}
