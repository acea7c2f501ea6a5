import { dead_letter_id } from "../../replication/dead-letter.ts";
import { UsageError } from "../command.ts";

/** Throws UsageError for what cannot be an id. */
export function checkIds(operands: readonly string[]): string[] {
  for (const id of operands) {
    if (dead_letter_id.test(id)) continue;
    throw new UsageError(`${JSON.stringify(id)} is no ID of a dead letter; allowed: PARTITION-OFFSET like 3-1042, or outbox-N`);
  }
  return [...operands];
}
