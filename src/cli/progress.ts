import type { Report } from "../platform/report.ts";
import type { Terminal } from "./terminal.ts";

/** On a terminal several times a second; on a pipe, where each is a line that stays, every few seconds. */
const redraw_every_ms = 100;
const line_every_ms = 5_000;
const bar_width = 24;

/** Shows progress on stderr with rate and remaining time: a bar on a terminal, else a line now and then. Dispose of it before printing results. */
export function showProgress(terminal: Terminal, what: string, now: () => number = () => performance.now()): Report & Disposable {
  const started_ms = now();
  const every_ms = terminal.err_is_terminal ? redraw_every_ms : line_every_ms;
  let shown_ms = started_ms;
  let drawn = false;

  function clear(): void {
    if (drawn) terminal.err("\r\x1b[K");
    drawn = false;
  }

  return {
    progress(done, total) {
      const at_ms = now();
      if (at_ms - shown_ms < every_ms) return;
      shown_ms = at_ms;
      const text = progressText(done, total, at_ms - started_ms, what);
      if (!terminal.err_is_terminal) return terminal.err(`${text}\n`);
      const bar = progressBar(total === 0 ? 1 : done / total);
      terminal.err(`\r\x1b[K${`${bar} ${text}`.slice(0, terminal.columns - 1)}`);
      drawn = true;
    },
    note(text) {
      clear();
      terminal.err(`${text}\n`);
    },
    [Symbol.dispose]: clear,
  };
}

/** `12,000 of 50,000 articles, 9,100/s, 4 s left`. */
export function progressText(done: number, total: number, elapsed_ms: number, what: string): string {
  const rate = done / (elapsed_ms / 1000);
  const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : "";
  return `${count(done)} of ${count(total)} ${what}, ${count(Math.round(rate))}/s${left}`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

function progressBar(part: number): string {
  const full = Math.round(Math.min(1, part) * bar_width);
  return `[${"#".repeat(full)}${"-".repeat(bar_width - full)}]`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
