import type { ListedDifference, ListedVerification, VerifyResult } from "../control/verify.ts";
import { count } from "./progress.ts";

/** What `blog verify` prints for a person. */
export function verifyText({ found, after_repair, duration_ms }: VerifyResult): string {
  const seconds = (duration_ms / 1000).toFixed(1);
  const lines = [`Compared ${count(found.rows)} articles in ${count(found.ranges)} ranges.`, ...describe(found)];
  if (after_repair !== null) lines.push("", "Repaired, and compared again.", ...describe(after_repair));
  const { equal } = after_repair ?? found;
  lines.push(equal ? `DB1 and DB2 are equal (${seconds} s).` : `DB1 and DB2 are NOT equal (${seconds} s).`);
  return `${lines.join("\n")}\n`;
}

function describe({
  differences,
  tombstones_beyond,
  unsettled,
  trouble,
  epochs,
  complete,
}: ListedVerification): readonly string[] {
  const lines: string[] = [];
  if (differences.length > 0) lines.push(...table(differences), `${counted(differences)}.`);
  if (!complete) lines.push("So many that the rest was not looked for: `blog resync` rebuilds DB2.");
  if (tombstones_beyond.length > 0) {
    lines.push(`DB2 has deleted ${list(tombstones_beyond)}, which DB1 has yet to create: was DB1 restored? Run \`blog resync\`.`);
  }
  if (epochs.replica > epochs.primary) {
    lines.push(`DB2 is at epoch ${epochs.replica}, DB1 at ${epochs.primary}: was DB1 restored? Run \`blog resync\`.`);
  }
  if (unsettled.length > 0) {
    const because = trouble === null ? "" : ` (${trouble})`;
    lines.push(
      `Not told in time of ${list(unsettled)}: their events have not arrived in DB2${because}. Do the api and sync roles run?`,
    );
  }
  return lines;
}

function table(differences: readonly ListedDifference[]): readonly string[] {
  const rows = [
    ["ID", "KIND", "DB1", "DB2"],
    ...differences.map((difference) => [String(difference.id), difference.kind, ...sides(difference)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function sides({ kind, primary, replica }: ListedDifference): readonly [string, string] {
  if (kind === "views") return [`${primary?.views_count ?? "no"} views`, `${replica?.views_count ?? "no"} views`];
  return [
    primary === null ? "-" : `version ${primary.version}`,
    replica === null ? "-" : `version ${replica.version}${replica.deleted ? ", deleted" : ""}`,
  ];
}

function counted(differences: readonly ListedDifference[]): string {
  const kinds = [...new Set(differences.map(({ kind }) => kind))].sort();
  const parts = kinds.map((kind) => `${count(differences.filter((difference) => difference.kind === kind).length)} ${kind}`);
  return `${count(differences.length)} ${differences.length === 1 ? "difference" : "differences"}: ${parts.join(", ")}`;
}

function list(ids: readonly number[]): string {
  const shown = ids.slice(0, 10).join(", ");
  return ids.length <= 10 ? shown : `${shown} and ${count(ids.length - 10)} more`;
}
