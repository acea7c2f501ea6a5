import { afterEach, expect, test } from "bun:test";
import { waitFor } from "../../src/testing/wait-for.ts";
import { type Targets, watchTargets } from "./targets.ts";

let targets: Targets;
afterEach(() => targets[Symbol.dispose]());

let addresses: readonly string[];
let ready: readonly string[];

async function watch(): Promise<void> {
  targets = await watchTargets({
    name: "api",
    resolve: async () => {
      if (addresses.length === 0) throw new Error("ENOTFOUND api");
      return addresses;
    },
    isReady: async (address) => ready.includes(address),
    interval_ms: 1,
  });
}

test("ready ones come first, each in turn, and the others only after them", async () => {
  [addresses, ready] = [
    ["10.0.0.3", "10.0.0.1", "10.0.0.2"],
    ["10.0.0.3", "10.0.0.1"],
  ];
  await watch();
  expect([targets.inTurn(), targets.inTurn(), targets.inTurn()]).toEqual([
    ["10.0.0.1", "10.0.0.3", "10.0.0.2"],
    ["10.0.0.3", "10.0.0.1", "10.0.0.2"],
    ["10.0.0.1", "10.0.0.3", "10.0.0.2"],
  ]);
});

test("who is no longer ready goes to the end, who is gone is not tried", async () => {
  [addresses, ready] = [
    ["10.0.0.1", "10.0.0.2"],
    ["10.0.0.1", "10.0.0.2"],
  ];
  await watch();
  ready = ["10.0.0.2"];
  await waitFor("the ready one to come first", () => targets.inTurn().join() === "10.0.0.2,10.0.0.1");
  addresses = ["10.0.0.2"];
  await waitFor("the other to be forgotten", () => targets.inTurn().join() === "10.0.0.2");
});

test("a name that nobody has is looked up until somebody has it", async () => {
  [addresses, ready] = [[], ["10.0.0.1"]];
  await watch();
  expect(targets.inTurn()).toEqual([]);
  addresses = ["10.0.0.1"];
  await waitFor("the address", () => targets.inTurn().join() === "10.0.0.1");
});
