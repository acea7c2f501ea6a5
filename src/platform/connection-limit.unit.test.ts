import { expect, test } from "bun:test";
import { limitConnections } from "./connection-limit.ts";

test("over the limit idle connections are closed, and none is kept alive until a tenth of the room is free", () => {
  const told: string[] = [];
  let open = 0;
  using limit = limitConnections({
    connections_max: 100,
    listeners: [{ closeIdle: () => told.push("closed idle ones"), keepAlive: (on) => told.push(`keep alive: ${on}`) }],
    countOpenFiles: () => open,
    hooks: { onCrowded: (count) => told.push(`crowded at ${count}`), onRoomAgain: (count) => told.push(`room at ${count}`) },
  });
  const toldAt = (count: number) => {
    open = count;
    limit.look();
    return told.splice(0);
  };
  expect(toldAt(100)).toEqual([]);
  expect(toldAt(101)).toEqual(["closed idle ones", "keep alive: false", "crowded at 101"]);
  expect(toldAt(95)).toEqual(["closed idle ones"]);
  expect(toldAt(90)).toEqual(["keep alive: true", "room at 90"]);
  expect(toldAt(100)).toEqual([]);
});

test("where files cannot be counted, nothing happens", () => {
  const refuse = () => {
    throw new Error("not in this test");
  };
  using limit = limitConnections({
    connections_max: 100,
    listeners: [{ closeIdle: refuse, keepAlive: refuse }],
    countOpenFiles: () => undefined,
    hooks: { onCrowded: refuse, onRoomAgain: refuse },
  });
  limit.look();
});
