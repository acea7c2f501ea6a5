import Ajv, { type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export type Json = Readonly<Record<string, unknown>>;

export interface DocumentedParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: Json;
  readonly required: boolean;
}

/** An operation as the OpenAPI document tells of it. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly DocumentedParameter[];
  readonly body?: { readonly media_types: readonly string[]; readonly schema: Json };
  /** Every status that may be answered, and how what is answered is made. */
  readonly answers: ReadonlyMap<number, { readonly isValid?: ValidateFunction }>;
}

export interface ApiDocument {
  readonly operations: readonly DocumentedOperation[];
  readonly isProblem: ValidateFunction;
  /** A schema with its reference followed. */
  resolve(schema: Json): Json;
}

/** Reads the OpenAPI document that a running API serves: what is tried and what is expected both come from there. */
export async function readApiDocument(api: string): Promise<ApiDocument> {
  const document = record(await (await fetch(`${api}/openapi.json`)).json());
  const ajv = new Ajv({ strict: false, allErrors: false });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: "http://blog.test/openapi.json" });
  const validator = (name: string) => ajv.compile({ $ref: `http://blog.test/openapi.json#/components/schemas/${name}` });

  function resolve(schema: Json): Json {
    const reference = schema["$ref"];
    if (typeof reference !== "string") return schema;
    return resolve(
      reference
        .slice(2)
        .split("/")
        .reduce((found, key) => record(found[key]), document),
    );
  }

  const operations = Object.entries(record(document["paths"])).flatMap(([template, item]) => {
    const { parameters: shared = [], ...methods } = record(item);
    return Object.entries(methods).map(([method, operation]) => readOperation(template, method, list(shared), record(operation)));
  });

  function readOperation(template: string, method: string, shared: readonly unknown[], operation: Json): DocumentedOperation {
    const parameters = [...shared, ...list(operation["parameters"] ?? [])].map((parameter) =>
      readParameter(resolve(record(parameter))),
    );
    const answers = Object.entries(record(operation["responses"])).map(([status, answer]) => {
      const [content] = Object.values(record(record(answer)["content"] ?? {}));
      const reference = content === undefined ? undefined : record(record(content)["schema"])["$ref"];
      const name = typeof reference === "string" ? reference.split("/").at(-1) : undefined;
      const known = name === undefined || name === "MetricsText" ? {} : { isValid: validator(name) };
      return [Number(status), known] as const;
    });
    const body = operation["requestBody"] === undefined ? {} : { body: readBody(record(operation["requestBody"])) };
    return {
      id: String(operation["operationId"]),
      method: method.toUpperCase(),
      template,
      parameters,
      answers: new Map(answers),
      ...body,
    };
  }

  function readBody(body: Json) {
    const content = Object.entries(record(body["content"]));
    const schema = resolve(record(record(content[0]?.[1])["schema"]));
    return { media_types: content.map(([type]) => type), schema };
  }

  return { operations, isProblem: validator("Problem"), resolve };
}

function readParameter(parameter: Json): DocumentedParameter {
  const { name, in: place, schema, required } = parameter;
  if (place !== "path" && place !== "query" && place !== "header") throw new Error(`a parameter in ${place}`);
  return { name: String(name), in: place, schema: record(schema), required: required === true };
}

function record(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`not an object: ${JSON.stringify(value)}`);
  return { ...value };
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}
