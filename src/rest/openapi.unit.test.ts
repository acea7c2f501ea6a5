import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { createRestFixture, validInput } from "../testing/rest-fixture.ts";

const { call } = createRestFixture();
const { json } = await call("GET", "/openapi.json");
const document = record(json);

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`not an object: ${JSON.stringify(value)}`);
  return { ...value };
}

function createAjv() {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: "http://blog.test/openapi.json" });
  return ajv;
}

const ajv = createAjv();
const schemaAt = (pointer: string) => ({ $ref: `http://blog.test/openapi.json#${pointer}` });
const schemas = record(record(document["components"])["schemas"]);

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result).toMatchObject({ valid: true });
    expect(document["openapi"]).toBe("3.1.0");
  });

  test("has only plain JSON Schema in it", () => {
    expect(JSON.stringify(document)).not.toMatch(/blog:(Text|OneOf)|"\$id"|TypeBox/);
  });

  test("has only examples that fit their schemas", () => {
    let examples = 0;
    visit(document, "", (value, pointer) => {
      if (Array.isArray(value["examples"]) && ("type" in value || "anyOf" in value)) {
        for (const example of value["examples"]) {
          expect([pointer, ajv.validate(schemaAt(pointer), example), ajv.errors]).toEqual([pointer, true, null]);
          examples++;
        }
      }
      if ("example" in value && "schema" in value) {
        expect([pointer, ajv.validate(schemaAt(`${pointer}/schema`), value["example"]), ajv.errors]).toEqual([
          pointer,
          true,
          null,
        ]);
        examples++;
      }
    });
    expect(examples).toBeGreaterThan(20);
  });

  test("describes what is really answered", async () => {
    const created = await call("POST", "/api/v1/articles", { body: validInput });
    const answers: [string, unknown][] = [
      ["Article", created.json],
      ["ArticleList", (await call("GET", "/api/v1/articles")).json],
      ["ArticleList", (await call("GET", "/api/v1/articles?fields=id,title&with_total=false")).json],
      ["ArticleOrSelection", (await call("GET", "/api/v1/articles/1?fields=tags")).json],
      ["Problem", (await call("GET", "/api/v1/articles/99")).json],
      ["Problem", (await call("GET", "/api/v1/articles?page=0")).json],
    ];
    for (const [schema, answer] of answers) {
      expect([schema, ajv.validate(schemaAt(`/components/schemas/${schema}`), answer), ajv.errors]).toEqual([schema, true, null]);
    }
    expect(Object.keys(schemas)).toContain("Health");
  });

  test("names every route with its methods", () => {
    const paths = record(document["paths"]);
    const methods = Object.entries(paths).map(([path, item]) => [
      path,
      Object.keys(record(item)).filter((key) => key !== "parameters"),
    ]);
    expect(Object.fromEntries(methods)).toEqual({
      "/api/v1/articles": ["get", "post"],
      "/api/v1/articles/search": ["get"],
      "/api/v1/articles/{id}": ["get", "put", "patch", "delete"],
      "/api/v1/articles/{id}/publish": ["post"],
      "/api/v1/health": ["get"],
      "/api/v1/health/live": ["get"],
      "/api/v1/health/ready": ["get"],
      "/metrics": ["get"],
    });
  });
});

describe("the page", () => {
  test("loads nothing from outside", async () => {
    const page = await call("GET", "/docs");
    const linked = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
    expect(linked.length).toBeGreaterThan(2);
    for (const url of linked.filter((url) => !url.startsWith("data:"))) {
      expect([url, (await call("GET", url)).status]).toEqual([url, 200]);
    }
    const styles = await call("GET", "/docs/swagger-ui.css");
    expect(styles.text).not.toMatch(/url\(\s*["']?(https?:)?\/\//);
    const policy = page.headers.get("content-security-policy")?.split("; ");
    expect(policy).toContainValues(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]);
  });

  test("can be left out, and the document stays", async () => {
    const { call } = createRestFixture(() => ({ docs: false }));
    expect((await call("GET", "/docs")).status).toBe(404);
    expect((await call("GET", "/openapi.json")).status).toBe(200);
  });
});

function visit(value: unknown, pointer: string, see: (value: Record<string, unknown>, pointer: string) => void): void {
  if (typeof value === "object" && value !== null) {
    if (!Array.isArray(value)) see({ ...value }, pointer);
    for (const [key, item] of Object.entries(value))
      visit(item, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, see);
  }
}
