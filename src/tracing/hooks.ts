/** What tracing tells of its exports; roles make metrics and log lines of this. */
export interface TracingHooks {
  onSpansExported(count: number): void;
  /** They are gone: the collector did not take them, or they came faster than it takes them. */
  onSpansLost(count: number, error: Error): void;
}
