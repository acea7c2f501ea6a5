import { expect, test } from "bun:test";
import { type Contestant, holdContest } from "./contest.ts";

/** Does so many requests a second in each of its turns, the warm-up first. */
function contestant(name: string, rates: readonly number[], { refused = 0, log = [] as string[] } = {}): Contestant {
  let turn = 0;
  return {
    name,
    pids: [],
    async work(duration_s) {
      log.push(name);
      const requests = (rates[turn++] ?? Number.NaN) * duration_s;
      return { result: { requests, duration_s, p50_ms: 1, p99_ms: 2, refused, unanswered: 0 }, samples: 0, fault: undefined };
    },
    async settle() {
      log.push(`${name} settles`);
    },
  };
}

const parts = { progress: { tell() {} }, postgres_cpu_us: () => 0, rounds: 3, round_s: 4, warm_up_s: 1 };

test("ratios are between turns of the same round, the warm-up left out", async () => {
  const contestants = [contestant("ours", [1, 100, 200, 300]), contestant("theirs", [9, 100, 50, 200])];
  const { ratios } = await holdContest({ work: "work", contestants, targets: { theirs: 2 } }, parts);
  expect(ratios).toEqual([{ against: "theirs", ratio: { median: 1.5, min: 1, max: 4 }, target: 2 }]);
});

test("a limit has one turn, and is compared with our last", async () => {
  const contestants = [contestant("ours", [1, 100, 200, 300])];
  const { ratios, sides } = await holdContest(
    { work: "work", contestants, limits: [contestant("limit", [1, 600])], targets: {} },
    parts,
  );
  expect(ratios).toEqual([{ against: "limit", ratio: { median: 0.5, min: 0.5, max: 0.5 } }]);
  expect(sides.map((side) => side.rounds.length)).toEqual([3, 1]);
});

test("whoever has had a turn settles before the next one begins", async () => {
  const log: string[] = [];
  const contestants = [contestant("ours", [1, 1], { log }), contestant("theirs", [1, 1], { log })];
  await holdContest({ work: "work", contestants, targets: {} }, { ...parts, rounds: 1 });
  expect(log.slice(-4)).toEqual(["ours", "ours settles", "theirs", "theirs settles"]);
});

test("refused answers are faults", async () => {
  const contestants = [contestant("ours", [1, 1, 1, 1], { refused: 7 })];
  const { faults } = await holdContest({ work: "work", contestants, targets: {} }, { ...parts, rounds: 1 });
  expect(faults).toEqual(["work, ours: 7 answers of status 400 and above"]);
});
