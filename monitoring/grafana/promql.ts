/** Every panel looks at the processes that the dashboard's variables choose. */
const chosen = 'role=~"$role",instance=~"$instance"';

/** A counter's increase over some time: a function of the counter and of what its labels have to match. */
export type Over = (counter: string, ...matchers: readonly string[]) => string;

/** The series of `metric` of the chosen processes. */
export function of(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[chosen, ...matchers].join(",")}}`;
}

/** Increase a second, over as long as Grafana needs to see two scrapes. */
export const rate: Over = (counter, ...matchers) => `rate(${of(counter, ...matchers)}[$__rate_interval])`;

/** Increase between two points of a graph. */
export const increase: Over = (counter, ...matchers) => `increase(${of(counter, ...matchers)}[$__rate_interval])`;

/** Increase in all the time that the dashboard shows. */
export const inRange: Over = (counter, ...matchers) => `increase(${of(counter, ...matchers)}[$__range])`;

/** Increase in the hour before each point. */
export const inHour: Over = (counter, ...matchers) => `increase(${of(counter, ...matchers)}[1h])`;

/** The `q`-quantile of a histogram's observations, one for each value of `labels` of which there were any. */
export function quantile(q: number, histogram: string, labels: readonly string[], ...matchers: readonly string[]): string {
  const buckets = `sum by (${[...labels, "le"].join(", ")}) (${rate(`${histogram}_bucket`, ...matchers)})`;
  // Of nothing it is NaN.
  return `histogram_quantile(${q}, ${buckets}) >= 0`;
}

/**
 * `expression`, and while it has no series at all a zero that calls itself `label="none"`: a counter has no series before it first
 * counts, and an empty panel looks broken. Only where `alive` has series, since of processes that are not there nothing is known.
 */
export function orNone(expression: string, label: string, alive: string): string {
  return `${expression} or on () label_replace(0 * sum(${alive}), "${label}", "none", "", "")`;
}
