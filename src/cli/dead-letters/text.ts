import type { ListLettersResult, PurgeLettersResult, ReplayLettersResult } from "../../control/dead-letters.ts";
import type { DeadLetterDetail, DeadLetterSummary, ReadableBytes } from "../../replication/dead-letter.ts";
import { columns } from "../help.ts";
import { count } from "../progress.ts";

const error_shown_max = 100;
const value_shown_max = 10_000;

export function printed(result: unknown): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** What `blog dlq list` prints for a person. */
export function lettersText({ dead_letters, total }: ListLettersResult): string {
  if (total === 0) return "No dead letters.\n";
  const rows = dead_letters.map((letter) => [
    letter.id,
    letter.failed_at,
    letter.reason,
    letter.key === null ? "-" : oneLine(letter.key, 20),
    remark(letter),
  ]);
  const table = alignColumns([["ID", "FAILED AT", "REASON", "KEY", "WHAT"], ...rows]);
  const hidden = total - dead_letters.length;
  return `${table}\n${hidden > 0 ? `… and ${count(hidden)} older; --limit shows more\n` : ""}`;
}

function remark({ error, replayed_at, replay_of }: DeadLetterSummary): string {
  const text = oneLine({ encoding: "utf-8", text: error }, error_shown_max);
  const origin = replay_of === null ? "" : ` (came back: a replay of ${oneLine({ encoding: "utf-8", text: replay_of }, 40)})`;
  return `${text}${origin}${replayed_at === null ? "" : ` (replayed ${replayed_at})`}`;
}

/** What `blog dlq show` prints for a person. */
export function letterText(letter: DeadLetterDetail): string {
  const { source } = letter;
  const facts: [string, string][] = [
    ["id", letter.id],
    ["source", source === null ? "DB1's outbox" : `${source.topic}, partition ${source.partition}, offset ${source.offset}`],
    ["key", letter.key === null ? "none" : oneLine(letter.key, 200)],
    ["reason", letter.reason],
    ["error", oneLine({ encoding: "utf-8", text: letter.error }, value_shown_max)],
    ["failed at", letter.failed_at],
    ...(letter.attempts === null ? [] : [["attempts", String(letter.attempts)] satisfies [string, string]]),
    ["replayed at", letter.replayed_at ?? "never"],
    ...Object.entries(letter.headers).map(([name, header]): [string, string] => [`header ${plain(name)}`, oneLine(header, 200)]),
  ];
  return `${columns(facts)}\n\n${valueText(letter)}\n`;
}

function valueText({ value, event }: DeadLetterDetail): string {
  if (value === null) return "The record has no value.";
  const text = event === null ? plain(value.text) : JSON.stringify(event, null, 2);
  const kind = value.encoding === "base64" ? "(not UTF-8; in base64)\n" : "";
  if (text.length <= value_shown_max) return `${kind}${text}`;
  return `${kind}${text.slice(0, value_shown_max).toWellFormed()}… and ${count(text.length - value_shown_max)} characters more; --json shows all`;
}

/** What `blog dlq replay` prints for a person. */
export function replayText({ replayed, skipped, missing, failed, more }: ReplayLettersResult): string {
  const lines = [`${count(replayed.length)} replayed.`];
  if (skipped.length > 0)
    lines.push(`${count(skipped.length)} were replayed before; --force sends them again: ${listed(skipped)}`);
  if (missing.length > 0) lines.push(`${count(missing.length)} do not exist: ${listed(missing)}`);
  for (const { id, error } of failed) lines.push(`${id} could not be sent: ${plain(error)}`);
  if (more) lines.push("There are more: run it again.");
  return `${lines.join("\n")}\n`;
}

/** What `blog dlq purge` prints for a person. */
export function purgeText({ purged, missing }: PurgeLettersResult): string {
  return `${count(purged)} purged.\n${missing.length > 0 ? `${count(missing.length)} do not exist: ${listed(missing)}\n` : ""}`;
}

function listed(ids: readonly string[]): string {
  return ids.length > 20 ? `${ids.slice(0, 20).join(", ")}, …` : ids.join(", ");
}

function oneLine({ encoding, text }: ReadableBytes, length_max: number): string {
  const line = plain(text).replaceAll("\n", " ");
  const shown = line.length > length_max ? `${line.slice(0, length_max).toWellFormed()}…` : line;
  return encoding === "base64" ? `base64 ${shown}` : shown;
}

/** Whoever can write to the topic must not be able to move the cursor of who reads it. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => (character === "\n" ? character : "\uFFFD"));
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)), []);
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
