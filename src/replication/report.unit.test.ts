import { expect, test } from "bun:test";
import { replay_header } from "./dead-letter.ts";
import { countApplied } from "./report.ts";
import { article, articleEvent, toRecord } from "./test-events.ts";

const now_ms = Date.UTC(2026, 10, 23);
const nothing_refused = { articles: new Set<number>(), views: new Set<number>() };

test("a replay counts as applied, and says nothing about how long replication takes", () => {
  const event = articleEvent("article.created", article(1, 1));
  const record = toRecord(event, 0);
  const replayed = { ...record, headers: { [replay_header]: Buffer.from("3-4") } };
  const records = [
    { record, event, written_at_ms: now_ms - 2_000 },
    { record: replayed, event, written_at_ms: now_ms - 86_400_000 },
  ];
  const { counts, lags_s } = countApplied(records, nothing_refused, now_ms);
  expect(counts.get("article.created")).toEqual({ applied: 2, stale: 0 });
  expect(lags_s).toEqual([2]);
});
