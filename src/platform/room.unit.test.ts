import { expect, test } from "bun:test";
import { createRoom, createShare } from "./room.ts";
import { createSlots } from "./slots.ts";

const slots = () => createSlots({ at_once: 1, waiting_max: 10, wait_max_ms: 1_000, refused: () => new Error("no slot") });
const open = () => createRoom({ requests_max: 1, bytes_max: 100, large: slots() });

test("large bodies are worked on one at a time, small ones beside them", async () => {
  const room = open();
  const order: string[] = [];
  const end = await room.turn(1_000_000);
  const large = room.turn(1_000_000).then(() => order.push("large"));
  await room.turn(1_000).then(() => order.push("small"));
  end();
  await large;
  expect(order).toEqual(["small", "large"]);
});

test("what a request had is given back when it is over, however it ended", async () => {
  const room = open();
  const share = createShare(room, new AbortController().signal);
  expect([share.hold(60), share.hold(60), share.hold(40)]).toEqual([true, false, true]);
  share.drop(40);
  await share.turn(1_000_000);
  share.giveBack();
  expect(room.hold(100)).toBe(true);
  expect(await room.turn(1_000_000)).toBeFunction();
});

test("a request that is gone waits for no turn", async () => {
  const room = open();
  await room.turn(1_000_000);
  const gone = new AbortController();
  const share = createShare(room, gone.signal);
  const turn = share.turn(1_000_000);
  gone.abort(new Error("gone"));
  await expect(turn).rejects.toThrow("gone");
  share.giveBack();
});
