import { expect, test } from "bun:test";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

async function timeoutPassedOn(header: string | undefined): Promise<number> {
  const { ask, rest } = createGatewayUnderTest();
  await ask("{ articles { perPage } }", undefined, header === undefined ? {} : { "x-request-timeout-ms": header });
  return Number(rest.calls[0]?.headers.get("x-request-timeout-ms"));
}

test("the caller's time is the API's, at most 10 s; nonsense is as good as nothing", async () => {
  expect(await timeoutPassedOn("700")).toBeWithin(1, 701);
  for (const header of ["60000", undefined, "soon", "-1", "0", "1e3"])
    expect(await timeoutPassedOn(header)).toBeWithin(701, 10_001);
});

test("a query whose time is up is answered in time", async () => {
  const { ask, rest } = createGatewayUnderTest();
  rest.answerWith(() => new Promise(() => {}));
  const { body } = await ask("{ articles { perPage } }", undefined, { "x-request-timeout-ms": "30" });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: "TIMEOUT", status: 504 });
});
