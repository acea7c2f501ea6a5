import { expect, test } from "bun:test";
import type { ListedVerification } from "../control/verify.ts";
import { verifyText } from "./verify-text.ts";

const equal: ListedVerification = {
  equal: true,
  ranges: 2,
  rows: 12_000,
  epochs: { primary: 1, replica: 1 },
  differences: [],
  tombstones_beyond: [],
  unsettled: [],
  trouble: null,
  complete: true,
};

test("what is equal takes two lines", () => {
  expect(verifyText({ found: equal, after_repair: null, duration_ms: 1_240 })).toBe(
    "Compared 12,000 articles in 2 ranges.\nDB1 and DB2 are equal (1.2 s).\n",
  );
});

test("differences stand in a table, with what each side has, and are counted by kind", () => {
  const found: ListedVerification = {
    ...equal,
    equal: false,
    differences: [
      {
        id: 7,
        kind: "newer",
        primary: { version: 2, views_count: 0 },
        replica: { version: 9, epoch: 1, deleted: false, views_count: 0 },
      },
      {
        id: 1234,
        kind: "missing",
        primary: { version: 2, views_count: 0 },
        replica: { version: 3, epoch: 1, deleted: true, views_count: null },
      },
      { id: 1235, kind: "extra", primary: null, replica: { version: 1, epoch: 1, deleted: false, views_count: 4 } },
      {
        id: 1236,
        kind: "views",
        primary: { version: 1, views_count: 5 },
        replica: { version: 1, epoch: 1, deleted: false, views_count: 6 },
      },
    ],
  };
  expect(verifyText({ found, after_repair: equal, duration_ms: 90 })).toBe(`Compared 12,000 articles in 2 ranges.
ID    KIND     DB1        DB2
7     newer    version 2  version 9
1234  missing  version 2  version 3, deleted
1235  extra    -          version 1
1236  views    5 views    6 views
4 differences: 1 extra, 1 missing, 1 newer, 1 views.

Repaired, and compared again.
DB1 and DB2 are equal (0.1 s).
`);
});

test("a DB1 that was restored, and what did not arrive in time, are said with what to do", () => {
  const found = { ...equal, equal: false, epochs: { primary: 1, replica: 3 }, unsettled: [5, 6], trouble: "Kafka is away" };
  const text = verifyText({ found, after_repair: null, duration_ms: 30_000 });
  expect(text).toContain("DB2 is at epoch 3, DB1 at 1: was DB1 restored? Run `blog resync`.");
  expect(text).toContain("Not told in time of 5, 6: their events have not arrived in DB2 (Kafka is away).");
  expect(text).toContain("NOT equal");
});
