import { describe, expect, test } from "bun:test";
import { serverAudits } from "graphql-http";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

/** The public audits of GraphQL over HTTP, each MUST, SHOULD and MAY: all pass. */
describe("GraphQL over HTTP", () => {
  const { handle } = createGatewayUnderTest();
  const audits = serverAudits({
    url: "http://gateway/graphql",
    fetchFn: (url: string, init?: RequestInit) => handle(new Request(url, init)),
  });

  test("the audits are there", () => expect(audits.length).toBeGreaterThan(50));

  for (const audit of audits) {
    test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status === "ok" ? "ok" : result.reason).toBe("ok");
    });
  }
});
