import { expect, test } from "bun:test";
import { progressText, showProgress } from "./progress.ts";

function fake(err_is_terminal: boolean) {
  const written: string[] = [];
  let now_ms = 0;
  const terminal = { env: {}, out() {}, err: (text: string) => void written.push(text), err_is_terminal, columns: 60 };
  return {
    written,
    report: showProgress(terminal, "articles", () => now_ms),
    pass(ms: number) {
      now_ms += ms;
    },
  };
}

test("rate and remaining time are told", () => {
  expect(progressText(12_000, 50_000, 2_000, "articles")).toBe("12,000 of 50,000 articles, 6,000/s, 7 s left");
  expect(progressText(10, 10_000, 1_000, "articles")).toBe("10 of 10,000 articles, 10/s, 16 min 39 s left");
  expect(progressText(0, 10, 1_000, "articles")).toBe("0 of 10 articles, 0/s");
});

test("on a pipe a line appears every few seconds, without control characters", () => {
  const { report, written, pass } = fake(false);
  for (let done = 1; done <= 100; done++) {
    pass(200);
    report.progress(done, 100);
  }
  expect(written).toHaveLength(4);
  expect(written[0]).toBe("25 of 100 articles, 5/s, 15 s left\n");
});

test("on a terminal a bar is redrawn in one line and wiped at the end", () => {
  const { report, written, pass } = fake(true);
  pass(500);
  report.progress(50, 100);
  report.progress(51, 100);
  report[Symbol.dispose]();
  expect(written).toHaveLength(2);
  expect(written[0]).toStartWith("\r\x1b[K[############------------] 50 of 100");
  expect(written[0]?.length).toBeLessThanOrEqual(60 + "\r\x1b[K".length);
  expect(written[1]).toBe("\r\x1b[K");
});
