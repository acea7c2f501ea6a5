import { expect, test } from "bun:test";
import { join } from "node:path";
import { answered, burn, fast, fresh } from "./objectives.ts";
import { inHour } from "./promql.ts";

test("the dashboards hold the services to what the alerts hold them to", async () => {
  const rules = await Bun.file(join(import.meta.dir, "../prometheus/recording-rules.yml")).text();
  const promised = Object.fromEntries(
    [...rules.matchAll(/slo: (\w+) }\s+expr: vector\(([\d.]+)\)/g)].map(([, slo = "", share]) => [slo, Number(share)]),
  );
  const [[api_answered, gateway_answered], [api_fast, gateway_fast], [db2_fresh]] = [answered, fast, fresh];
  expect(promised).toEqual({
    api_availability: api_answered.share,
    gateway_availability: gateway_answered.share,
    api_latency: api_fast.share,
    gateway_latency: gateway_fast.share,
    freshness: db2_fresh.share,
  });
});

test("at the promised share the budget burns at 1", () => {
  for (const { share, bad } of [...answered, ...fast, ...fresh]) {
    const divisor = Number(/ \/ ([\d.]+)$/.exec(burn({ of: "", share, bad }, inHour))?.[1]);
    expect(divisor).toBeCloseTo(1 - share, 10);
  }
});
