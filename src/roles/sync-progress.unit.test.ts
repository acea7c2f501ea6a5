import { afterEach, expect, test } from "bun:test";
import type { PartitionProgress } from "../article/event-log.ts";
import { createLog } from "../platform/log.ts";
import { waitFor } from "../testing/wait-for.ts";
import { type SyncProgress, watchSyncProgress } from "./sync-progress.ts";

const opened: SyncProgress[] = [];
afterEach(async () => {
  for (const progress of opened.splice(0)) await progress[Symbol.asyncDispose]();
});

const stuck = async (): Promise<readonly PartitionProgress[]> => [{ partition: 3, next: 10, behind: 5 }];

/** With limits a thousandth of the real ones. */
function watchOver({ replicaAnswers = async () => true, partitions = stuck }) {
  let looks = 0;
  const progress = watchSyncProgress({
    eventLog: { progress: partitions },
    replication: { steps: () => 0 },
    replicaAnswers() {
      looks++;
      return replicaAnswers();
    },
    log: createLog({ level: "silent", format: "json" }),
    limits: { look_every_ms: 5, not_ready_ms: 30, not_live_ms: 120, exit_ms: 135 },
  });
  opened.push(progress);
  return { progress, looks: () => looks };
}

test("is not ready, then not live, then ends the process, and says why in words", async () => {
  const { progress } = watchOver({});
  expect(await progress.check.run()).toEqual({ state: "up" });
  const seen = await waitFor(
    "not ready",
    async () => {
      const result = await progress.check.run();
      return result.state === "down" && { ...result, live: progress.stalled() === undefined };
    },
    { interval_ms: 1 },
  );
  expect(seen).toMatchObject({ live: true, detail: expect.stringContaining("partition 3 has 5 events waiting") });
  await waitFor("not live", () => progress.stalled() !== undefined, { interval_ms: 1 });
  const ended = await progress.failed.catch((error: unknown) => error);
  expect(String(ended)).toContain("stands still");
});

test("stays ready and live while DB2 is away, the log does not answer, or others have all partitions", async () => {
  let calls = 0;
  const cases = [
    watchOver({ replicaAnswers: async () => false }),
    watchOver({ partitions: async () => (calls++ < 3 ? stuck() : Promise.reject(new Error("Kafka is away"))) }),
    watchOver({ partitions: async () => [] }),
  ];
  for (const { progress, looks } of cases) {
    await waitFor("so many looks as would end a process that stands still", () => looks() > 60);
    expect(await progress.check.run()).toEqual({ state: "up" });
    expect(progress.stalled()).toBeUndefined();
  }
});
