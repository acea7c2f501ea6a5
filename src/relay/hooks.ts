/** `waiting`: another process leads. `blocked`: DB1 or the log does not answer; events wait in the outbox. */
export type RelayState = "waiting" | "publishing" | "blocked";

/** What the relay tells of; whoever wires it makes metrics of this. */
export interface RelayHooks {
  onPublished(count: number): void;
  onRelayStateChanged(state: RelayState): void;
}
