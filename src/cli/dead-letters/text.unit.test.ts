import { describe, expect, test } from "bun:test";
import type { DeadLetterDetail } from "../../replication/dead-letter.ts";
import { lettersText, letterText, purgeText, replayText } from "./text.ts";

const letter: DeadLetterDetail = {
  id: "3-1042",
  source: { topic: "article-events", partition: 3, offset: 1042 },
  key: { encoding: "utf-8", text: "42" },
  event_type: "article.updated",
  reason: "invalid_event",
  error: "/data/title: too_long",
  failed_at: "2026-11-23T09:30:00.000Z",
  attempts: 1,
  replayed_at: null,
  replay_of: null,
  headers: {},
  value: { encoding: "utf-8", text: '{"data":{"id":42}}' },
  event: { data: { id: 42 } },
};

describe("dead letters for a person", () => {
  test("a list says how many of them it does not show", () => {
    expect(lettersText({ dead_letters: [], total: 0 })).toBe("No dead letters.\n");
    const text = lettersText({ dead_letters: [letter, { ...letter, id: "0-7", replay_of: "3-1042" }], total: 1_202 });
    expect(text).toContain("3-1042  2026-11-23T09:30:00.000Z  invalid_event  42   /data/title: too_long");
    expect(text).toContain("a replay of 3-1042");
    expect(text).toContain("1,200 older");
  });

  test("one is shown with its source and its event", () => {
    const text = letterText(letter);
    expect(text).toContain("article-events, partition 3, offset 1042");
    expect(text).toContain('"id": 42');
  });

  test("what somebody put on the topic cannot steer the terminal, and a long value is cut", () => {
    const error = "\u001b]0;owned\u0007 \u202ereversed";
    const value = { encoding: "utf-8", text: `\u001b[2J${"x".repeat(100_000)}` } as const;
    const shown =
      letterText({ ...letter, error, value, event: null }) + lettersText({ dead_letters: [{ ...letter, error }], total: 1 });
    expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(shown.length).toBeLessThan(12_000);
    expect(shown).toContain("--json shows all");
  });

  test("a replay tells what it left out, and why", () => {
    const failed = [{ id: "1-2", error: "the topic takes 1 MiB" }];
    const text = replayText({ replayed: ["0-1"], skipped: ["0-2"], missing: ["0-3"], failed, more: true });
    for (const part of ["1 replayed", "--force", "0-2", "0-3", "1-2 could not be sent: the topic takes 1 MiB", "run it again"]) {
      expect(text).toContain(part);
    }
    expect(purgeText({ purged: 2, missing: [] })).toBe("2 purged.\n");
  });
});
