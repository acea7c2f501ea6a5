import type { Series } from "../../testing/prometheus/api.ts";

/** By Grafana's name of the unit, the least and the most that a small site on one machine can show. */
const reasonable: Readonly<Record<string, readonly [number, number]>> = {
  reqps: [0, 1_000],
  ops: [0, 10_000],
  eps: [0, 10_000],
  s: [0, 120],
  dtdurations: [0, 3_600],
  // Of a core, of a connection's time: several may be busy.
  percentunit: [0, 16],
  bytes: [1e6, 4e9],
  short: [-10_000, 1e6],
  none: [0, 1e6],
};

/** What is wrong with the values that a panel would show; undefined when there are some, and all are within reason. */
export function complaintAbout(series: readonly Series[], unit: string | undefined): string | undefined {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value)).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return series.length === 0 ? "empty" : "NaN at all times";
  if (unit === undefined) return undefined;
  const bounds = reasonable[unit];
  if (bounds === undefined) return `nobody has said what is within reason for the unit ${unit}`;
  const [least, most] = bounds;
  const strange = values.find((value) => value < least || value > most);
  return strange === undefined ? undefined : `${strange} is not within ${least} and ${most} (${unit})`;
}
