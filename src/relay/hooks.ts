import type { OutboxRow } from "../store/article-store.ts";

/** `waiting`: another process leads. `blocked`: DB1 or the log does not answer; events wait in the outbox. */
export type RelayState = "waiting" | "publishing" | "blocked";

/** What the relay tells of; whoever wires it makes metrics of this. */
export interface RelayHooks {
  /** The log has these, and they have left the outbox. */
  onPublished(rows: readonly OutboxRow[]): void;
  /** The log does not take this row of the outbox; it waits for a person now, as `outbox-<id>` among the dead letters. */
  onParked(id: number, reason: string, error: string): void;
  onRelayStateChanged(state: RelayState): void;
}
