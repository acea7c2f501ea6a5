import { expect, test } from "bun:test";
import { eventLogContract } from "../testing/event-log-contract.ts";
import { createInProcessLog } from "./in-process-log.ts";

const hooks = { onMessagesSent: () => {} };

eventLogContract("in process", async () => ({
  open: () => createInProcessLog({ hooks, drain_timeout_ms: 20 }),
  async [Symbol.asyncDispose]() {},
}));

test("publishing waits for a consumer, and until it has committed", async () => {
  await using log = createInProcessLog({ hooks });
  const committed = Promise.withResolvers<void>();
  let published = false;
  const publishing = log.publish([{ key: "1", value: "{}", headers: {}, outbox_id: 1 }]).then(() => {
    published = true;
  });
  const began = Promise.withResolvers<void>();
  await log.consume(async () => {
    began.resolve();
    await committed.promise;
  });
  await began.promise;
  expect(published).toBe(false);
  committed.resolve();
  await publishing;
});

test("publishing that waits for a consumer ends when the log closes", async () => {
  const log = createInProcessLog({ hooks });
  const publishing = log.publish([{ key: "1", value: "{}", headers: {}, outbox_id: 1 }]);
  const refusal = publishing.catch((error: unknown) => error);
  await log[Symbol.asyncDispose]();
  expect(await refusal).toEqual(new Error("The event log is closed"));
});

test("a record is delivered with its outbox id as offset", async () => {
  await using log = createInProcessLog({ hooks });
  const offsets: string[] = [];
  await log.consume(async ({ partition, records }) => {
    offsets.push(...records.map(({ offset }) => `${partition}-${offset}`));
  });
  await log.publish([41, 42].map((outbox_id) => ({ key: "1", value: "{}", headers: {}, outbox_id })));
  expect(offsets).toEqual(["0-41", "0-42"]);
});
