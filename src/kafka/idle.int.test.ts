import { expect, test } from "bun:test";
import { describeWith, kafka } from "../testing/services.ts";

describeWith([kafka], "kafkajs, as patched", () => {
  test("a consumer and a producer that have nothing to do sleep", async () => {
    const { brokers, topic, drop } = await kafka.createTopic({ partitions: 12 });
    const idle = Bun.spawn([process.execPath, `${import.meta.dir}/idle-fixture.ts`, brokers.join(","), topic], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const times = Number(await new Response(idle.stdout).text());
    await drop();
    expect(times).toBeGreaterThan(0);
    // 190 as patched; 360 and 720 where one of the two is missing.
    expect(times).toBeLessThan(300);
  });
});
