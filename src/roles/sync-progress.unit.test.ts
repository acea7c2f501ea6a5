import { afterEach, expect, test } from "bun:test";
import type { PartitionProgress } from "../article/event-log.ts";
import { createLog } from "../platform/log.ts";
import { waitFor } from "../testing/wait-for.ts";
import { type SyncProgress, watchSyncProgress } from "./sync-progress.ts";

const limits = { look_every_ms: 1, not_ready_ms: 30_000, not_live_ms: 120_000, exit_ms: 135_000 };
const opened: SyncProgress[] = [];
afterEach(async () => {
  for (const progress of opened.splice(0)) await progress[Symbol.asyncDispose]();
});

/** Each look is `step_ms` after the one before, by the injected clock. */
function watchOver({
  answers = true,
  partitions = stuck,
}: {
  answers?: boolean;
  partitions?: () => Promise<readonly PartitionProgress[]>;
}) {
  let now_ms = 0;
  let looks = 0;
  const progress = watchSyncProgress({
    eventLog: {
      progress() {
        looks++;
        return partitions();
      },
    },
    replication: { steps: () => 0 },
    async replicaAnswers() {
      looks += answers ? 0 : 1;
      return answers;
    },
    log: createLog({ level: "silent", format: "json" }),
    limits,
    now_ms: () => (now_ms += 2),
  });
  opened.push(progress);
  return { progress, looks: () => looks };
}

const stuck = async () => [{ partition: 3, next: 10, behind: 5 }];

test("is not ready, then not live, then ends the process, and says why in words", async () => {
  const scaled = { look_every_ms: 1, not_ready_ms: 10, not_live_ms: 40, exit_ms: 80 };
  const progress = watchSyncProgress({
    eventLog: { progress: stuck },
    replication: { steps: () => 0 },
    replicaAnswers: async () => true,
    log: createLog({ level: "silent", format: "json" }),
    limits: scaled,
  });
  opened.push(progress);
  expect(await progress.check.run()).toEqual({ state: "up" });
  expect(progress.stalled()).toBeUndefined();
  const down = await waitFor(
    "not ready",
    async () => {
      const result = await progress.check.run();
      return result.state === "down" && { ...result, live: progress.stalled() === undefined };
    },
    { interval_ms: 1 },
  );
  expect(down).toMatchObject({ live: true, detail: expect.stringContaining("partition 3 has 5 events waiting") });
  await waitFor("not live", () => progress.stalled() !== undefined, { interval_ms: 1 });
  expect(progress.failed).rejects.toThrow("stands still");
  await progress.failed.catch(() => {});
});

test("stays ready and live while DB2 is away, the log does not answer, or others have all partitions", async () => {
  const cases = [
    watchOver({ answers: false }),
    watchOver({ partitions: () => Promise.reject(new Error("Kafka is away")) }),
    watchOver({ partitions: async () => [] }),
  ];
  for (const { progress, looks } of cases) {
    await waitFor("a hundred looks", () => looks() > 100);
    expect(await progress.check.run()).toEqual({ state: "up" });
    expect(progress.stalled()).toBeUndefined();
  }
});
