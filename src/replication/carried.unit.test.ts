import { expect, test } from "bun:test";
import { markWritten } from "./carried.ts";

test("an outbox that is emptied while it is asked leaves what it held to the log, which has yet to be asked", async () => {
  let rows = [1, 2, 3];
  let unread = 3;
  const outbox = {
    last: async () => 3,
    hasSent: async (id: number) => rows.every((row) => row > id),
    async state() {
      rows = [];
      return { pending: rows.length, oldest_age_s: 0 };
    },
  };
  const mark = await markWritten({ outbox, eventLog: { mark: async () => ({ behind: async () => unread }) } });
  expect(await mark.behind()).toBeGreaterThan(0);
  expect(await mark.behind()).toBe(3);
  unread = 0;
  expect(await mark.behind()).toBe(0);
});
