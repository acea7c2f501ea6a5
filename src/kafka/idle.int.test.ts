import { expect, test } from "bun:test";
import { describeWith, kafka } from "../testing/services.ts";

describeWith([kafka], "kafkajs, as patched", () => {
  test("a consumer and a producer that have nothing to do use less than 1.5 % of a core", async () => {
    const { brokers, topic, drop } = await kafka.createTopic({ partitions: 12 });
    const idle = Bun.spawn([process.execPath, `${import.meta.dir}/idle-fixture.ts`, brokers.join(","), topic], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const share = Number(await new Response(idle.stdout).text());
    await drop();
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.015);
  });
});
